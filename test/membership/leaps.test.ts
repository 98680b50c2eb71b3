/** Numbers that nobody has lived: they stand until the member itself speaks, and no longer. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { incarnationLeapMax, incarnationMax } from "../../src/membership/claims.js";
import { messageBody } from "../../src/membership/messages.js";
import { Network, node, nodes } from "./support/network.js";
import { accused, lifeOf, Single } from "./support/single.js";

const leap = incarnationLeapMax;
const incarnationOf = (single: Single, name: string) =>
  single.machine.member(nodeId(name))?.incarnation;

/** Knows of a, who lies, and of b, who has never refuted anything. */
function knowing(): Single {
  const single = new Single();
  single.hear("a");
  single.hear("b");
  return single;
}

describe("MEMBER-11: leaps of others' words that add up", () => {
  it.each(["suspect", "dead"] as const)("%s: the member's own frame ends them", (status) => {
    const single = knowing();
    single.hear("a", [accused(status, "b", leap, "a"), accused(status, "b", 2 * leap, "a")]);
    expect(single.stateOf("b")).not.toBe("alive");
    single.hear("b", [], { incarnation: 0 });
    expect(single.stateOf("b")).toBe("alive");
    expect(incarnationOf(single, "b")).toBe(0);
  });

  it("one leap is the member's to answer: its frame from before it does not undo it", () => {
    const single = knowing();
    single.hear("a", [accused("suspect", "b", leap, "a")]);
    single.hear("b", [], { incarnation: 0 });
    expect(single.stateOf("b")).toBe("suspected");
    single.hear("b", [], { incarnation: leap + 1 });
    expect(single.stateOf("b")).toBe("alive");
  });

  it("in a group: one frame of lies to each, and all are back for all", () => {
    const network = Network.of(4, { seed: 5 });
    network.pass(30);
    const victim = node(0);
    const source = node(3);
    const lies = [1, 2, 3].map((leaps) =>
      accused("dead", victim, leaps * leap, source, { member: victim, accuser: source }),
    );
    const own = network.machines.get(source)?.member(source);
    const content = { kind: "carry", detector: null } as const;
    const body = messageBody(own?.incarnation ?? 0, own?.rank ?? 0, lies, content);
    for (const target of nodes(4).slice(1, 3)) {
      network.feed(target, { kind: "message", from: source, life: lifeOf(1), origin: null, body });
      expect(network.machines.get(target)?.member(victim)?.state).toBe("dead");
    }
    network.pass(30);
    expect(network.agree(nodes(4))).toBe(true);
  });
});

describe("MEMBER-11: a liar cannot use up a member's numbers", () => {
  const lie = (single: Single) => single.hear("a", lies(incarnationOf(single, "m") ?? 0));
  const lies = (from: number) =>
    Array.from({ length: 60 }, (_, at) => accused("suspect", "m", from + (at + 1) * leap, "a"));

  it("it follows a claim beyond its own at most once a period", () => {
    const single = knowing();
    for (let count = 0; count < 100; count += 1) lie(single);
    expect(incarnationOf(single, "m")).toBe(leap + 1);
    single.pass(1);
    lie(single);
    expect(incarnationOf(single, "m")).toBe(2 * (leap + 1));
    expect(incarnationOf(single, "m")).toBeLessThan(incarnationMax);
  });

  it("and answers any that is no further than its own, at once", () => {
    const single = knowing();
    lie(single);
    single.hear("b", [accused("suspect", "m", leap + 1, "b")]);
    expect(incarnationOf(single, "m")).toBe(leap + 2);
  });
});
