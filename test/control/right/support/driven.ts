/** Three replicas that would have the right, of which one has it. */
import { expect } from "vitest";
import { nodeId } from "../../../../src/kernel/ids.js";
import { millis } from "../../../../src/kernel/time.js";
import { RightWorld, type RightWorldOptions } from "./right-world.js";

export const [a, b, c] = [nodeId("pi-1"), nodeId("pi-2"), nodeId("pi-3")] as const;
export const nodes = [a, b, c];
const usual = { nodes, lease: millis(150), pause: millis(50), driftMaxPpm: 200 };
export const make = (more: Partial<RightWorldOptions> = {}) =>
  new RightWorld({ ...usual, ...more });

/** One drives, the others would. */
export function driven(more: Partial<RightWorldOptions> = {}): RightWorld {
  const world = make(more);
  world.eligible(a);
  world.run(millis(20));
  world.eligible(b, c);
  world.run(millis(400));
  expect(world.drivers()).toEqual([a]);
  return world;
}
