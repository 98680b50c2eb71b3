/** How much is on its way to a follower, and what a slow line does to it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodeId } from "../../../src/kernel/ids.js";
import { encodeMessage } from "../../../src/replication/raft/encoding.js";
import type { RaftMessage } from "../../../src/replication/raft/messages.js";
import { Progress } from "../../../src/replication/raft/progress.js";
import { SnapshotSender } from "../../../src/replication/raft/snapshot-sender.js";
import { SendWindow, windowMin } from "../../../src/replication/raft/window.js";
import { encodeBody } from "../../../src/wire/cbor.js";
import type { Cluster, ClusterOptions } from "./support/cluster.js";
import { a, b, c } from "./support/core.js";
import { follower, leaderOf, running, second, write } from "./support/running.js";
import { SlowLine } from "./support/slow-line.js";

/** 230400 baud, and patience for a heartbeat of 150 ms. */
const bytesPerSecond = 23_040;
const frameBytesMax = 1_700;

/** Of the snapshots of the model, about. */
const imageBytes = 6_500;

/** One member was down while much was written, and comes back where lines are all there is. */
function behind(
  options: Partial<ClusterOptions> = {},
  entries = 600,
): readonly [Cluster, SlowLine, NodeId] {
  const cluster = running(options);
  const away = follower(cluster);
  cluster.crash(away);
  write(cluster, entries);
  cluster.start(away);
  cluster.line = new SlowLine(bytesPerSecond, frameBytesMax);
  return [cluster, cluster.line, away];
}

const isLevel = (cluster: Cluster): boolean =>
  [a, b, c].every((id) => cluster.node(id).applied === cluster.invariants.committedMax);

const imageOf = (length: number) => {
  const data = new Uint8Array(length);
  const snapshot = { index: 9, term: 1, head: new Uint8Array(40), data };
  return { snapshot, data, crc: 0, outline: false };
};

/** So many beats go by until it sends anything. */
function beatsUntilSent(sender: SnapshotSender): number {
  let beats = 0;
  while (sender.next(1, 1) === null && beats < 20) {
    beats += 1;
    sender.retry();
  }
  return beats;
}

const pieceBytes = (sent: readonly RaftMessage[]): number =>
  sent.reduce((sum, one) => sum + (one.kind === "snapshot" ? one.bytes.length : 0), 0);

describe("RAFT-66: the window of what is on its way to a follower", () => {
  it("begins wide open, halves by what was lost, and is never below its least", () => {
    const window = new SendWindow(100_000);
    expect(window.bytes).toBe(100_000);
    window.lost(20_000);
    expect(window.bytes, "the first").toBe(100_000);
    window.lost(20_000);
    expect(window.bytes).toBe(10_000);
    window.lost(50_000);
    expect(window.bytes).toBe(5_000);
    for (let time = 0; time < 10; time += 1) window.lost(50_000);
    expect(window.bytes).toBe(windowMin);
  });

  it("is not narrowed by one loss in a window, but by two", () => {
    const window = new SendWindow(10_000);
    for (let time = 0; time < 10; time += 1) {
      window.lost(10_000);
      window.acknowledged(10_000);
      expect(window.bytes).toBe(10_000);
    }
    window.lost(10_000);
    window.acknowledged(9_999);
    window.lost(10_000);
    expect(window.bytes).toBe(5_000);
  });

  it("grows by a quarter of what was acknowledged, and not beyond its bound", () => {
    const window = new SendWindow(10_000);
    for (const _ of [1, 2]) window.lost(10_000);
    window.acknowledged(4_000);
    expect(window.bytes).toBe(6_000);
    for (let time = 0; time < 100; time += 1) window.acknowledged(10_000);
    expect(window.bytes).toBe(10_000);
  });

  it("is not narrowed by a refusal where nothing was on its way", () => {
    const progress = new Progress(a, 5, false, 10_000);
    for (const _ of [1, 2, 3]) progress.lost();
    expect(progress.window.bytes).toBe(10_000);
  });

  it("where its bound is below its least, does not change", () => {
    const window = new SendWindow(100);
    for (const _ of [1, 2, 3]) window.lost(100);
    expect(window.bytes).toBe(100);
  });

  it("stays within its bounds, whatever happens", () => {
    const happening = fc.tuple(fc.boolean(), fc.nat(300_000));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300_000 }), fc.array(happening), (most, all) => {
        const window = new SendWindow(most);
        for (const [isLoss, bytes] of all) {
          if (isLoss) window.lost(bytes);
          else window.acknowledged(bytes);
          expect(window.bytes).toBeGreaterThanOrEqual(Math.min(most, windowMin));
          expect(window.bytes).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});

describe("RAFT-67: where a slow serial line is the only path left", () => {
  it("a member that is far behind catches up by the log", () => {
    const [cluster, line] = behind();
    expect(cluster.runUntil(() => isLevel(cluster), 20 * second)).toBe(true);
    expect(line.lost, "what was too long, or too much").toBeGreaterThan(0);
  });

  it("a member that is far behind catches up by a snapshot", () => {
    const sent: RaftMessage[] = [];
    const [cluster] = behind({
      limits: { logBytesMax: 4_000, trailingEntries: 2 },
      tamper: (_node, output) => {
        if (output.kind === "send") sent.push(output.message);
        return output;
      },
    });
    expect(cluster.runUntil(() => isLevel(cluster), 20 * second)).toBe(true);
    expect(cluster.outputs.map(({ output }) => output.kind)).toContain("install-snapshot");
    // The first are too long for the line, and each is sent again before it is cut.
    expect(pieceBytes(sent)).toBeLessThan(9 * imageBytes);
  });

  it("pieces of a snapshot get longer again with each that has come", () => {
    const window = new SendWindow(100_000);
    for (const _ of [1, 2, 3, 4, 5, 6]) window.lost(10_000);
    expect(window.bytes).toBe(windowMin);
    const sender = new SnapshotSender(imageOf(9_000), window, 8_000, 4);
    const lengths: number[] = [];
    for (let received = 0; received < 9_000; ) {
      const length = sender.next(1, 1)?.bytes.length ?? 0;
      lengths.push(length);
      received += length;
      sender.answered(received);
    }
    expect(lengths[0]).toBe(windowMin - 100 - 40);
    for (const [at, length] of lengths.slice(0, -1).entries()) {
      if (at > 0) expect(length).toBeGreaterThan(lengths[at - 1] as number);
    }
  });

  it("a piece is sent again after a beat or two, and later each time that is of no use", () => {
    const sender = new SnapshotSender(imageOf(90_000), new SendWindow(100_000), 8_000, 4);
    expect(beatsUntilSent(sender)).toBe(0);
    expect([1, 2, 3, 4].map(() => beatsUntilSent(sender))).toEqual([2, 2, 4, 4]);
    let received = 0;
    for (let time = 0; time < 4; time += 1) {
      received += 100;
      sender.answered(received);
      sender.retry();
    }
    while (sender.next(1, 1) !== null);
    expect(beatsUntilSent(sender), "answers came at once").toBeLessThanOrEqual(2);
  });

  it("a window that is narrow keeps what waits for the line short", () => {
    const [cluster, line] = behind({}, 2_000);
    cluster.runUntil(() => isLevel(cluster), 60 * second);
    expect(line.lost).toBeLessThan(200);
  });

  it("entries are acknowledged, and nobody else comes to lead", () => {
    const [cluster] = behind();
    const leader = leaderOf(cluster);
    cluster.runUntil(() => isLevel(cluster), 20 * second);
    write(cluster, 300);
    expect(cluster.runUntil(() => isLevel(cluster), 20 * second)).toBe(true);
    expect(leaderOf(cluster)).toBe(leader);
  });

  it("messages are long again soon after there is a network again", () => {
    let longest = 0;
    let target: NodeId | null = null;
    const [cluster, , away] = behind({
      tamper: (_node, output) => {
        if (output.kind !== "send" || output.target !== target) return output;
        longest = Math.max(longest, encodeBody(encodeMessage(output.message)).length);
        return output;
      },
    });
    cluster.runUntil(() => isLevel(cluster), 20 * second);
    cluster.line = null;
    target = away;
    for (let burst = 0; burst < 40 && longest < 7_000; burst += 1) {
      for (let at = 0; at < 400; at += 1) cluster.propose(leaderOf(cluster), "an entry".repeat(4));
      cluster.run(50_000);
    }
    expect(longest).toBeGreaterThan(7_000);
    expect(isLevel(cluster)).toBe(true);
  });
});
