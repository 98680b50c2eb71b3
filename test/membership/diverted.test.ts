/** One who lies about where another is: nobody's frames go astray for long. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import type { AliveClaim } from "../../src/membership/claims.js";
import { accused, alive, Single } from "./support/single.js";

const [here, elsewhere] = ["10.0.0.7:1", "10.6.6.6:6"];
const lie: Partial<AliveClaim> = { address: elsewhere, declared: true };
const addressOf = (single: Single) => single.machine.member(nodeId("b"))?.address;

/** Knows a; b has said nothing of where it is, so only its frames show it. */
function knowing(hearsB: boolean): Single {
  const single = new Single();
  single.hear("a", [], { origin: "10.0.0.8:1" });
  if (hearsB) single.hear("b", [], { origin: here });
  return single;
}

describe("MEMBER-13: where a member is that was heard, others do not say", () => {
  it.each([0, 1, 900])("not with an incarnation that is %i higher", (higher) => {
    const single = knowing(true);
    const outputs = single.hear("a", [alive("b", higher, lie)]);
    expect(outputs.filter(({ kind }) => kind === "route")).toEqual([]);
    expect(addressOf(single)).toBe(here);
  });

  it("nor that it has said nothing of it", () => {
    const single = knowing(false);
    single.hear("b", [alive("b", 0, { address: here, declared: true })], { origin: "10.0.0.9:1" });
    single.hear("a", [alive("b", 1)]);
    single.hear("b", [], { origin: "10.0.0.9:1" });
    expect(addressOf(single)).toBe(here);
  });

  it("but of one that was not heard they do, and of its next life", () => {
    const single = knowing(false);
    single.hear("a", [alive("b", 0, lie)]);
    expect(addressOf(single)).toBe(elsewhere);
  });
});

describe("MEMBER-13: a member about whose place others have lied before it was heard", () => {
  it.each(["alive", "dead"])("is found by its own word, when it counts as %s", (state) => {
    const single = knowing(false);
    single.hear("a", [alive("b", 0, lie)]);
    if (state === "dead") single.hear("a", [accused("dead", "b", 0, "a")]);
    single.hear("b", [alive("b", 0)], { origin: here });
    expect(single.stateOf("b")).toBe(state);
    expect(addressOf(single)).toBe(here);
  });
});
