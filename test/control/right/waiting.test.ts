/** Those who would have the right, while another has it. */
import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../../src/kernel/time.js";
import { a, b, c, driven, make } from "./support/driven.js";

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
