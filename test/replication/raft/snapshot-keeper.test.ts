/** When a snapshot of one's own is wanted, taken and saved, and what goes (RAFT-41, RAFT-42). */
import { describe, expect, it } from "vitest";
import { crc32c } from "../../../src/codes/crc32c.js";
import { seconds } from "../../../src/kernel/time.js";
import { snapshotBytesMax } from "../../../src/recovery/log/ports.js";
import { encodeGroup, parseGroup } from "../../../src/replication/raft/group.js";
import type { RaftOutput } from "../../../src/replication/raft/ports.js";
import { SnapshotSender } from "../../../src/replication/raft/snapshot-sender.js";
import { SendWindow } from "../../../src/replication/raft/window.js";
import { voters } from "./support/cluster.js";
import {
  a,
  append,
  bytes,
  Core,
  type CoreOptions,
  electionMax,
  entriesOf,
  of,
} from "./support/core.js";

const patience = seconds(10);

/** A group of one, which commits what it has saved. */
function alone(limits: CoreOptions["limits"]): Core {
  const core = new Core({ roles: voters(1), limits: { trailingEntries: 0, ...limits } });
  core.wait(2 * electionMax);
  return core;
}

function write(core: Core, count: number, length = 84): void {
  for (let at = 0; at < count; at += 1) {
    core.propose("x".repeat(length));
    core.save();
  }
}

const wants = (core: Core) => of(core.outputs, "want-snapshot").map(({ index }) => index);
const kept = (core: Core) => of(core.outputs, "save-snapshot");
const compacted = (core: Core) => of(core.outputs, "compact").map(({ index }) => index);
const taken = (core: Core, index = core.status.committed, data = bytes("state")) =>
  core.step({ kind: "snapshot-taken", index, data });
const saved = (core: Core) =>
  core.step({ kind: "snapshot-saved", ticket: kept(core).at(-1)?.ticket ?? 0 });

describe("a snapshot of one's own", () => {
  it("is wanted by bytes, kept under a ticket, and the log ends there when it is durable", () => {
    const core = alone({ logBytesMax: 1_000 });
    write(core, 9);
    expect(wants(core)).toEqual([]);
    write(core, 1);
    expect(wants(core)).toEqual([core.status.committed]);
    const index = core.status.committed;
    taken(core);
    expect(kept(core)).toMatchObject([{ snapshot: { index, term: 2, data: bytes("state") } }]);
    expect(core.status.first).toBe(1);
    saved(core);
    expect([compacted(core), core.status.first]).toEqual([[index], index + 1]);
    // It begins to count anew.
    write(core, 9);
    expect(wants(core)).toHaveLength(1);
    write(core, 1);
    expect(wants(core)).toHaveLength(2);
  });

  it("is wanted by time where anything was applied, and not sooner", () => {
    const core = alone({ snapshotEvery: seconds(100) });
    core.wait(seconds(100) - 2 * electionMax - 1);
    expect(wants(core)).toEqual([]);
    core.wait(2);
    expect(wants(core)).toEqual([core.status.committed]);
    taken(core);
    saved(core);
    core.wait(seconds(1_000));
    expect(wants(core)).toHaveLength(1);
    write(core, 1);
    core.wait(1);
    expect(wants(core)).toHaveLength(2);
    taken(core);
    saved(core);
    write(core, 1);
    core.wait(seconds(99));
    expect(wants(core)).toHaveLength(2);
    core.wait(seconds(1));
    expect(wants(core)).toHaveLength(3);
  });

  it("that nobody took is wanted again after a while, and the log grows till then", () => {
    const core = alone({ logBytesMax: 1_000 });
    write(core, 10);
    core.wait(patience - 1);
    expect(wants(core)).toHaveLength(1);
    core.wait(1);
    expect(wants(core)).toHaveLength(2);
  });

  it("that the disk refused is wanted again after a while, not at once", () => {
    const core = alone({ logBytesMax: 1_000 });
    write(core, 10);
    taken(core);
    core.step({ kind: "not-saved", ticket: kept(core)[0]?.ticket ?? 0 });
    expect([core.status.role, core.status.first]).toEqual(["leader", 1]);
    core.wait(patience - 1);
    expect(wants(core)).toHaveLength(1);
    core.wait(1);
    expect(wants(core)).toHaveLength(2);
    taken(core);
    saved(core);
    expect(core.status.first).toBeGreaterThan(1);
  });

  it("is not wanted while the disk takes nothing", () => {
    const core = new Core({ limits: { logBytesMax: 200, trailingEntries: 0 } });
    core.step({ kind: "disk-health", health: "full" });
    core.hear("b", append({ committed: 1 }));
    core.wait(seconds(4_000));
    expect(wants(core)).toEqual([]);
    core.step({ kind: "disk-health", health: "ok" });
    core.wait(1);
    expect(wants(core)).toEqual([1]);
  });

  it("waits until the log on the disk has got as far: else there was a gap", () => {
    const core = new Core({ limits: { logBytesMax: 50, trailingEntries: 0 } });
    core.hear("b", append({ entries: entriesOf([2, 2, 2]), committed: 4 }));
    expect(wants(core)).toEqual([4]);
    taken(core);
    expect(kept(core)).toEqual([]);
    core.save();
    expect(kept(core)).toMatchObject([{ snapshot: { index: 4 } }]);
  });

  it("leaves some entries before it, by number and by bytes", () => {
    for (const [limits, left] of [
      [{ trailingEntries: 3 }, 3],
      [{ trailingEntries: 100 }, 5],
    ] as const) {
      // Entries of 100 bytes each; half of the bytes that a log may have stay.
      const core = alone({ logBytesMax: 1_000, ...limits });
      write(core, 20);
      taken(core);
      saved(core);
      expect(core.status.committed - core.status.first + 1).toBe(left);
    }
  });
});

describe("what is given as a snapshot", () => {
  const refused = (core: Core, index: number, data = bytes("state")) => {
    const before = kept(core).length;
    taken(core, index, data);
    return kept(core).length === before;
  };

  it("counts where it is of what was applied, and newer than the one before", () => {
    const core = alone({ logBytesMax: 1_000 });
    write(core, 10);
    const { committed } = core.status;
    expect([refused(core, committed + 1), refused(core, committed - 2)]).toEqual([true, false]);
    // One is being saved.
    expect(refused(core, committed)).toBe(true);
    saved(core);
    expect([refused(core, committed - 2), refused(core, committed - 1)]).toEqual([true, false]);
    saved(core);
    expect([refused(core, 0), refused(core, committed)]).toEqual([true, false]);
  });

  it("and is of a size that somebody could keep", () => {
    const core = alone({ logBytesMax: 1_000 });
    write(core, 10);
    const { committed } = core.status;
    expect(refused(core, committed, new Uint8Array(snapshotBytesMax + 1))).toBe(true);
    expect(refused(core, committed, new Uint8Array(snapshotBytesMax))).toBe(false);
  });

  it("is not saved by another's ticket", () => {
    const core = alone({ logBytesMax: 1_000 });
    write(core, 10);
    taken(core);
    const ticket = kept(core)[0]?.ticket ?? 0;
    for (const other of [ticket - 1, ticket + 1]) {
      core.step({ kind: "snapshot-saved", ticket: other });
      core.step({ kind: "not-saved", ticket: other });
    }
    expect(compacted(core)).toEqual([]);
    core.step({ kind: "snapshot-saved", ticket });
    core.step({ kind: "snapshot-saved", ticket });
    expect(compacted(core)).toHaveLength(1);
  });
});

describe("another's snapshot, which was installed meanwhile", () => {
  const head = encodeGroup({ members: voters(3), outgoing: null, lives: new Map() });
  const data = bytes("theirs");
  const install = (core: Core, index: number): readonly RaftOutput[] => {
    const about = { term: 2, index, snapshotTerm: 2, head, offset: 0, total: data.length };
    const more = { crc: crc32c(data), bytes: data, outline: false, round: 1 };
    return core.hear("b", { kind: "snapshot", ...about, ...more });
  };

  it("makes worthless what was wanted, taken, or being saved", () => {
    for (const far of ["wanted", "taken", "saving"]) {
      const core = new Core({ limits: { logBytesMax: 50, trailingEntries: 0 } });
      core.hear("b", append({ entries: entriesOf([2, 2, 2]), committed: 4 }));
      if (far !== "wanted") taken(core, 4);
      if (far === "saving") core.save();
      const before = kept(core).length;
      install(core, 20);
      core.save();
      taken(core, 4);
      core.step({ kind: "snapshot-saved", ticket: kept(core).at(-1)?.ticket ?? 999 });
      core.wait(1);
      expect([kept(core).length - before, compacted(core)]).toEqual([0, []]);
      expect(core.status).toMatchObject({ first: 21, committed: 20 });
    }
  });
});

describe("a witness (RAFT-38)", () => {
  it("keeps snapshots of nothing but the group, and asks nobody for them", () => {
    const core = new Core({
      roles: new Map(voters(3)).set(a, "witness"),
      limits: { logBytesMax: 50, trailingEntries: 0 },
    });
    const outline = { entries: entriesOf([2, 2, 2]), outline: true, committed: 4 };
    core.hear("b", append(outline));
    core.save();
    expect([wants(core), of(core.outputs, "apply")]).toEqual([[], []]);
    const [one] = kept(core);
    expect(one?.snapshot).toMatchObject({ index: 4, term: 2, data: bytes("") });
    expect(parseGroup(one?.snapshot.head ?? bytes(""))?.members.get(a)).toBe("witness");
    saved(core);
    expect(core.status.first).toBe(5);
  });
});

describe("a snapshot on its way to a follower (RAFT-43)", () => {
  const data = new Uint8Array(1_000).map((_, at) => at);
  const snapshot = { index: 9, term: 2, head: new Uint8Array(10), data };
  const image = { snapshot, data, crc: crc32c(data), outline: false };
  const wide = () => new SendWindow(10_000);
  /** Pieces of 90 bytes, three ahead. */
  const sender = () => new SnapshotSender(image, wide(), 200, 3);
  const next = (one: SnapshotSender): number[] => {
    const offsets: number[] = [];
    for (let piece = one.next(2, 1); piece !== null; piece = one.next(2, 1)) {
      expect(piece.bytes).toEqual(data.subarray(piece.offset, piece.offset + 90));
      offsets.push(piece.offset);
    }
    return offsets;
  };

  it("goes one piece into silence, and some ahead of the answers", () => {
    const one = sender();
    expect([next(one), next(one), one.isFresh]).toEqual([[0], [], true]);
    expect([one.answered(90), next(one), one.isFresh]).toEqual([false, [90, 180, 270], false]);
    expect([one.answered(180), next(one)]).toEqual([false, [360]]);
    expect([one.answered(990), next(one), one.answered(1_000)]).toEqual([false, [990], true]);
    expect(next(one)).toEqual([]);
  });

  it("goes again, one piece, where nothing has moved in a heartbeat", () => {
    const one = sender();
    next(one);
    one.answered(90);
    next(one);
    one.retry();
    expect(next(one)).toEqual([]);
    one.answered(90);
    one.retry();
    expect(next(one)).toEqual([90]);
    one.answered(180);
    one.retry();
    expect(next(one)).toEqual([180, 270, 360]);
  });

  it("goes on from where the follower is, also if that is less or more than was thought", () => {
    const one = sender();
    next(one);
    one.answered(540);
    expect(next(one)).toEqual([540, 630, 720]);
    one.answered(0);
    expect(next(one)).toEqual([0, 90, 180]);
    expect([one.answered(1_001), next(one)]).toEqual([false, []]);
  });

  it("is one piece where there is nothing in it", () => {
    const none = { ...image, data: bytes("") };
    const one = new SnapshotSender(none, wide(), 200, 3);
    expect(one.next(2, 1)).toMatchObject({ offset: 0, total: 0 });
    expect(one.next(2, 1)).toBeNull();
    // Lost, it goes again, though there is nothing in it that could be missed.
    one.retry();
    one.retry();
    expect(one.next(2, 1)).toMatchObject({ offset: 0, total: 0 });
    expect([one.next(2, 1), one.answered(0)]).toEqual([null, true]);
  });

  it("fits into a message with its head, whatever the head", () => {
    const long = { ...snapshot, head: new Uint8Array(60) };
    const piece = new SnapshotSender({ ...image, snapshot: long }, wide(), 200, 3).next(2, 1);
    expect(piece?.bytes).toHaveLength(40);
  });
});
