/** Those who would have the right, while another has it. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { millis, seconds } from "../../../src/kernel/time.js";
import { RightWorld, type RightWorldOptions } from "./support/right-world.js";

const [a, b, c] = [nodeId("pi-1"), nodeId("pi-2"), nodeId("pi-3")] as const;
const nodes = [a, b, c];
const usual = { nodes, lease: millis(150), pause: millis(50), driftMaxPpm: 200 };
const make = (more: Partial<RightWorldOptions> = {}) => new RightWorld({ ...usual, ...more });

/** One drives, the others would. */
function driven(more: Partial<RightWorldOptions> = {}): RightWorld {
  const world = make(more);
  world.eligible(a);
  world.run(millis(20));
  world.eligible(b, c);
  world.run(millis(400));
  expect(world.drivers()).toEqual([a]);
  return world;
}

describe("RIGHT-10: who waits costs nothing", () => {
  it("only the holder has a session, and a change of hands costs three entries", () => {
    const world = driven();
    expect(world.service.openSessions.size).toBe(1);
    const { entries } = world;
    world.run(seconds(2));
    expect(world.entries).toBe(entries);
    world.feed(a, { kind: "give-up", reason: "voter-fault" });
    world.run(millis(20));
    expect(world.drivers()).toEqual([b]);
    world.run(seconds(1));
    expect(world.entries - entries).toBe(3);
    expect(world.service.openSessions.size).toBe(1);
  });

  it("two that saw it free: one gets it, the other ends its session again", () => {
    const world = make({ delay: () => millis(30) });
    world.eligible(a, b);
    world.run(seconds(2));
    expect(world.drivers()).toHaveLength(1);
    expect(world.tokens).toHaveLength(1);
    expect(world.service.openSessions.size).toBe(1);
  });

  it("it does not ask before it has seen that the lock is free", () => {
    const world = driven();
    world.restart(c);
    const { entries } = world;
    world.eligible(c);
    world.run(seconds(1));
    expect(world.entries).toBe(entries);
  });
});
