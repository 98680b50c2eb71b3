/**
 * `holdfast demo --firmware`, as a person types it: bridges, output voter and replicas by the clock
 * on the wall, a vote that lies, a bridge that hangs, a line that is unplugged, a replica killed.
 *
 * It stands here and not in `npm test`: four microcontrollers and three replicas take the whole of
 * two processors, and there other tests run beside. Of a machine that stalls a second look is
 * taken, and told.
 */
import { join } from "node:path";
import { failedOnce, passedOnce, type Step } from "../lane-report.js";
import { lastLines, runBounded } from "./bounded.js";
import { indented, tell } from "./guest-lane.js";
import { root } from "./places.js";

const attemptsMax = 2;
const secondsMax = 150;

export async function runFirmwareDemo(): Promise<Step["counts"]> {
  const words = [join(root, "dist", "src", "cli", "main.js"), "demo", "--firmware"];
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const end = await runBounded(process.execPath, [...words, "--for", "20s", "--json"], {
      secondsMax,
    });
    const complaint = complaintOf(end.ok, end.stdout);
    if (complaint === null) {
      tell(`ok  demo-firmware: voted in firmware, its faults masked (attempt ${attempt})`);
      return passedOnce;
    }
    tell(`demo-firmware, attempt ${attempt}: ${complaint}`);
    tell(indented([lastLines(end.text, 3)]));
  }
  tell("FAILED  demo-firmware");
  return failedOnce;
}

/** What the summary of the demo says, with what it leaves to its reader. */
export function complaintOf(ok: boolean, stdout: string): string | null {
  if (!ok) return "it did not end well";
  const summary = JSON.parse(stdout) as {
    readonly votes: { readonly voted: number };
    readonly faults: readonly { readonly detectedS: number | null }[];
    readonly firmware: { readonly resets: number } | null;
  };
  if (summary.firmware === null) return "no firmware took part";
  if (summary.votes.voted === 0) return "nothing was voted";
  if (summary.firmware.resets === 0) return "the bridge that hung was not reset";
  const missed = summary.faults.filter(({ detectedS }) => detectedS === null).length;
  return missed === 0 && summary.faults.length >= 4 ? null : `${missed} faults were not noticed`;
}
