/** The end of a replica's log, for a replica that does not start: most often it says why. */
import { readFileSync } from "node:fs";

/** More of a line, in characters, would hide what stands around it. */
const lineMax = 300;

/** The last line that says something; null where there is none. */
export function lastLine(file: string): string | null {
  try {
    const lines = readFileSync(file, "utf8").split("\n");
    return lines.findLast((line) => line.trim() !== "")?.slice(0, lineMax) ?? null;
  } catch {
    return null;
  }
}
