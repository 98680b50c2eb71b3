/** The lane with a cluster: three guests, of which the one that drives hangs. */
import { failedOnce, passedOnce, type Step } from "../lane-report.js";
import { type ClusterEnd, type Member, members, readOut, runCluster } from "./cluster.js";
import { interruptions, parseEvents, parseVotes, takeover } from "./cluster-votes.js";
import type { GuestImage } from "./guest-image.js";
import { guestLane, indented, tell } from "./guest-lane.js";
import type { Lane } from "./lane.js";
import { cleanEnd, neverReset, resetByWatchdog, said } from "./scenario.js";
import { storyText } from "./story.js";

const name = "cluster";

/** Slow beats: an emulated processor takes a tenth of a second for a cycle. */
const timing =
  "cycle: 3s, cutoff: 2500ms, heartbeat: 1500ms, suspectAfter: 9s, lease: 9s, watchdog: 8s";

/** ttyS1 and ttyS2 of each, as the lines are laid; see placeOf. */
const serial = `serial:
  - { baudRate: 115200, ports: { a: /dev/ttyS1, b: /dev/ttyS1 } }
  - { baudRate: 115200, ports: { a: /dev/ttyS2, c: /dev/ttyS1 } }
  - { baudRate: 115200, ports: { b: /dev/ttyS2, c: /dev/ttyS2 } }`;

/**
 * In cycles: so long there may be no voted value. It is the lease: with it an output keeps what it
 * had, and so the heater goes on.
 */
const blindMax = 3;

/** One cycle may be left out where the machine is busy, and one more. */
const stepMax = 9_000_000;

/**
 * In cycles: the lease of the one that hangs must end, and a new one be asked for when it is
 * suspected; and a guest may be late.
 */
const takeoverMax = 12;

export const clusterLane = (only: readonly string[]): Lane =>
  guestLane({
    name,
    proves: "three replicas in three machines: the one that drives hangs, and comes back",
    tests: [{ name: "driver-hangs", run: driverHangs }],
    only,
    atOnce: 1,
  });

async function driverHangs(image: GuestImage): Promise<Step> {
  const start = performance.now();
  const end = await runCluster({ name, image, timing, further: serial, secondsMax: 1500 });
  const complaints = await judge(end);
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  const ok = complaints.length === 0;
  const proves = "the driver hangs, is reset and rejoins; the votes and the right to drive go on";
  tell(`${ok ? "ok" : "FAILED"}  driver-hangs: ${proves} (${seconds} s)`);
  if (!ok) tell(indented([...complaints, `it came so far: ${end.reached}`, ...stories(end)]));
  return { name: `${name}/driver-hangs`, counts: ok ? passedOnce : failedOnce, seconds };
}

const stories = ({ ends }: ClusterEnd): readonly string[] =>
  [...ends].flatMap(([member, { story, folder }]) => [
    `${member}:`,
    storyText(story),
    `all that ${member} left is in ${folder}`,
  ]);

async function judge({ ends, hung, cutFrom }: ClusterEnd): Promise<readonly string[]> {
  const complaints: string[] = [];
  const takeovers: number[] = [];
  for (const member of members) {
    const end = ends.get(member);
    if (end === undefined) continue;
    const isHung = member === hung?.member;
    const own = isHung ? [...resetByWatchdog(end), ...said(end, 1, "hangs")] : neverReset(end);
    complaints.push(...[...cleanEnd(end), ...own].map((text) => `${member}: ${text}`));
    if (isHung || hung === null) continue;
    const { broken, taken } = await witness(member, cutFrom ?? hung.cycle, hung.cycle);
    complaints.push(...broken.map((text) => `${member}: ${text}`));
    if (taken !== null) takeovers.push(taken);
  }
  if (hung === null) return ["nobody was told to hang", ...complaints];
  return [...complaints, ...judgeTakeover(takeovers, hung.cycle)];
}

/** What a replica that went on saw, from the cut of the network on to its end. */
async function witness(member: Member, from: number, hungIn: number) {
  const votes = parseVotes(await readOut(name, member, "votes.1"));
  const events = parseEvents(await readOut(name, member, "log.1"));
  return {
    broken: interruptions(votes, { from, stepMax, blindMax }),
    taken: takeover(votes, events, hungIn),
  };
}

function judgeTakeover(takeovers: readonly number[], hungIn: number): readonly string[] {
  const first = Math.min(...takeovers);
  if (first - hungIn <= takeoverMax) return [];
  const when = takeovers.length === 0 ? "never" : `${first - hungIn} cycles later`;
  return [`another drove ${when}, expected within ${takeoverMax} cycles of the hang`];
}
