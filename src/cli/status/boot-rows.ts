/** Why a replica was started, and how it runs, in the table of its status. */
import { safeModeText } from "../../host/boots/boot-book.js";
import type { HostStatus } from "../../host/live-status.js";
import { reasonWords } from "../../watchdog/restart/boot-reason.js";
import { countsText } from "../../watchdog/restart/restart-policy.js";
import type { Paint } from "../terminal.js";

/** No row for a replica that keeps nothing. */
export function bootRows({ boot }: HostStatus, paint: Paint): string[][] {
  if (boot === null) return [];
  const { reason, counts, safeMode, evidence, healthy } = boot;
  const forgiven = healthy ? ", forgiven since" : "";
  const lately = counts.length === 0 ? "" : `; lately ${countsText(counts)}${forgiven}`;
  const left = evidence === null ? "" : `; see \`holdfast boots --evidence\``;
  return [
    ["  started", `${reason}: ${reasonWords(reason)}${lately}${left}`],
    ...(safeMode ? [["  mode", paint("warning", `safe mode: ${safeModeText}`)]] : []),
  ];
}
