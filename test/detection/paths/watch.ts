/** A path watch that is woken exactly when it asks, and reports to feed it. */
import { reportBody } from "../../../src/detection/paths/messages.js";
import {
  PathWatch,
  type PathWatchOptions,
  type PathWatchOutput,
} from "../../../src/detection/paths/path-watch.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { type Instant, instant, millis } from "../../../src/kernel/time.js";

export const [a, b, c, d] = ["a", "b", "c", "d"].map(nodeId) as [NodeId, NodeId, NodeId, NodeId];
export const ms = (count: number): Instant => instant(count * 1_000);

export const twoPaths = [
  { name: "udp", silenceMax: millis(30) },
  { name: "serial", silenceMax: millis(60) },
];

export function watchOf(options: Partial<PathWatchOptions> = {}): PathWatch {
  const settings = { paths: twoPaths, reportEvery: millis(100) };
  return new PathWatch({ now: ms(0), self: a, peers: [b, c], ...settings, ...options });
}

/** Wakes it up to and at `until`; what it tells, with the millisecond. */
export function wake(machine: PathWatch, until: Instant): [number, PathWatchOutput][] {
  const told: [number, PathWatchOutput][] = [];
  for (let count = 0; count < 10_000; count += 1) {
    const at = machine.deadline();
    if (at > until) return told;
    for (const output of machine.step(at, timeout)) told.push([at / 1_000, output]);
  }
  throw new Error("the watch asks for ever");
}

/** Of each listed speaker the paths, as bits, by which it is heard, and by which it is not. */
export type Words = Readonly<Record<string, readonly [heard: number, silent: number]>>;

export interface GivenRow {
  readonly subject: NodeId;
  readonly life: number;
  readonly count: number;
  readonly words: Words;
}

const wordsOf = (words: Words) =>
  new Map(
    Object.entries(words).map(([name, [heard, silent]]) => [nodeId(name), { heard, silent }]),
  );

/** A body as another node would make it. */
export function bodyOf(count: number, words: Words, relayed: readonly GivenRow[] = []): unknown {
  return reportBody([a, b, c, d], {
    own: { count, words: wordsOf(words) },
    relayed: relayed.map((row) => ({ ...row, words: wordsOf(row.words) })),
  });
}

/** What it tells of paths and peers, without its reports. */
export const events = (told: readonly [number, PathWatchOutput][]) =>
  told.filter(([, { kind }]) => kind !== "send-report");
