/**
 * Bytes as a broken line, a wrong rate or another program would send them: true frames that were
 * cut, doubled, changed and mixed, and noise. Each stretch of them is made of its seed alone.
 */
import type { HostFrame } from "../../../boards/bridge/frames.js";
import { hostFrame } from "../../../boards/bridge/host-frame.js";
import { Prng } from "../../../src/kernel/prng.js";
import { toByteStream } from "../../../src/wire/byte-stream.js";
import { cluster } from "./firmware-rig.js";

/** What a true host would say, with this sequence. */
export type Words = (sequence: number) => readonly HostFrame[];

/** Its sequences grow, so that the frames which stay whole are obeyed and not found old. */
export function mutatedBytes(seed: number, count: number, words: Words): Uint8Array {
  const dice = new Prng(seed);
  const bytes: number[] = [];
  for (let sequence = firstSequence; bytes.length < count; sequence += 1) {
    const frames = words(sequence % 65_536);
    const frame = frames[dice.below(frames.length)];
    if (frame === undefined) break;
    bytes.push(...mutated(dice, [...toByteStream(hostFrame(frame), 64)]));
  }
  return Uint8Array.from(bytes.slice(0, count));
}

function mutated(dice: Prng, line: number[]): readonly number[] {
  const at = dice.below(line.length);
  switch (dice.below(6)) {
    case 0:
      line[at] = (line[at] ?? 0) ^ (1 << dice.below(8));
      return line;
    case 1:
      return line.slice(0, at);
    case 2:
      return [...line.slice(0, at), dice.below(256), ...line.slice(at)];
    case 3:
      return line.filter((_, index) => index !== at);
    case 4:
      return Array.from({ length: 1 + dice.below(100) }, () => dice.below(256));
    default:
      // Whole: it is a command like any other, and may even be obeyed.
      return line;
  }
}

/** After what a test says before. */
const firstSequence = 10;

/** Of a host of the bridge; what would bind it to another cluster is not among them. */
export const bridgeWords: Words = (sequence) => {
  const head = { cluster, sequence } as const;
  const safe = { safeKind: 1, safeValue: 0, debounceMs: 3 } as const;
  return [
    { kind: "ask" },
    { kind: "set", ...head, pin: 13, value: 40_000, holdMs: 50 },
    { kind: "set", ...head, pin: 9, value: 65_535, holdMs: 80 },
    { kind: "configure", ...head, pin: 9, use: 4, flags: 1, initial: 65_535, ...safe },
    { kind: "configure", ...head, pin: 13, use: 2, flags: 0, initial: 65_535, ...safe },
    { kind: "sampling", ...head, periodMs: 40 },
    { kind: "release", ...head, pin: 255 },
  ];
};

/** Of a replica before the voter. */
export const voterWords: Words = (sequence) => {
  const head = { cluster, sequence } as const;
  return [
    { kind: "ask" },
    { kind: "vote", ...head, output: 0, value: 30_000, holdMs: 200 },
    { kind: "vote", ...head, output: 1, value: 65_535, holdMs: 200 },
    {
      ...{ kind: "declare", ...head, output: 1, use: 4, safeKind: 1, safeValue: 0 },
      ...{ tolerance: 100, graceMs: 100, patienceMs: 500 },
    },
  ];
};
