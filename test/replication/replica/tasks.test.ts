/** Requests on their way to the leader: to whom they are handed, how often, and till when. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { type Instant, instant, seconds } from "../../../src/kernel/time.js";
import {
  leaderWait,
  repeatEvery,
  requestTimeout,
  tasksPerClientMax,
  waitingBytesMax,
} from "../../../src/replication/replica/limits.js";
import { type NewTask, Tasks } from "../../../src/replication/replica/tasks.js";
import type { Work } from "../../../src/replication/replica/work.js";

const [a, b, c] = [nodeId("a"), nodeId("b"), nodeId("c")];
const start = instant(1_000_000);
const later = (length: number): Instant => instant(start + length);

describe("tasks", () => {
  const command = (session: number, length = 1): Work => ({
    ...{ kind: "command", bytes: new Uint8Array(length), session },
  });
  const made = (work: Work, client = 1): NewTask => ({
    ...{ client, id: 1, purpose: { kind: "reply" }, work, arrivedAt: start },
  });

  it("that could be done twice are handed on only after somebody has said that it did not", () => {
    const tasks = new Tasks();
    tasks.add(start, made(command(0)));
    expect(tasks.dispatch(start, b, a)).toHaveLength(1);
    tasks.leaderChanged(start, c);
    tasks.overdue(later(repeatEvery));
    expect(tasks.dispatch(later(repeatEvery), c, a)).toEqual([]);
    tasks.hold(later(repeatEvery), 1);
    tasks.leaderChanged(later(repeatEvery), c);
    expect(tasks.dispatch(later(repeatEvery), c, a)).toMatchObject([{ handedTo: c }]);
  });

  it("are not handed to the same leader again because it is told of once more", () => {
    const tasks = new Tasks();
    tasks.add(start, made(command(7)));
    tasks.dispatch(start, b, a);
    tasks.leaderChanged(start, b);
    expect(tasks.dispatch(start, b, a)).toEqual([]);
    tasks.leaderChanged(start, null);
    expect(tasks.dispatch(start, b, a)).toHaveLength(1);
    tasks.settle(1);
    tasks.hold(start, 1);
    tasks.leaderChanged(start, c);
    expect([tasks.dispatch(start, c, a), tasks.deadline()]).toEqual([[], null]);
  });

  it("that we do ourselves are not handed to us again after a while", () => {
    const tasks = new Tasks();
    tasks.add(start, made(command(7)));
    tasks.dispatch(start, a, a);
    tasks.overdue(later(repeatEvery));
    expect(tasks.dispatch(later(repeatEvery), a, a)).toEqual([]);
    expect(tasks.deadline()).toBe(later(requestTimeout));
  });

  it("wait for a leader anew when they have lost theirs, but not for ever (REPLICA-6)", () => {
    const tasks = new Tasks();
    tasks.add(start, made(command(7)));
    tasks.dispatch(start, b, a);
    const lost = later(seconds(1));
    tasks.leaderChanged(lost, null);
    expect(tasks.deadline()).toBe(later(seconds(1) + leaderWait));
    expect(tasks.overdue(later(seconds(1) + leaderWait - 1))).toEqual([]);
    expect(tasks.overdue(later(seconds(1) + leaderWait))).toHaveLength(1);
  });

  it("of one client have their places back as they end, and no more (REPLICA-9)", () => {
    const tasks = new Tasks();
    const add = () => tasks.add(start, made({ kind: "read" }))?.number ?? 0;
    for (let number = 1; number <= tasksPerClientMax; number += 1) expect(add()).toBe(number);
    expect(add()).toBe(0);
    for (const number of [3, 1, 7]) tasks.settle(number);
    expect([add() > 0, add() > 0, add() > 0, add()]).toEqual([true, true, true, 0]);
    tasks.forget(1);
    for (let round = 0; round < 2 * tasksPerClientMax; round += 1) {
      const number = add();
      expect(number).toBeGreaterThan(0);
      tasks.settle(number);
    }
  });

  it("have so many bytes together, and give them back (REPLICA-9)", () => {
    const tasks = new Tasks();
    expect(tasks.add(start, made(command(7, waitingBytesMax)))).not.toBeNull();
    expect(tasks.add(start, made({ kind: "read" }, 2))).toBeNull();
    tasks.forget(9);
    tasks.forget(1);
    expect(tasks.add(start, made({ kind: "read" }, 2))).not.toBeNull();
    expect([tasks.count, tasks.settle(1), tasks.settle(2)?.client]).toEqual([1, undefined, 2]);
  });
});
