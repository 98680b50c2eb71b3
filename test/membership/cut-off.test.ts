/** One who was cut off comes back, and has given everybody up meanwhile. */
import { describe, expect, it } from "vitest";
import { accused, alive, Single } from "./support/single.js";

const names = ["a", "b", "c", "d", "e", "f"];

/** Knows six others, all heard. With seven a suspicion lasts 4 s at least. */
function group(): Single {
  const single = new Single();
  for (const name of names) single.hear(name);
  return single;
}

describe("MEMBER-6: of one that was given up, and is back", () => {
  it("the deaths that it tells are suspicions, which the living refute", () => {
    const single = group();
    single.hear("b", [accused("dead", "a", 0, "b")]);
    expect(single.stateOf("a")).toBe("dead");
    single.hear("a", [accused("dead", "c", 0, "a")], { incarnation: 1 });
    expect(single.stateOf("a")).toBe("alive");
    expect(single.stateOf("c")).toBe("suspected");
    single.hear("c", [alive("c", 1)], { incarnation: 1 });
    expect(single.stateOf("c")).toBe("alive");
  });

  it("its word is as good as any again after a suspicion's least", () => {
    const single = group();
    single.hear("b", [accused("dead", "a", 0, "b")]);
    single.hear("a", [], { incarnation: 1 });
    single.pass(5);
    single.hear("a", [accused("dead", "c", 0, "a")], { incarnation: 1 });
    expect(single.stateOf("c")).toBe("dead");
  });

  it("and so is that of one who was only suspected", () => {
    const single = group();
    single.hear("b", [accused("suspect", "a", 0, "b")]);
    single.hear("a", [accused("dead", "c", 0, "a")], { incarnation: 1 });
    expect(single.stateOf("c")).toBe("dead");
  });
});
