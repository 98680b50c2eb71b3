/** Who speaks out of a life that is over is told so, wherever it now speaks from. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { parseMessage } from "../../src/membership/messages.js";
import type { MembershipOutput } from "../../src/membership/ports.js";
import { eventsIn, lifeOf, Single } from "./support/single.js";

const n7 = nodeId("n7");
const [here, there] = ["10.0.0.7:1", "10.0.0.8:1"];

/** Knows n7's second life, heard at `there`. */
function knowing(): Single {
  const single = new Single();
  single.hear("n7", [], { life: lifeOf(2), origin: there });
  return single;
}

const speakOld = (single: Single, life = lifeOf(1), origin: string | null = here) =>
  single.step({ kind: "old-life", from: n7, life, origin });

const toldAt = (outputs: readonly MembershipOutput[]) =>
  outputs.flatMap((output) =>
    output.kind === "send-to-address"
      ? [{ address: output.address, content: parseMessage(output.body)?.content }]
      : [],
  );

describe("a frame of an old life", () => {
  it("is answered where it came from, with the new life and where that is", () => {
    const content = { kind: "outlived", life: lifeOf(2), address: there };
    expect(toldAt(speakOld(knowing()))).toEqual([{ address: here, content }]);
    const single = knowing();
    const heard = single.hear("n7", [], { life: lifeOf(1), origin: here });
    expect(toldAt(heard)).toEqual([{ address: here, content }]);
  });

  it("is answered by name where nobody knows where it came from", () => {
    const outputs = speakOld(knowing(), lifeOf(1), null);
    expect(toldAt(outputs)).toEqual([]);
    expect(outputs).toMatchObject([{ kind: "send", targets: [n7] }]);
  });

  it("is answered once in a period, whatever comes, and changes nothing", () => {
    const single = knowing();
    const before = single.machine.members();
    const answers = Array.from({ length: 50 }, () => toldAt(speakOld(single))).flat();
    expect(answers).toHaveLength(1);
    expect(single.machine.members()).toEqual(before);
    single.pass(1.1);
    expect(toldAt(speakOld(single))).toHaveLength(1);
  });

  it("is not answered for a stranger, nor for a life that is not over", () => {
    const single = knowing();
    expect(single.step({ kind: "old-life", from: nodeId("n8"), life: 1, origin: here })).toEqual(
      [],
    );
    expect(toldAt(speakOld(single, lifeOf(2)))).toEqual([]);
    expect(toldAt(speakOld(single, lifeOf(3)))).toEqual([]);
  });
});

describe("who is told that it was replaced", () => {
  it("stops, and says where the newer life is, when two have said so", () => {
    const single = new Single();
    for (const witness of ["a", "b", "c"]) single.hear(witness);
    const content = { kind: "outlived", life: lifeOf(2), address: there } as const;
    expect(eventsIn(single.hear("a", [], { content }))).toEqual([]);
    expect(eventsIn(single.hear("b", [], { content }))).toContainEqual({
      ...{ kind: "identity-lost", life: lifeOf(2), address: there },
    });
  });

  it("bears an address that is none", () => {
    const body = [4, 0, 0, [], [lifeOf(2), { toString: 1 }]];
    expect(parseMessage(body)?.content).toEqual({
      ...{ kind: "outlived", life: lifeOf(2), address: null },
    });
    for (const extra of [lifeOf(2), [], [0, null], null, "x"]) {
      expect(parseMessage([4, 0, 0, [], extra])).toBeNull();
    }
  });
});
