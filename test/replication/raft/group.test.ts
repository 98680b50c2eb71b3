/** The group as a value, and which of those in the log counts. */
import { describe, expect, it } from "vitest";
import type { NodeId } from "../../../src/kernel/ids.js";
import {
  electorsOf,
  emptyGroup,
  encodeGroup,
  everyoneIn,
  isElector,
  mayLead,
  membersMax,
  parseGroup,
  roleIn,
  sortedRoles,
} from "../../../src/replication/raft/group.js";
import { GroupHistory } from "../../../src/replication/raft/group-history.js";
import type { Group, MemberRole, MemberRoles } from "../../../src/replication/raft/ports.js";
import { a, b, c, d, x } from "./support/core.js";

const role = { v: "voter", l: "learner", w: "witness" } as const;

/** `av bw`: a is a voter, b a witness. */
const roles = (text: string): MemberRoles =>
  new Map(
    text
      .split(" ")
      .filter((word) => word !== "")
      .map((word) => [word[0] as NodeId, role[word[1] as "v" | "l" | "w"]]),
  );
const group = (members: string, outgoing: string | null = null): Group => ({
  members: roles(members),
  outgoing: outgoing === null ? null : roles(outgoing),
  lives: new Map(),
});

describe("who is what in a group", () => {
  const joint = group("av bw cl", "bv cv dv xl");

  it("voters and witnesses elect, in either half; learners and strangers do not", () => {
    expect(electorsOf(joint.members)).toEqual(["a", "b"]);
    const electors = [a, b, c, d, x].filter((member) => isElector(joint, member));
    expect(electors).toEqual(["a", "b", "c", "d"]);
    expect([b, c].map((member) => isElector(group("av bw cl"), member))).toEqual([true, false]);
  });

  it("a voter may lead, a leaving one too, but none that is to be a witness", () => {
    const leaders = [a, b, c, d, x].filter((member) => mayLead(joint, member));
    expect(leaders).toEqual(["a", "c", "d"]);
  });

  it("of who leaves the role is what it was, of others what they are to be", () => {
    const found = (["a", "b", "c", "d", "x", "z"] as NodeId[]).map((id) => roleIn(joint, id));
    expect(found).toEqual(["voter", "witness", "learner", "voter", "learner", null]);
    expect(everyoneIn(joint)).toEqual(["a", "b", "c", "d", "x"]);
    expect(everyoneIn(group("xv bv", "cv av"))).toEqual(["a", "b", "c", "x"]);
  });

  it("the same members are the same bytes, in whatever order they were named", () => {
    const bytesOf = (text: string) =>
      encodeGroup({ ...group(""), members: sortedRoles(roles(text)) });
    expect(bytesOf("cl av bw")).toEqual(bytesOf("av bw cl"));
    expect([...sortedRoles(roles("cl xv av bw")).keys()]).toEqual(["a", "b", "c", "x"]);
  });
});

describe("the bytes of a group", () => {
  const many = (count: number): MemberRoles =>
    new Map(
      Array.from({ length: count }, (_, at): [NodeId, MemberRole] => [
        `m${String(at).padStart(2, "0")}` as NodeId,
        "voter",
      ]),
    );

  it("hold as many members as there may be, in both halves, with their lives", () => {
    const lives = new Map([...many(2 * membersMax).keys()].map((id, at) => [id, at]));
    const full = { members: many(membersMax), outgoing: many(membersMax), lives };
    expect(parseGroup(encodeGroup(full))).toEqual(full);
    const none = new Map<NodeId, number>();
    const refused = [
      { ...full, members: many(membersMax + 1), lives: none },
      { ...full, outgoing: many(membersMax + 1), lives: none },
      { ...full, lives: new Map([...lives, [x, 1]]) },
    ];
    for (const one of refused) expect(parseGroup(encodeGroup(one))).toBeNull();
  });

  it("are refused with another version, an unknown role, a member twice, and more behind", () => {
    const good = encodeGroup(group("av bv"));
    const changed = (at: number, to: number) =>
      good.map((byte, index) => (index === at ? to : byte));
    expect(parseGroup(good)).toEqual(group("av bv"));
    expect(parseGroup(changed(0, 2))).toBeNull();
    const roleAt = good.lastIndexOf("b".charCodeAt(0)) + 1;
    expect(parseGroup(changed(roleAt, 2))?.members.get(b)).toBe("witness");
    expect(parseGroup(changed(roleAt, 3))).toBeNull();
    expect(parseGroup(changed(roleAt - 1, "a".charCodeAt(0)))).toBeNull();
    expect(parseGroup(new Uint8Array([...good, 0]))).toBeNull();
    const joint = encodeGroup(group("av", "bv"));
    joint[joint.lastIndexOf("b".charCodeAt(0)) + 1] = 3;
    expect(parseGroup(joint)).toBeNull();
  });
});

describe("the groups of a log (RAFT-31)", () => {
  const [one, two, three] = [group("av"), group("av bv"), group("av bv cv")] as const;

  function history(): GroupHistory {
    const groups = new GroupHistory(0, emptyGroup);
    groups.push(1, one);
    groups.push(4, two);
    groups.push(7, three);
    return groups;
  }

  it("the newest counts, with its quorum", () => {
    const groups = history();
    expect([groups.index, groups.group]).toEqual([7, three]);
    expect(groups.quorum).toEqual({ incoming: ["a", "b", "c"], outgoing: null });
  });

  it("a snapshot of an index carries the one that stood there", () => {
    const groups = history();
    const found = [0, 1, 3, 4, 6, 7, 9].map((index) => groups.at(index));
    expect(found).toEqual([emptyGroup, one, one, two, two, three, three]);
  });

  it("a truncation brings back the one before, and says whether it did", () => {
    const groups = history();
    expect([groups.truncate(8), groups.index]).toEqual([false, 7]);
    expect([groups.truncate(7), groups.index]).toEqual([true, 4]);
    expect([groups.truncate(2), groups.group]).toEqual([true, one]);
    expect([groups.truncate(1), groups.group, groups.truncate(0)]).toEqual([
      true,
      emptyGroup,
      false,
    ]);
  });

  it("what stood before a snapshot is forgotten, and not what stands at it", () => {
    const groups = history();
    groups.forget(3);
    expect([groups.at(3), groups.at(0)]).toEqual([one, one]);
    groups.forget(4);
    expect([groups.at(4), groups.at(0), groups.index]).toEqual([two, two, 7]);
    groups.forget(99);
    expect([groups.at(0), groups.group, groups.truncate(7)]).toEqual([three, three, false]);
  });

  it("begin anew with a snapshot of another", () => {
    const groups = history();
    groups.reset(5, two);
    expect([groups.index, groups.group, groups.at(0)]).toEqual([5, two, two]);
    groups.push(6, three);
    expect(groups.truncate(6)).toBe(true);
  });
});
