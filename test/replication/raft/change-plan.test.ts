/** What a wanted change of members comes to, or why it is refused. */
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { planChange } from "../../../src/replication/raft/change-plan.js";
import { membersMax } from "../../../src/replication/raft/group.js";
import type { MemberChange, MemberRole, MemberRoles } from "../../../src/replication/raft/ports.js";
import { voters } from "./support/cluster.js";
import { a, b, c, x } from "./support/core.js";

describe("what a change means", () => {
  const roles = new Map<NodeId, MemberRole>([
    [a, "voter"],
    [b, "witness"],
    [c, "learner"],
  ]);
  const cases: readonly (readonly [MemberChange, string])[] = [
    [{ kind: "add", member: a, role: "voter" }, "already-member"],
    [{ kind: "add", member: c, role: "voter" }, "avbwcv"],
    [{ kind: "add", member: c, role: "witness" }, "already-member"],
    [{ kind: "add", member: x, role: "witness" }, "avbwclxw"],
    [{ kind: "remove", member: x }, "unknown-member"],
    [{ kind: "remove", member: a }, "would-lose-quorum"],
    [{ kind: "remove", member: b }, "avcl"],
    [{ kind: "promote", member: x }, "unknown-member"],
    [{ kind: "promote", member: b }, "already-member"],
    [{ kind: "promote", member: c }, "avbwcv"],
    [{ kind: "replace", member: a, successor: x }, "bwclxv"],
    [{ kind: "replace", member: a, successor: c }, "bwcv"],
    [{ kind: "replace", member: a, successor: b }, "already-member"],
    [{ kind: "replace", member: x, successor: a }, "unknown-member"],
    [{ kind: "replace", member: b, successor: c }, "already-member"],
    [{ kind: "replace", member: c, successor: x }, "avbwxl"],
    [{ kind: "replace", member: c, successor: c }, "already-member"],
    [{ kind: "replace", member: b, successor: b }, "avcl, avbwcl"],
    [{ kind: "replace", member: a, successor: a }, "would-lose-quorum"],
  ];
  for (const [wanted, meaning] of cases) {
    it(`${JSON.stringify(wanted)}: ${meaning}`, () => {
      const plan = planChange(roles, wanted);
      const text = (members: MemberRoles) =>
        [...members].map(([id, role]) => `${id}${role[0]}`).join("");
      const found = plan.ok
        ? plan.stages.map((stage) => text(stage.members)).join(", ")
        : plan.reason;
      expect(found).toBe(meaning);
    });
  }
});

describe("a plan", () => {
  const newcomers = (members: MemberRoles, wanted: MemberChange) => {
    const plan = planChange(members, wanted);
    return plan.ok ? plan.stages.map(({ newcomer }) => newcomer) : plan.reason;
  };

  it("names who must catch up first: whoever gets a vote (RAFT-32)", () => {
    const roles = new Map(voters(3)).set(c, "learner");
    const add = (role: MemberRole) => newcomers(roles, { kind: "add", member: x, role });
    expect([add("voter"), add("witness"), add("learner")]).toEqual([[x], [x], [null]]);
    expect(newcomers(roles, { kind: "promote", member: c })).toEqual([c]);
    expect(newcomers(roles, { kind: "remove", member: c })).toEqual([null]);
    const replace = (member: NodeId, successor: NodeId) =>
      newcomers(roles, { kind: "replace", member, successor });
    expect([replace(a, x), replace(c, x), replace(a, a)]).toEqual([[x], [null], [null, a]]);
  });

  it("takes as many members as a message holds, and no more", () => {
    const full = new Map(
      Array.from({ length: membersMax - 1 }, (_, at) => [nodeId(`m${at}`), "voter"] as const),
    );
    const add = { kind: "add", member: x, role: "learner" } as const;
    expect(newcomers(full, add)).toEqual([null]);
    expect(newcomers(new Map(full).set(a, "voter"), add)).toBe("too-large");
  });
});
