/**
 * Bytes as a broken line, a wrong rate or another program would send them: true frames that were
 * cut, doubled, changed and mixed, and noise. Each stretch of them is made of its seed alone.
 */
import type { HostFrame } from "../../../boards/bridge/frames.js";
import { hostFrame } from "../../../boards/bridge/host-frame.js";
import { Prng } from "../../../src/kernel/prng.js";
import { toByteStream } from "../../../src/wire/byte-stream.js";
import { cluster } from "./firmware-rig.js";

/** @param frames what a true host would say */
export function mutatedBytes(
  seed: number,
  count: number,
  frames: readonly HostFrame[],
): Uint8Array {
  const dice = new Prng(seed);
  const bytes: number[] = [];
  while (bytes.length < count) {
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

const head = { cluster, sequence: 9 } as const;

/** Of a host of the bridge; what would bind it to another cluster is not among them. */
export const bridgeWords: readonly HostFrame[] = [
  { kind: "ask" },
  { kind: "set", ...head, pin: 13, value: 40_000, holdMs: 50 },
  {
    ...{ kind: "configure", ...head, pin: 9, use: 4, flags: 1, initial: 0 },
    ...{ safeKind: 1, safeValue: 0, debounceMs: 3 },
  },
  { kind: "sampling", ...head, periodMs: 5 },
  { kind: "release", ...head, pin: 255 },
];

/** Of a replica before the voter. */
export const voterWords: readonly HostFrame[] = [
  { kind: "ask" },
  { kind: "vote", ...head, output: 0, value: 30_000, holdMs: 200 },
  {
    ...{ kind: "declare", ...head, output: 1, use: 4, safeKind: 1, safeValue: 0 },
    ...{ tolerance: 100, graceMs: 100, patienceMs: 500 },
  },
];
