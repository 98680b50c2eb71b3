/** A start from what is on the disk, and what is on its way to it when something overtakes it. */
import { describe, expect, it } from "vitest";
import { crc32c } from "../../../src/codes/crc32c.js";
import { UsageError } from "../../../src/kernel/assert.js";
import { Prng } from "../../../src/kernel/prng.js";
import { instant } from "../../../src/kernel/time.js";
import type { LogEntry, RecoveredLog } from "../../../src/recovery/log/ports.js";
import { encodeGroup } from "../../../src/replication/raft/group.js";
import { encodeHardState, parseHardState } from "../../../src/replication/raft/hard-state.js";
import type { SnapshotPiece } from "../../../src/replication/raft/messages.js";
import type { MemberRoles } from "../../../src/replication/raft/ports.js";
import { Raft } from "../../../src/replication/raft/raft.js";
import { voters } from "./support/cluster.js";
import {
  a,
  append,
  appendReply,
  b,
  bytes,
  Core,
  c,
  electionMax,
  electionMin,
  entriesOf,
  heartbeat,
  of,
  sent,
  targets,
  voteRequest,
} from "./support/core.js";

const groupOf = (members: MemberRoles, lives: readonly (readonly [typeof a, number])[] = []) =>
  encodeGroup({ members, outgoing: null, lives: new Map(lives) });
const membersAt = (index: number, members: MemberRoles): LogEntry => ({
  ...{ index, term: 1, kind: 2, data: groupOf(members) },
});
const hard = { term: 3, vote: null, life: 1, founded: true, outline: false, lives: new Map() };
const snapshotAt = (index: number, members = voters(3)) => ({
  ...{ index, term: 1, head: groupOf(members), data: bytes("state") },
});

function started(more: Partial<RecoveredLog>, bootstrap: MemberRoles | null = null): Raft {
  const recovered = { meta: encodeHardState(hard), snapshot: null, entries: [], repairs: [] };
  return new Raft({
    ...{ now: instant(1_000_000), self: a, life: 7, dice: new Prng(1), bootstrap },
    ...{ heartbeat, electionTimeoutMin: electionMin, electionTimeoutMax: electionMax },
    ...{ driftMaxPpm: 0, leaseReads: false, recovered: { ...recovered, ...more } },
  });
}

const standing = (raft: Raft) => {
  const { first, last, committed, group } = raft.status();
  return [first, last, committed, [...group.members.keys()].join("")];
};
const first = membersAt(1, voters(3));

describe("a start (RAFT-46)", () => {
  it("goes on with snapshot and entries, wherever they meet", () => {
    const later = membersAt(6, voters(2));
    const cases = [
      [{ entries: [first, ...entriesOf([1, 1])] }, [1, 3, 0, "abc"]],
      [{ snapshot: snapshotAt(5) }, [6, 5, 5, "abc"]],
      [{ snapshot: snapshotAt(5), entries: [...entriesOf([1, 1], 4), later] }, [5, 6, 5, "ab"]],
      [{ snapshot: snapshotAt(5), entries: [later] }, [6, 6, 5, "ab"]],
      [{ snapshot: snapshotAt(5), entries: entriesOf([1, 1, 1], 3) }, [4, 5, 5, "abc"]],
      // Those that end before it say nothing that it does not.
      [{ snapshot: snapshotAt(5), entries: entriesOf([1, 1], 3) }, [6, 5, 5, "abc"]],
      // A group that the snapshot stands for is in its head.
      [{ snapshot: snapshotAt(7, voters(4)), entries: [later, ...entriesOf([1], 7)] }, "abcd"],
    ] as const;
    for (const [recovered, expected] of cases) {
      const found = standing(started(recovered));
      expect(typeof expected === "string" ? found[3] : found).toEqual(expected);
    }
  });

  it("gives its owner the snapshot, and applies what is behind it only when committed", () => {
    const outputs = started({
      snapshot: snapshotAt(5),
      entries: entriesOf([1, 1], 6),
    }).step(instant(1_000_000), { kind: "timeout" });
    expect(of(outputs, "restore")).toMatchObject([{ snapshot: { index: 5 } }]);
    expect(of(outputs, "apply")).toEqual([]);
    const without = started({ entries: [first] }).step(instant(1_000_000), { kind: "timeout" });
    expect(of(without, "restore")).toEqual([]);
  });

  it("is refused where what is kept is none of ours", () => {
    const wrong: Partial<RecoveredLog>[] = [
      { meta: bytes("?") },
      { meta: null, entries: [first] },
      { meta: null, snapshot: snapshotAt(5) },
      { entries: [{ ...first, data: bytes("?") }] },
      { snapshot: { ...snapshotAt(5), head: bytes("?") } },
    ];
    for (const recovered of wrong) expect(() => started(recovered)).toThrow(UsageError);
  });

  it("of a disk with a term, and no entry, is no first start", () => {
    expect(started({}, voters(3)).status()).toMatchObject({ term: 3, last: 0, blank: false });
  });
});

describe("a first start (RAFT-51)", () => {
  const blank = (bootstrap: MemberRoles | null) => started({ meta: null }, bootstrap);

  it("keeps its life, its term and the first group before anything else", () => {
    const outputs = blank(voters(3)).step(instant(1_000_000), { kind: "timeout" });
    const [save] = of(outputs, "save");
    expect(outputs[0]).toBe(save);
    expect(save?.entries).toMatchObject([{ index: 1, term: 1, kind: 2 }]);
    expect(parseHardState(save?.meta ?? bytes(""))).toMatchObject({ term: 1, life: 7 });
    const waiting = blank(null);
    expect(waiting.status()).toMatchObject({ term: 0, last: 0, blank: true });
    const other = of(waiting.step(instant(1_000_000), { kind: "timeout" }), "save");
    expect(parseHardState(other[0]?.meta ?? bytes(""))).toMatchObject({ term: 0, life: 7 });
  });

  it("founds at once who is alone, and nobody who is not the one", () => {
    expect(blank(voters(1)).status().blank).toBe(false);
    expect(blank(new Map([[b, "voter"]])).status().blank).toBe(true);
    expect(blank(voters(2)).status().blank).toBe(true);
  });

  it("is over where the group names the life: that disk votes (RAFT-50)", () => {
    for (const [lives, blankStill] of [
      [[[a, 9]], false],
      [[[a, 8]], true],
      [[[b, 9]], true],
    ] as const) {
      const core = new Core({ blank: true, life: 9 });
      const data = groupOf(voters(3), lives);
      core.hear("b", append({ entries: [{ index: 2, term: 2, kind: 2, data }] }));
      expect(core.status.blank).toBe(blankStill);
    }
    const learner = new Core({ blank: true, life: 9, roles: new Map(voters(3)).set(a, "learner") });
    const data = groupOf(new Map(voters(3)).set(a, "learner"), [[a, 9]]);
    learner.hear("b", append({ entries: [{ index: 2, term: 2, kind: 2, data }] }));
    expect(learner.status.blank).toBe(true);
  });
});

describe("what is on its way to the disk", () => {
  const snapshot: SnapshotPiece = {
    kind: "snapshot",
    ...{ term: 2, index: 9, snapshotTerm: 2, head: groupOf(voters(4)), offset: 0, total: 5 },
    ...{ crc: crc32c(bytes("state")), bytes: bytes("state"), outline: false, round: 1 },
  };

  it("when a snapshot takes the place of the log says nothing of it (RAFT-11)", () => {
    const core = new Core();
    core.hear("b", append({}));
    core.save();
    core.hear("b", append({ entries: entriesOf(Array.from({ length: 20 }, () => 2)) }));
    const { ticket = 0 } = of(core.outputs, "save").at(-1) ?? {};
    core.hear("b", { ...snapshot, index: 30 });
    expect(core.status).toMatchObject({ last: 30, committed: 30 });
    const groups = of(core.outputs, "event").flatMap(({ event }) =>
      event.kind === "group" ? [event.index] : [],
    );
    expect(groups.at(-1)).toBe(30);
    const before = core.outputs.length;
    core.step({ kind: "saved", ticket });
    expect(core.outputs.slice(before)).toEqual([]);
    core.save();
    expect(sent(core.outputs, "append-reply").at(-1)).toMatchObject({ index: 30 });
  });

  it("is not given out twice, and a snapshot not after it was kept", () => {
    const core = new Core();
    core.hear("b", snapshot);
    core.save();
    core.hear("b", append({ previousIndex: 9, previousTerm: 2, entries: entriesOf([2], 10) }));
    const { ticket = 0 } = of(core.outputs, "save").at(-1) ?? {};
    core.step({ kind: "not-saved", ticket });
    core.wait(heartbeat);
    expect(of(core.outputs, "install-snapshot")).toHaveLength(1);
    const entries = of(core.outputs, "save").flatMap((save) => save.entries);
    expect(entries.map(({ index }) => index)).toEqual([10, 10]);
  });

  it("goes in saves that are not too long, the term with the first of them", () => {
    const core = new Core({ limits: { saveBytesMax: 40 } });
    core.hear("b", append({ entries: entriesOf([2, 2, 2, 2, 2]) }));
    const saves = of(core.outputs, "save");
    expect(saves.map(({ entries }) => entries.length)).toEqual([3, 2]);
    expect(saves.map(({ meta }) => meta !== null)).toEqual([true, false]);
  });

  it("of a vote is not told when its term has ended meanwhile (RAFT-1)", () => {
    const core = new Core();
    core.now = instant(core.now + electionMin);
    core.hear("b", voteRequest({ term: 2 }));
    core.hear("c", voteRequest({ term: 5, lastTerm: 0, lastIndex: 0 }));
    const replies = sent(core.save(), "vote-reply");
    expect(replies).toMatchObject([{ term: 5, granted: false }]);
    expect(targets(core.outputs, "vote-reply")).toEqual(["c"]);
  });
});

describe("reads that wait when the leadership ends (RAFT-20)", () => {
  it("are told once, those of a round and those that wait for the next; both count", () => {
    const core = new Core({ limits: { readsMax: 3 } }).lead("b");
    core.acknowledge("b", core.status.last, { round: 0 });
    for (const ticket of [1, 2, 3, 4]) core.step({ kind: "read", ticket });
    expect(of(core.outputs, "refused")).toMatchObject([{ ticket: 4, reason: "overloaded" }]);
    core.hear("b", appendReply({ term: 9, accepted: false }));
    core.wait(electionMax);
    const lost = of(core.outputs, "refused").slice(1);
    expect(lost.map(({ ticket, reason }) => `${ticket} ${reason}`)).toEqual(
      [1, 2, 3].map((ticket) => `${ticket} leadership-lost`),
    );
  });
});

describe("a voter that is leaving (RAFT-7)", () => {
  it("may lead until that is committed, and then no more", () => {
    const core = new Core();
    const members: MemberRoles = new Map([b, c].map((id) => [id, "voter"] as const));
    const data = groupOf(members);
    core.hear("b", append({ entries: [{ index: 2, term: 2, kind: 2, data }] }));
    core.save();
    core.hear("b", { kind: "timeout-now", term: 2 });
    expect(core.status.role).toBe("candidate");
    core.hear("b", append({ term: 3, previousIndex: 2, previousTerm: 2, committed: 2 }));
    core.save();
    core.hear("b", { kind: "timeout-now", term: 3 });
    expect(core.status.role).toBe("follower");
  });
});
