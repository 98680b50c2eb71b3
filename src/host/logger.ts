/** The log of a replica: lines of JSON on stderr, by pino. */
import { destination, type Logger, pino } from "pino";

/**
 * Lines that nobody reads, in bytes; beyond, new ones are dropped: a full pipe must not stop the
 * loop.
 */
const waitingBytesMax = 1_048_576;

export function makeLogger(node: string, level: string): Logger {
  const stderr = destination({ dest: 2, sync: false, maxLength: waitingBytesMax });
  return pino({ level, base: { pid: process.pid, node } }, stderr);
}
