/** `holdfast status --why NODE`: what each replica here says of a node, in words. */
import { describe, expect, it } from "vitest";
import { opinionsOn, opinionText } from "../../../src/cli/status/why.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { instant, micros } from "../../../src/kernel/time.js";
import type { CaseFile } from "../../../src/membership/ports.js";
import { evidenceOf } from "../../support/evidence.js";
import { groupOf, memberOf, nodes, statusOf } from "../demo/support/views.js";

const [pi1, pi2, pi3] = nodes as [NodeId, NodeId, NodeId];
const plain = (_tone: string, text: string): string => text;

const caseOfPi3: CaseFile = {
  ...{
    member: pi3,
    life: 7,
    incarnation: 1,
    healthScore: 0,
    lateAt: null,
    refutedAt: null,
    returnedLife: null,
  },
  accusations: [{ accuser: pi2, heardAt: instant(1_000_000), evidence: evidenceOf(160_000) }],
  suspicion: { first: micros(200_000), last: micros(200_000) },
  ...{ declaredBy: pi2, declaredAt: instant(1_200_000) },
};

const group = groupOf([memberOf(pi1), memberOf(pi2), memberOf(pi3, { state: "dead" })], {
  cases: [caseOfPi3],
});
const silent = { path: "udp", direction: "none", lost: true, heardAt: instant(800_000) } as const;
const replica = statusOf("pi-1", {
  group,
  at: instant(3_000_000),
  paths: [{ peer: pi3, level: "cut", paths: [silent] }],
});

const said = (why: NodeId): string =>
  opinionsOn(why, [replica])
    .map((one) => opinionText(one, plain))
    .join("");

describe("status --why", () => {
  it("tells who suspected it first, what that one saw, who declared it, and by which paths", () => {
    const text = said(pi3);
    expect(text).toMatch(/^pi-1: pi-3 is dead\n/);
    expect(text).toContain("pi-2 suspected pi-3 first");
    expect(text).toContain("silent for 160 ms (all-to-all)");
    expect(text).toContain("pi-2 declared it gone 1.8 s ago");
    expect(text).toContain("By udp frames get through neither way; last heard 2200.0 ms ago.");
  });

  it("tells of one that nobody accused that it is alive, and no more", () => {
    expect(said(pi2)).toBe("pi-1: pi-2 is alive\n  Nobody has accused it that I know of.\n");
    expect(said(pi1)).toContain("pi-1: pi-1 is alive, it says of itself\n");
  });

  it("refuses a name that the group does not have, with the one that was meant", () => {
    expect(() => opinionsOn("pi-33", [replica])).toThrow(/no node "pi-33".*did you mean "pi-3"/);
    expect(() => opinionsOn(nodeId("zz"), [])).toThrow(/no node "zz"/);
  });
});
