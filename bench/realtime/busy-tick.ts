/**
 * A tick that leaves much garbage behind, so that its heap is collected often, and writes down the
 * longest time from one tick to the next: what stops it within a tick makes the next ones skipped,
 * and none of them late.
 */
import type { TickContext } from "../../src/host/lanes/tick-context.js";

const kept: unknown[] = [];
const keptMax = 200_000;
const objectsPerTick = 2_000;

let before = 0;

export function tick({ tick, woken, buffers }: TickContext): void {
  for (let index = 0; index < objectsPerTick; index += 1) {
    const at = (tick * objectsPerTick + index * 7) % keptMax;
    kept[at] = { at: tick, values: [index, index + 1] };
  }
  const longest = new Int32Array(buffers["longest"] ?? new SharedArrayBuffer(4));
  if (before > 0) longest[0] = Math.max(longest[0] ?? 0, woken - before);
  before = woken;
}
