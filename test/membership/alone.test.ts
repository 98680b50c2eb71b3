/** A member that has lost all others asks again: those who let it in, and those it knew. */
import { describe, expect, it } from "vitest";
import { seconds } from "../../src/kernel/time.js";
import { parseMessage } from "../../src/membership/messages.js";
import type { MembershipOutput } from "../../src/membership/ports.js";
import { accused, Single, sentIn } from "./support/single.js";

const seed = "10.0.0.2:1";

const asked = (outputs: readonly MembershipOutput[]): string[] =>
  outputs.flatMap((output) =>
    output.kind === "send-to-address" && parseMessage(output.body)?.content.kind === "sync-request"
      ? [output.address]
      : [],
  );

/** Let in by `a`, and with nobody else. */
function letIn(): Single {
  const single = new Single();
  single.step({ kind: "join", seeds: [seed] });
  single.hear("a", [], { origin: seed, content: { kind: "sync-reply", page: 0 } });
  return single;
}

describe("a member that is alone", () => {
  it("asks its seeds again, ever more rarely, and not while somebody is alive", () => {
    const single = letIn();
    expect(asked(single.pass(100))).toEqual([]);
    single.hear("a", [accused("dead", "a", 0, "b")]);
    single.hear("b");
    single.hear("b", [accused("dead", "a", 0, "b")]);
    single.hear("a", [accused("dead", "b", 0, "a")]);
    expect(single.machine.members().filter(({ state }) => state === "alive")).toHaveLength(1);
    const requests = asked(single.pass(100));
    expect(requests.length).toBeGreaterThan(3);
    expect(requests.length).toBeLessThan(12);
    expect(new Set(requests)).toEqual(new Set([seed]));
  });

  it("compares its list with whoever it has given up, each time", () => {
    const single = new Single({ settings: { tombstoneFor: seconds(3_600) } });
    for (const name of ["a", "b"]) single.hear(name);
    single.hear("a", [accused("dead", "b", 0, "a")]);
    single.hear("b", [accused("dead", "a", 0, "b")]);
    const lists = sentIn(single.pass(200)).filter(
      ({ message }) => message.content.kind === "sync-request",
    );
    // Every 30 s, give or take a quarter.
    expect(lists.length).toBeGreaterThanOrEqual(5);
  });
});
