/** How late a machine wakes, from what `holdfast doctor --json` wrote about it. */
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { type Duration, micros } from "../../kernel/time.js";
import { CliFailure } from "../exit.js";
import { type CliIo, schemaOf } from "../io.js";

/** A report has some ten thousand; what is longer is none. */
const reportBytesMax = 1_048_576;

/** Longer than a day is no lateness but a mistake. */
const lateMax = 86_400_000_000;

/**
 * The latest of its wake-ups, as of a hundred samples nothing rarer can be told. Null for a file
 * that is no such report, which then is something else.
 *
 * @throws CliFailure (invalid file) for a report without wake-ups
 */
export async function readDoctorLateness(io: CliIo, file: string): Promise<Duration | null> {
  const text = await beginningOf(resolve(io.cwd, file));
  if (text?.startsWith(`{"schema":"${schemaOf("doctor")}"`) !== true) return null;
  const late = latestIn(text);
  if (late === null) {
    throw new CliFailure("invalidFile", `${file}: expected clock.timer.max, in microseconds`);
  }
  return micros(Math.max(1, Math.round(late)));
}

/** Null where it cannot be read: whoever reads it as a recording says why. */
async function beginningOf(path: string): Promise<string | null> {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(reportBytesMax) });
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

function latestIn(text: string): number | null {
  try {
    const report = JSON.parse(text) as { clock?: { timer?: { max?: unknown } | null } };
    const max = report.clock?.timer?.max;
    return typeof max === "number" && max >= 0 && max <= lateMax ? max : null;
  } catch {
    return null;
  }
}
