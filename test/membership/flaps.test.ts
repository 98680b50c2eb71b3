/** Flaps: how often a member has come back lately. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { flapsMax, flapWindow } from "../../src/membership/flaps.js";
import { accused, alive, Single } from "./support/single.js";

const a = nodeId("a");

describe("flaps", () => {
  it("MEMBER-19: are the returns of the last hour, up to a maximum", () => {
    const single = new Single();
    for (const name of ["a", "b", "c", "d", "e", "f"]) single.hear(name);
    const flap = (incarnation: number): void => {
      single.hear("b", [accused("suspect", "a", incarnation, "b")]);
      single.hear("b", [alive("a", incarnation + 1)]);
    };
    flap(0);
    flap(1);
    expect(single.machine.member(a)?.flaps).toBe(2);
    single.pass(flapWindow / 1_000_000 - 1);
    flap(2);
    expect(single.machine.member(a)?.flaps).toBe(3);
    single.pass(2);
    expect(single.machine.member(a)?.flaps).toBe(1);
    for (let incarnation = 3; incarnation < 40; incarnation += 1) flap(incarnation);
    expect(single.machine.member(a)?.flaps).toBe(flapsMax);
    expect(single.machine.member(nodeId("b"))?.flaps).toBe(0);
  });
});
