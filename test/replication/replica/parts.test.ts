/** The parts of a replica, each by itself. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { type Instant, instant, after as laterBy, micros } from "../../../src/kernel/time.js";
import { Freshness } from "../../../src/replication/replica/freshness.js";
import {
  batchBytes,
  batchesInFlightMax,
  leaderWait,
  proposalsMax,
  readsMax,
  repeatEvery,
  requestTimeout,
  roundsInFlightMax,
  tasksMax,
  tasksPerClientMax,
} from "../../../src/replication/replica/limits.js";
import { Proposals } from "../../../src/replication/replica/proposals.js";
import { Reads } from "../../../src/replication/replica/reads.js";
import { type NewTask, Tasks } from "../../../src/replication/replica/tasks.js";
import type { Origin, Work } from "../../../src/replication/replica/work.js";

const [a, b] = [nodeId("a"), nodeId("b")];
const task = (number: number): Origin => ({ kind: "task", task: number });
const now = instant(1_000_000);
const entry = (index: number, term: number) => ({ index, term, kind: 1, data: new Uint8Array(0) });

/** Proposals whose batches are numbered by their tickets, and committed one after the other. */
function ofMany() {
  const proposals = new Proposals();
  proposals.begin(3);
  let last = 0;
  return {
    proposals,
    ask: (count: number): void => {
      for (let at = 0; at < count; at += 1) proposals.add(Uint8Array.of(1), task(at));
    },
    /** The batch is committed so long after it went. */
    done: (ticket: number, count: number, since: Instant, took: number): Instant => {
      proposals.proposed(ticket, last + 1, 3);
      for (let at = 0; at < count; at += 1) proposals.applied(entry(last + 1 + at, 3));
      last += count;
      return laterBy(since, micros(took));
    },
  };
}

describe("proposals", () => {
  it("go at once while none is on its way; what comes meanwhile goes together (REPLICA-8)", () => {
    const proposals = new Proposals();
    proposals.begin(3);
    proposals.add(Uint8Array.of(1), task(1));
    expect(proposals.take(now, 1, 0)?.commands).toHaveLength(1);
    proposals.proposed(1, 10, 3);
    for (let number = 2; number < 6; number += 1) proposals.add(Uint8Array.of(1), task(number));
    expect(proposals.take(now, 2, 1)).toBeNull();
    expect(proposals.applied(entry(10, 3))).toEqual({ origin: task(1), lost: false });
    expect(proposals.take(now, 2, 0)).toBeNull();
    proposals.add(Uint8Array.of(1), task(6));
    expect(proposals.take(now, 2, 0)?.commands).toHaveLength(5);
  });

  it("wait a moment for those who were just answered, where there were several (REPLICA-8)", () => {
    const { proposals, ask, done } = ofMany();
    ask(8);
    expect(proposals.take(now, 1, 0)?.commands).toHaveLength(8);
    const answered = done(1, 8, now, 8_000);
    expect(proposals.take(answered, 2, 0)).toBeNull();
    expect(proposals.deadline()).toBeNull();
    ask(6);
    expect(proposals.take(answered, 2, 0)).toBeNull();
    // Half of the time that the last took.
    expect(proposals.deadline()).toBe(answered + 4_000);
    ask(1);
    expect(proposals.take(answered, 2, 0)?.commands).toHaveLength(7);
  });

  it("wait no longer than a moment, and not again where that was in vain (REPLICA-8)", () => {
    const { proposals, ask, done } = ofMany();
    ask(8);
    proposals.take(now, 1, 0);
    let at = done(1, 8, now, 8_000);
    ask(5);
    expect(proposals.take(at, 2, 0)).toBeNull();
    expect(proposals.take(laterBy(at, micros(3_999)), 2, 0)).toBeNull();
    at = laterBy(at, micros(4_000));
    expect(proposals.take(at, 2, 0)?.commands).toHaveLength(5);
    at = done(2, 5, at, 8_000);
    ask(1);
    expect(proposals.take(at, 3, 0)?.commands).toHaveLength(1);
  });

  it("of a single client never wait (REPLICA-8)", () => {
    const { proposals, ask, done } = ofMany();
    let at = now;
    for (let ticket = 1; ticket < 10; ticket += 1) {
      ask(1);
      expect(proposals.take(at, ticket, 0)?.commands).toHaveLength(1);
      at = done(ticket, 1, at, 500);
      expect(proposals.take(at, ticket + 1, 0)).toBeNull();
    }
  });

  it("wait for no moment that never ends, where something else is written (REPLICA-8)", () => {
    const { proposals, ask, done } = ofMany();
    ask(4);
    proposals.take(now, 1, 0);
    const answered = done(1, 4, now, 2_000);
    ask(1);
    expect(proposals.take(answered, 2, 0)).toBeNull();
    expect(proposals.take(answered, 2, batchesInFlightMax)).toBeNull();
    expect(proposals.deadline()).toBeNull();
    expect(proposals.take(answered, 2, 0)?.commands).toHaveLength(1);
  });

  it("do not wait where they are many bytes (REPLICA-8)", () => {
    const proposals = new Proposals();
    proposals.add(new Uint8Array(batchBytes), task(1));
    expect(proposals.take(now, 1, 5)?.commands).toHaveLength(1);
  });

  it("wait for none that a term before has left behind and that may never come (REPLICA-6)", () => {
    const proposals = new Proposals();
    for (const number of [1, 2, 3]) proposals.add(Uint8Array.of(1), task(number));
    proposals.take(now, 1, 0);
    proposals.proposed(1, 10, 3);
    // The log was cut at 10 by another leader, and we lead again.
    proposals.begin(5);
    for (const number of [4, 5, 6, 7]) proposals.add(Uint8Array.of(1), task(number));
    expect(proposals.take(now, 2, 0)?.commands).toHaveLength(4);
    proposals.proposed(2, 11, 5);
    for (const number of [8, 9, 10, 11]) proposals.add(Uint8Array.of(1), task(number));
    expect(proposals.take(now, 3, 0)).toBeNull();
    for (const index of [11, 12, 13]) proposals.applied(entry(index, 5));
    expect(proposals.take(now, 3, 0)).toBeNull();
    expect(proposals.applied(entry(14, 5))).toEqual({ origin: task(7), lost: false });
    expect(proposals.take(now, 3, 0)).toBeNull();
    for (const number of [12, 13, 14]) proposals.add(Uint8Array.of(1), task(number));
    expect(proposals.take(now, 3, 0)?.commands).toHaveLength(7);
  });

  it("tell a command from another that came to its index (REPLICA-7)", () => {
    const proposals = new Proposals();
    proposals.add(Uint8Array.of(1), task(1));
    proposals.take(now, 1, 0);
    proposals.proposed(1, 10, 3);
    expect(proposals.applied(entry(9, 4))).toBeNull();
    expect(proposals.applied(entry(10, 4))).toEqual({ origin: task(1), lost: true });
    expect(proposals.applied(entry(10, 4))).toBeNull();
  });

  it("cannot say what became of those that a snapshot stands for (REPLICA-7)", () => {
    const proposals = new Proposals();
    for (const number of [1, 2, 3]) proposals.add(Uint8Array.of(1), task(number));
    proposals.take(now, 1, 0);
    proposals.proposed(1, 10, 3);
    const outcome = { kind: "refused", reason: "unknown-outcome" };
    expect(proposals.skipped(11)).toMatchObject([
      { origin: task(1), outcome },
      { origin: task(2), outcome },
    ]);
    expect(proposals.count).toBe(1);
  });

  it("are bounded (REPLICA-9)", () => {
    const proposals = new Proposals();
    let taken = 0;
    while (proposals.add(Uint8Array.of(1), task(taken))) taken += 1;
    expect(taken).toBe(proposalsMax);
  });
});

describe("reads", () => {
  it("share a round that begins after they came, and no other (REPLICA-3)", () => {
    const reads = new Reads();
    reads.add({ origin: task(1), session: null });
    reads.add({ origin: task(2), session: 4 });
    expect(reads.take(1)).toBe(true);
    reads.add({ origin: task(3), session: null });
    expect(reads.take(2)).toBe(true);
    expect(reads.ended(1)?.map(({ origin }) => origin)).toEqual([task(1), task(2)]);
    expect(reads.ended(2)?.map(({ origin }) => origin)).toEqual([task(3)]);
    expect(reads.ended(2)).toBeNull();
  });

  it("wait while enough rounds are on their way, and are bounded (REPLICA-9)", () => {
    const reads = new Reads();
    for (let round = 1; round <= roundsInFlightMax; round += 1) {
      reads.add({ origin: null, session: null });
      expect(reads.take(round)).toBe(true);
    }
    while (reads.add({ origin: null, session: null }));
    expect(reads.count).toBe(readsMax);
    expect(reads.take(99)).toBe(false);
    reads.ended(1);
    expect(reads.take(99)).toBe(true);
  });
});

describe("the age of a state", () => {
  /** The naive model: everything that was confirmed, searched anew each time. */
  it("is the time since the newest question whose answer has been applied (REPLICA-4)", () => {
    const step = fc.record({
      wait: fc.nat({ max: 1_000 }),
      ahead: fc.integer({ min: -3, max: 3 }),
      applies: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const freshness = new Freshness();
        const confirmed: { readonly at: Instant; readonly index: number }[] = [];
        let now = instant(1_000);
        let applied = 5;
        for (const { wait, ahead, applies } of steps) {
          const asked = now;
          now = laterBy(now, micros(wait));
          const index = Math.max(0, applied + ahead);
          confirmed.push({ at: asked, index });
          freshness.confirmed(asked, index, applied);
          if (applies) {
            applied += 1;
            freshness.applied(applied);
          }
          const known = confirmed.filter((one) => one.index <= applied).map((one) => one.at);
          const expected = known.length === 0 ? null : now - Math.max(...known);
          expect(freshness.age(now)).toBe(expected);
        }
      }),
    );
  });
});

describe("tasks", () => {
  const read: Work = { kind: "read" };
  const once: Work = { kind: "command", bytes: Uint8Array.of(1), session: 0 };
  const made = (now: Instant, client = 1, work: Work = read): NewTask => ({
    ...{ client, id: 1, purpose: { kind: "reply" as const }, work, arrivedAt: now },
  });
  const start = instant(1_000_000);

  it("are handed to the leader once it is known, and again to the next one (REPLICA-2)", () => {
    const tasks = new Tasks();
    tasks.add(start, made(start));
    expect(tasks.dispatch(start, b, a)).toMatchObject([{ number: 1, handedTo: b }]);
    expect(tasks.dispatch(start, b, a)).toEqual([]);
    tasks.leaderChanged(start, a);
    expect(tasks.dispatch(start, a, a)).toMatchObject([{ number: 1, handedTo: a }]);
  });

  it("are handed on again after a while, unless that could do them twice (REPLICA-2)", () => {
    const tasks = new Tasks();
    tasks.add(start, made(start));
    tasks.add(start, made(start, 1, once));
    expect(tasks.dispatch(start, b, a)).toHaveLength(2);
    const then = laterBy(start, repeatEvery);
    expect(tasks.deadline()).toBe(then);
    tasks.overdue(then);
    expect(tasks.dispatch(then, b, a)).toMatchObject([{ work: read }]);
    tasks.leaderChanged(then, a);
    expect(tasks.dispatch(then, a, a)).toMatchObject([{ work: read }]);
  });

  it("that somebody has not done, who does not lead, are held for a moment (REPLICA-7)", () => {
    const tasks = new Tasks();
    tasks.add(start, made(start, 1, once));
    tasks.dispatch(start, b, a);
    tasks.hold(start, 1);
    expect(tasks.dispatch(start, b, a)).toEqual([]);
    const then = laterBy(start, repeatEvery);
    tasks.overdue(then);
    expect(tasks.dispatch(then, b, a)).toMatchObject([{ work: once }]);
  });

  it("end: without a leader after a while, and whatever happens after longer (REPLICA-6)", () => {
    const tasks = new Tasks();
    tasks.add(start, made(start));
    expect(tasks.overdue(laterBy(start, micros(leaderWait - 1)))).toEqual([]);
    expect(tasks.overdue(laterBy(start, leaderWait))).toMatchObject([{ handedTo: null }]);
    expect(tasks.count).toBe(0);
    tasks.add(start, made(start, 1, once));
    tasks.dispatch(start, b, a);
    expect(tasks.overdue(laterBy(start, micros(requestTimeout - 1)))).toEqual([]);
    expect(tasks.overdue(laterBy(start, requestTimeout))).toMatchObject([{ handedTo: b }]);
    expect(tasks.deadline()).toBeNull();
  });

  it("of one client cannot take all places, and all places are bounded (REPLICA-9)", () => {
    const tasks = new Tasks();
    let taken = 0;
    while (tasks.add(start, made(start, 1)) !== null) taken += 1;
    expect(taken).toBe(tasksPerClientMax);
    expect(tasks.add(start, made(start, 2))).not.toBeNull();
    for (let client = 3; tasks.add(start, made(start, client)) !== null; client += 1);
    expect(tasks.count).toBe(tasksMax);
    tasks.forget(1);
    expect(tasks.count).toBe(tasksMax - tasksPerClientMax);
    expect(tasks.add(start, made(start, 1))).not.toBeNull();
  });
});
