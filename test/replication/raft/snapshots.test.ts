/** Snapshots: when they are taken, how they travel, and what is kept of a member. */
import { describe, expect, it } from "vitest";
import { crc32c } from "../../../src/codes/crc32c.js";
import { seconds } from "../../../src/kernel/time.js";
import { encodeGroup, parseGroup } from "../../../src/replication/raft/group.js";
import { encodeHardState, parseHardState } from "../../../src/replication/raft/hard-state.js";
import type { SnapshotPiece } from "../../../src/replication/raft/messages.js";
import type { Group } from "../../../src/replication/raft/ports.js";
import { SnapshotReceiver } from "../../../src/replication/raft/snapshot-receiver.js";
import { voters } from "./support/cluster.js";
import { a, appendReply, b, Core, c, of, sent, x } from "./support/core.js";
import { change, follower, rolesAt, running, second, write } from "./support/running.js";

describe("snapshots", () => {
  const limits = { logBytesMax: 1_000, trailingEntries: 2, messageBytesMax: 600 };

  it("are taken by bytes, and bring who was away too long (RAFT-41, RAFT-43)", () => {
    const cluster = running({ limits });
    const away = follower(cluster);
    cluster.crash(away);
    write(cluster, 60);
    cluster.start(away);
    cluster.run(2 * second);
    expect(cluster.node(away).applied).toBe(cluster.invariants.committedMax);
    const installed = cluster.outputs.filter(
      ({ node, output }) => node === away && output.kind === "install-snapshot",
    );
    expect(installed).toHaveLength(1);
    expect(Object.keys(rolesAt(cluster, away))).toEqual(["a", "b", "c"]);
  });

  it("are taken by time where little is written (RAFT-42)", () => {
    const cluster = running({ limits: { snapshotEvery: seconds(2) } });
    const count = () =>
      cluster.outputs.filter(({ output }) => output.kind === "save-snapshot").length;
    cluster.run(3 * second);
    expect(count()).toBe(3);
    cluster.run(20 * second);
    expect(count(), "and not again where nothing was").toBe(3);
    write(cluster, 1);
    cluster.run(3 * second);
    expect(count()).toBe(6);
  });

  it("are resumed by another leader, not begun again (RAFT-44)", () => {
    const data = new Uint8Array(1_000).fill(7);
    const head = encodeGroup({ members: voters(3), outgoing: null, lives: new Map() });
    const core = new Core();
    const piece = (offset: number, length: number, term: number) => ({
      kind: "snapshot" as const,
      term,
      index: 50,
      snapshotTerm: 1,
      head,
      offset,
      total: 1_000,
      crc: 0xe93ee4c1,
      bytes: data.subarray(offset, offset + length),
      outline: false,
      round: 1,
    });
    core.hear("b", piece(0, 600, 2));
    core.save();
    core.hear("c", piece(0, 600, 3));
    core.save();
    expect(sent(core.outputs, "snapshot-reply").at(-1)).toMatchObject({ received: 600 });
    const last = core.hear("c", piece(600, 400, 3));
    // The sum is wrong: all of it begins again, and nothing was installed.
    expect(sent(last, "snapshot-reply")).toMatchObject([{ received: 0 }]);
    expect(of(core.outputs, "install-snapshot")).toEqual([]);
  });

  it("are kept in memory of their own while they come (RAFT-43)", () => {
    const head = encodeGroup({ members: voters(3), outgoing: null, lives: new Map() });
    const receiver = new SnapshotReceiver();
    const whole = new Uint8Array(1_000).map((_, at) => at);
    const crc = crc32c(whole);
    const about = { kind: "snapshot", term: 2, index: 50, snapshotTerm: 1, head } as const;
    for (const [from, to] of [
      [0, 1],
      [1, 1],
      [1, 700],
      [600, 800],
      [700, 1_000],
    ] as const) {
      const bytes = whole.slice(from, to);
      const more = { offset: from, total: 1_000, crc, bytes, outline: false, round: 1 };
      const received = receiver.take({ ...about, ...more });
      bytes.fill(0xff);
      if (to < 1_000) expect(received).toEqual({ kind: "more", received: Math.min(to, 700) });
      else expect(received).toMatchObject({ kind: "whole", data: whole });
    }
  });

  it("are never put together of pieces of two (RAFT-44)", () => {
    const head = encodeGroup({ members: voters(3), outgoing: null, lives: new Map() });
    const whole = new Uint8Array(100).map((_, at) => at);
    const about = { kind: "snapshot", term: 2, index: 50, snapshotTerm: 1, head } as const;
    const more = { total: 100, crc: crc32c(whole), outline: false, round: 1 };
    const piece = (offset: number, length: number, other: Partial<SnapshotPiece> = {}) => ({
      ...{ ...about, ...more, offset, bytes: whole.slice(offset, offset + length), ...other },
    });
    const others = [
      { index: 51 },
      { snapshotTerm: 2 },
      { total: 99 },
      { crc: 1 },
      { outline: true },
    ];
    for (const other of others) {
      const receiver = new SnapshotReceiver();
      expect(receiver.take(piece(0, 60))).toMatchObject({ received: 60 });
      // Of another: what came of the first is gone, and it begins itself.
      expect(receiver.take(piece(60, 39, other))).toEqual({ kind: "more", received: 0 });
      expect(receiver.take(piece(60, 40))).toEqual({ kind: "more", received: 0 });
    }
    const receiver = new SnapshotReceiver();
    // Of who sends, and when, nothing hangs.
    receiver.take(piece(0, 60));
    expect(receiver.take(piece(60, 40, { term: 9, round: 7 }))).toMatchObject({ kind: "whole" });
    // It begins anew, also where the same comes once more.
    expect(receiver.take(piece(60, 40))).toEqual({ kind: "more", received: 0 });
    expect(receiver.take(piece(0, 60, { index: 52, head: new Uint8Array(1) }))).toEqual({
      kind: "broken",
    });
  });

  it("are passed on by who has installed one, where it leads (RAFT-43)", () => {
    const head = encodeGroup({ members: voters(3), outgoing: null, lives: new Map() });
    const data = new Uint8Array(9).fill(3);
    const core = new Core();
    const about = { kind: "snapshot", term: 2, index: 50, snapshotTerm: 2, head } as const;
    const more = { offset: 0, total: 9, crc: crc32c(data), bytes: data, outline: false, round: 1 };
    core.hear("b", { ...about, ...more });
    core.save();
    core.lead("c");
    core.hear("b", appendReply({ term: 3, accepted: false, index: 0 }));
    expect(sent(core.outputs, "snapshot")).toMatchObject([{ index: 50, bytes: data, head }]);
  });

  it("carry the group as it was at their index (RAFT-45)", () => {
    const cluster = running({ limits });
    expect(change(cluster, { kind: "add", member: x, role: "learner" })).toBe("done");
    write(cluster, 60);
    const groups = new Map<number, Group>();
    let changed = 0;
    for (const { output } of cluster.outputs) {
      if (output.kind === "event" && output.event.kind === "group") {
        groups.set(output.event.index, output.event.group);
      }
      if (output.kind !== "save-snapshot") continue;
      const { index, head } = output.snapshot;
      const since = Math.max(...[...groups.keys()].filter((at) => at <= index));
      expect(parseGroup(head)).toEqual(groups.get(since));
      if (since > 2) changed += 1;
    }
    expect(changed).toBeGreaterThan(3);
    cluster.wipe(x);
    cluster.start(x);
    cluster.run(2 * second);
    expect(Object.keys(rolesAt(cluster, x))).toEqual(["a", "b", "c", "x"]);
  });
});

describe("what is kept", () => {
  it("comes back as it went, and is refused where it is cut off (RAFT-46)", () => {
    const group: Group = {
      members: new Map([
        [a, "voter"],
        [b, "witness"],
      ] as const),
      outgoing: new Map([[c, "learner"]] as const),
      lives: new Map([[a, 2 ** 40]]),
    };
    const hard = {
      term: 7,
      vote: b,
      life: 2 ** 45,
      founded: true,
      outline: true,
      lives: group.lives,
    };
    expect(parseGroup(encodeGroup(group))).toEqual(group);
    expect(parseHardState(encodeHardState(hard))).toEqual(hard);
    for (let length = 0; length < encodeGroup(group).length; length += 1) {
      expect(parseGroup(encodeGroup(group).slice(0, length))).toBeNull();
    }
    for (let length = 0; length < encodeHardState(hard).length; length += 1) {
      expect(parseHardState(encodeHardState(hard).slice(0, length))).toBeNull();
    }
  });
});
