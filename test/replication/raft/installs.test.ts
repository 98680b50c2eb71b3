/** A snapshot of a leader at one follower: what it replaces, and when it is acknowledged. */
import { describe, expect, it } from "vitest";
import { crc32c } from "../../../src/codes/crc32c.js";
import { encodeGroup } from "../../../src/replication/raft/group.js";
import type { SnapshotPiece } from "../../../src/replication/raft/messages.js";
import { voters } from "./support/cluster.js";
import { append, bytes, Core, d, entriesOf, heartbeat, of, sent } from "./support/core.js";

const state = bytes("the state of the application");
const head = encodeGroup({
  members: new Map(voters(3)).set(d, "learner"),
  outgoing: null,
  lives: new Map(),
});

const piece = (more: Partial<SnapshotPiece> = {}): SnapshotPiece => ({
  kind: "snapshot",
  term: 2,
  index: 5,
  snapshotTerm: 2,
  head,
  offset: 0,
  total: state.length,
  crc: crc32c(state),
  bytes: state,
  outline: false,
  round: 4,
  ...more,
});

const outline = { outline: true, total: 0, crc: crc32c(bytes("")), bytes: bytes("") };
const replies = (core: Core) => sent(core.outputs, "snapshot-reply");
const installs = (core: Core) => of(core.outputs, "install-snapshot");

describe("a snapshot that is whole", () => {
  it("takes the place of log, group and state, and is acknowledged when durable (RAFT-11)", () => {
    const core = new Core({ terms: [1, 1] });
    core.hear("b", piece());
    expect(core.status).toMatchObject({ last: 5, committed: 5 });
    expect([...core.status.group.members.keys()]).toEqual(["a", "b", "c", "d"]);
    expect(installs(core)).toMatchObject([{ snapshot: { index: 5, term: 2, data: state } }]);
    expect(of(core.outputs, "restore")).toMatchObject([{ snapshot: { index: 5 } }]);
    expect(of(core.outputs, "apply")).toEqual([]);
    expect([replies(core), sent(core.outputs, "append-reply")]).toEqual([[], []]);
    core.save();
    expect(replies(core)).toMatchObject([{ index: 5, received: state.length, round: 4 }]);
    expect(sent(core.outputs, "append-reply")).toMatchObject([{ accepted: true, index: 5 }]);
    core.hear("b", append({ previousIndex: 5, previousTerm: 2, entries: entriesOf([2], 6) }));
    core.save();
    // The snapshot is not spoken of again.
    expect(replies(core)).toHaveLength(1);
    expect(sent(core.outputs, "append-reply").at(-1)).toMatchObject({ index: 6, round: 4 });
  });

  it("leaves a log that has its last entry: that says the same, and more", () => {
    const core = new Core({ terms: [1, 1, 2, 2, 2] });
    core.hear("b", piece());
    core.save();
    expect(installs(core)).toEqual([]);
    expect(core.status).toMatchObject({ last: 6, committed: 5 });
    expect(of(core.outputs, "apply").flatMap(({ entries }) => entries)).toHaveLength(5);
    expect(replies(core)).toMatchObject([{ received: state.length }]);
  });

  it("replaces one in which that entry is of another term", () => {
    const core = new Core({ terms: [1, 1, 1, 1, 1] });
    core.hear("b", piece());
    expect(installs(core)).toHaveLength(1);
    expect(core.status).toMatchObject({ last: 5, committed: 5 });
  });

  it("of what is committed here changes nothing, and is acknowledged when that is saved", () => {
    const core = new Core();
    core.hear("b", append({ entries: entriesOf([2, 2, 2, 2]), committed: 5 }));
    core.hear("b", piece());
    expect([core.status.committed, replies(core)]).toEqual([5, []]);
    core.save();
    core.hear("b", piece({ round: 2 }));
    // An old piece does not take back which round was answered last.
    expect(replies(core)).toMatchObject([{ received: state.length, round: 4 }]);
    core.hear("b", piece({ index: 4, bytes: bytes("old") }));
    expect(replies(core)).toMatchObject([{ index: 5 }, { index: 4 }]);
    expect([installs(core), core.status.last]).toEqual([[], 5]);
  });

  it("is given to the disk again, before all else, where it was not saved", () => {
    const core = new Core();
    core.hear("b", piece());
    const [{ ticket } = { ticket: 0 }] = installs(core);
    core.step({ kind: "not-saved", ticket });
    core.hear("b", append({ previousIndex: 5, previousTerm: 2, entries: entriesOf([2], 6) }));
    expect(installs(core)).toHaveLength(1);
    const before = core.outputs.length;
    core.wait(heartbeat);
    const disk = core.outputs.slice(before).filter(({ kind }) => /save|install/.test(kind));
    expect(disk.map(({ kind }) => kind)).toEqual(["install-snapshot", "save"]);
    expect(replies(core)).toHaveLength(1);
    expect(sent(core.outputs, "append-reply").at(-1)).toMatchObject({ index: 6 });
  });
});

describe("a piece that is not taken", () => {
  it("of a second leader in the term, which cannot be", () => {
    const core = new Core();
    core.hear("b", append({}));
    core.save();
    const before = core.outputs.length;
    core.hear("c", piece());
    core.hear("c", append({ entries: entriesOf([2]) }));
    core.save();
    expect([core.outputs.slice(before), core.status.last]).toEqual([[], 1]);
  });

  it("of a term to come", () => {
    const core = new Core();
    core.hear("b", piece({ snapshotTerm: 3 }));
    core.save();
    expect([installs(core), replies(core)]).toEqual([[], []]);
  });

  it("while the disk takes nothing (RAFT-56)", () => {
    for (const health of ["full", "read-only", "failed"] as const) {
      const core = new Core();
      core.hear("b", append({}));
      core.save();
      core.step({ kind: "disk-health", health });
      core.hear("b", piece());
      expect([core.status.last, replies(core)]).toEqual([1, []]);
      core.step({ kind: "disk-health", health: "ok" });
      core.hear("b", piece());
      core.save();
      expect([core.status.last, replies(core).length]).toEqual([5, 1]);
    }
  });

  it("with a state, for a disk that was a witness's; one with a head only is (RAFT-39)", () => {
    const core = new Core();
    core.hear("b", piece(outline));
    core.save();
    expect(replies(core)).toMatchObject([{ index: 5, received: 0, outline: true }]);
    expect(of(core.outputs, "restore")).toEqual([]);
    core.hear("b", piece({ index: 8, round: 5 }));
    core.save();
    expect([core.status.last, replies(core).length]).toEqual([5, 1]);
    core.hear("b", piece({ ...outline, index: 9 }));
    core.save();
    expect([core.status.last, replies(core).at(-1)?.index]).toEqual([9, 9]);
    expect(of(core.outputs, "apply")).toEqual([]);
  });
});
