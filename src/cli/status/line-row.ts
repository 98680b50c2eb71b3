/** A serial line of a path in a row: whether it is open, and what happened to it. */
import type { LineStatus } from "../../host/stream-link.js";
import type { Paint } from "../terminal.js";

export function lineRow(line: LineStatus, paint: Paint): string[] {
  const state = line.isOpen ? paint("good", "open") : paint("bad", "not open");
  const port = line.port === null ? "" : ` on ${line.port}`;
  return [`    line ${line.line}`, [`${state}${port}`, ...happened(line)].join(", ")];
}

/** What never happened is no news. */
function happened(line: LineStatus): readonly string[] {
  const { openings, losses, refusals, resynchronised, garbageBytes } = line;
  const counts: readonly (readonly [number, string])[] = [
    [openings > 1 ? openings : 0, "openings"],
    [line.badChecksum, "of a bad CRC"],
    [line.malformed, "malformed"],
    [line.tooLong, "too long"],
    [garbageBytes, "bytes of garbage"],
    [resynchronised, "times in step again"],
    [line.heldBack, "held back"],
  ];
  return [
    ...reasons("lost", losses),
    ...reasons("not opened", line.isOpen ? {} : refusals),
    ...counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
  ];
}

function reasons(what: string, byReason: Readonly<Record<string, number>>): readonly string[] {
  const words = Object.entries(byReason).map(([reason, count]) => `${count} ${reason}`);
  return words.length === 0 ? [] : [`${what}: ${words.join(" and ")}`];
}
