/**
 * What there is to tell of guards, as a line of the log. Not by `process.stderr`: that waits where
 * nobody reads, and throws where nobody is any more.
 */
import { write } from "node:fs";

const standardError = 2;

export function logOfGuards(msg: string): void {
  const text = `${JSON.stringify({ level: 50, time: Date.now(), guard: true, msg })}\n`;
  write(standardError, text, () => {});
}
