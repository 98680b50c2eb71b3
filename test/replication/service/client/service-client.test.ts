/** The client machine by hand: what it sends, when, and what it tells (CLIENT-1 to CLIENT-5). */
import { describe, expect, it } from "vitest";
import { type Instant, instant, micros, millis, seconds } from "../../../../src/kernel/time.js";
import type {
  CallOutcome,
  ClientCall,
  ServiceClientInput,
  ServiceClientOutput,
} from "../../../../src/replication/service/client/calls.js";
import {
  ServiceClient,
  serviceClientDefaults,
} from "../../../../src/replication/service/client/service-client.js";
import type {
  ClientReply,
  ClientRequest,
  CommandResult,
  LockView,
  RequestRefusal,
  WatchEvent,
} from "../../../../src/replication/service/ports.js";

const at = (ms: number): Instant => instant(ms * 1_000);

const put: ClientCall = {
  kind: "command",
  command: {
    kind: "put",
    key: "a",
    value: new Uint8Array(1),
    condition: null,
    ephemeral: false,
  },
};
const get: ClientCall = {
  kind: "query",
  query: { kind: "get", key: "a" },
  freshness: "linearizable",
};
const acquire = (wait: boolean): ClientCall => ({
  kind: "acquire",
  lock: "pump",
  wait,
  lockDelay: micros(0),
});
const release: ClientCall = { kind: "release", lock: "pump" };
const watch: ClientCall = { kind: "watch", target: { kind: "prefix", prefix: "a" }, after: null };

/** A client at a table: time in milliseconds, and its outputs since the last step. */
class Table {
  readonly client = new ServiceClient({
    ...serviceClientDefaults,
    seed: 1,
    driftMaxPpm: 0,
    grace: seconds(5),
  });
  outputs: readonly ServiceClientOutput[] = [];
  #calls = 0;

  step(ms: number, input: ServiceClientInput): readonly ServiceClientOutput[] {
    this.outputs = this.client.step(at(ms), input);
    return this.outputs;
  }

  /** Feeds the timeouts that come until then, and keeps all of their outputs. */
  pass(ms: number): readonly ServiceClientOutput[] {
    const outputs: ServiceClientOutput[] = [];
    for (let rounds = 0; rounds < 1_000; rounds += 1) {
      const deadline = this.client.deadline();
      if (deadline === null || deadline > at(ms)) break;
      outputs.push(...this.client.step(deadline, { kind: "timeout" } as never));
    }
    this.outputs = outputs;
    return outputs;
  }

  call(ms: number, what: ClientCall, within = 10_000): number {
    this.#calls += 1;
    this.step(ms, { kind: "call", call: this.#calls, what, within: millis(within) });
    return this.#calls;
  }

  reply(ms: number, reply: ClientReply): readonly ServiceClientOutput[] {
    return this.step(ms, { kind: "reply", reply });
  }

  result(ms: number, id: number, result: CommandResult): readonly ServiceClientOutput[] {
    return this.reply(ms, { kind: "result", id, at: 50 + id, result });
  }

  refuse(ms: number, id: number, reason: RequestRefusal): readonly ServiceClientOutput[] {
    return this.reply(ms, { kind: "refused", id, reason, leader: null, detail: "so" });
  }

  /** The requests of the last outputs. */
  get sent(): readonly ClientRequest[] {
    return this.outputs.flatMap((one) => (one.kind === "send" ? [one.request] : []));
  }

  /** The id of the only request of the last outputs. */
  get id(): number {
    expect(this.sent).toHaveLength(1);
    return this.sent[0]?.id ?? 0;
  }

  /** What was told, without the requests. */
  get told(): readonly unknown[] {
    return this.outputs.filter((one) => one.kind !== "send");
  }

  outcome(call: number): CallOutcome | undefined {
    const found = this.outputs.find((one) => one.kind === "outcome" && one.call === call);
    return found?.kind === "outcome" ? found.outcome : undefined;
  }
}

const done: CommandResult = { ok: true, kind: "done" };
const session = (id: number): CommandResult => ({ ok: true, kind: "session", session: id });
const held = (token: number): CommandResult => ({ ok: true, kind: "held", token });
const queued: CommandResult = { ok: true, kind: "queued" };

/** With session 7 of a lease of 900 ms, which was asked for at 0 and opened at 100. */
function withSession(): Table {
  const table = new Table();
  table.step(0, { kind: "connected" });
  table.call(0, { kind: "open-session", name: "n", lease: millis(900) });
  table.result(100, table.id, session(7));
  return table;
}

function holding(token: number): Table {
  const table = withSession();
  table.call(100, acquire(false));
  table.result(110, table.id, held(token));
  return table;
}

const lockEvent = (watchId: number, index: number, view: Partial<LockView>): ClientReply => ({
  kind: "event",
  watch: watchId,
  event: {
    kind: "lock",
    at: index,
    lock: { lock: "pump", holder: null, token: index, waiting: 0, delayed: false, ...view },
  },
});

describe("CLIENT-1: the outcome of a call", () => {
  it("comes when the reply comes, and only for a request that is open", () => {
    const table = new Table();
    const call = table.call(0, get);
    expect(table.sent).toEqual([]);
    table.step(5, { kind: "connected" });
    const { id } = table;
    const answer = {
      kind: "answer",
      at: 3,
      age: micros(0),
      result: { kind: "app", state: 1 },
    } as const;
    expect(table.reply(6, { ...answer, id: id + 1 })).toEqual([]);
    table.reply(7, { ...answer, id });
    expect(table.outcome(call)).toEqual({ ...answer, kind: "answered" });
    expect(table.reply(8, { ...answer, id })).toEqual([]);
  });

  it("is unknown for a command without a session, when the connection is lost", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, put);
    table.step(10, { kind: "disconnected" });
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
    table.step(20, { kind: "connected" });
    expect(table.sent).toEqual([]);
  });

  it.each<RequestRefusal>(["no-leader", "overloaded", "disk-not-writable", "no-quorum"])(
    "%s is asked again after a pause, for nothing was done",
    (reason) => {
      const table = new Table();
      table.step(0, { kind: "connected" });
      const call = table.call(0, put, 800);
      table.refuse(1, table.id, reason);
      expect(table.outputs).toEqual([]);
      let attempts = 0;
      for (let ms = 2; ms < 800; ms += 1) {
        for (const { id } of table.pass(ms).length > 0 ? table.sent : []) {
          table.refuse(ms, id, reason);
          attempts += 1;
        }
      }
      // The pauses grow: it is asked a few times, and not at every turn.
      expect(attempts).toBeGreaterThan(3);
      expect(attempts).toBeLessThan(12);
      table.pass(800);
      expect(table.outcome(call)).toMatchObject({ kind: "refused", reason });
    },
  );

  it("unknown-outcome is the end for a command without a session, not for one of a session", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, put);
    table.refuse(1, table.id, "unknown-outcome");
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });

    const other = withSession();
    const numbered = other.call(100, put);
    other.refuse(101, other.id, "unknown-outcome");
    other.pass(150);
    expect(other.sent).toMatchObject([{ kind: "command", session: 7, sequence: 1 }]);
    other.result(160, other.id, done);
    expect(other.outcome(numbered)).toMatchObject({ kind: "applied" });
  });

  it("a query that was never answered is refused, for it changes nothing", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, get, 300);
    table.pass(300);
    expect(table.outcome(call)).toMatchObject({ kind: "refused", reason: "timed-out" });
  });

  it("the next number waits until the result of the one before is known, also for a caller", () => {
    const table = withSession();
    const first = table.call(100, put, 200);
    const id = table.id;
    const second = table.call(110, put, 5_000);
    expect(table.sent).toEqual([]);
    table.pass(300);
    expect(table.outcome(first)).toMatchObject({ kind: "unknown" });
    expect(table.sent.filter((one) => one.kind === "command")).toEqual([]);
    table.result(310, id, done);
    expect(table.sent).toMatchObject([{ kind: "command", sequence: 2 }]);
    table.result(320, table.id, done);
    expect(table.outcome(second)).toMatchObject({ kind: "applied" });
    expect(table.outcome(first)).toBeUndefined();
  });

  it("a replica that does not answer is left for another, and the number is kept", () => {
    const table = withSession();
    table.call(100, put, 5_000);
    const outputs = table.pass(1_100);
    expect(outputs).toContainEqual({ kind: "reconnect" });
    table.step(1_150, { kind: "connected" });
    expect(table.sent).toMatchObject(
      [{ kind: "keep-alive" }, { kind: "command", sequence: 1 }].reverse(),
    );
  });

  it("with the session go its commands: what was sent is unknown, what was not is refused", () => {
    const table = withSession();
    const first = table.call(100, put);
    const id = table.id;
    const second = table.call(100, put);
    table.step(110, { kind: "disconnected" });
    table.step(120, { kind: "connected" });
    const again = table.sent.find((one) => one.kind === "command")?.id ?? 0;
    expect(again).not.toBe(id);
    table.result(130, again, { ok: false, reason: "no-session", detail: "" });
    expect(table.outcome(first)).toMatchObject({ kind: "unknown" });
    expect(table.outcome(second)).toMatchObject({ kind: "refused", reason: "session-lost" });
    expect(table.outputs).toContainEqual({ kind: "session-lost", reason: "ended" });
    // It is for the user to open another: nothing goes on without a session by itself.
    const third = table.call(140, put);
    expect(table.outcome(third)).toMatchObject({ kind: "refused", reason: "session-lost" });
  });
});

describe("CLIENT-5: the session", () => {
  it("is believed in from the sending of what was answered, not from the answer", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    table.call(0, { kind: "open-session", name: "n", lease: millis(900) });
    const first = table.id;
    table.refuse(10, first, "no-leader");
    table.pass(30);
    const sentAt = table.client.deadline();
    expect(sentAt).not.toBeNull();
    table.result(100, table.id, session(7));
    const opened = table.told.find((one) => (one as { kind: string }).kind === "session-opened");
    const until = (opened as { until: number }).until;
    expect(until).toBeGreaterThanOrEqual(10_000 + 900_000 - 1);
    expect(until).toBeLessThan(30_000 + 900_000);
  });

  it("is kept alive every third of its lease, counted from the sending", () => {
    const table = withSession();
    table.pass(299);
    expect(table.sent).toEqual([]);
    table.pass(300);
    const { id } = table;
    expect(table.sent).toMatchObject([{ kind: "keep-alive", session: 7 }]);
    table.reply(400, { kind: "ok", id, detail: null });
    expect(table.told).toEqual([{ kind: "session-kept", until: 300_000 + 900_000 - 1 }]);
    table.pass(599);
    expect(table.sent).toEqual([]);
    table.pass(600);
    expect(table.sent).toMatchObject([{ kind: "keep-alive", session: 7 }]);
  });

  it("is in jeopardy at the end of the belief, before anything else, and safe when it is kept", () => {
    const table = holding(40);
    expect(table.client.held(at(890), "pump")).toEqual({ token: 40, until: 899_999 });
    table.step(120, { kind: "disconnected" });
    expect(table.client.held(at(900), "pump")).toBeNull();
    const outputs = table.step(1_000, { kind: "connected" });
    expect(outputs[0]).toEqual({ kind: "session-in-jeopardy" });
    const keepAlive = table.sent.find((one) => one.kind === "keep-alive");
    table.reply(1_010, { kind: "ok", id: keepAlive?.id ?? 0, detail: null });
    expect(table.told).toMatchObject([{ kind: "session-kept" }]);
    expect(table.client.held(at(1_010), "pump")).toMatchObject({ token: 40 });
  });

  it("is lost when nobody was heard for the grace period, and its locks before it", () => {
    const table = holding(40);
    table.step(120, { kind: "disconnected" });
    const outputs = table.pass(5_899);
    expect(outputs).toEqual([{ kind: "session-in-jeopardy" }]);
    expect(table.pass(5_900)).toEqual([
      { kind: "lock-lost", lock: "pump", token: 40 },
      { kind: "session-lost", reason: "not-heard" },
    ]);
    expect(table.client.deadline()).toBeNull();
  });

  it("is lost when a replica says that it has ended", () => {
    const table = holding(40);
    table.pass(300);
    table.refuse(310, table.id, "no-session");
    expect(table.outputs).toEqual([
      { kind: "lock-lost", lock: "pump", token: 40 },
      { kind: "session-lost", reason: "ended" },
    ]);
  });

  it("is closed after what was asked for before; its locks are let go of at once", () => {
    const table = holding(40);
    const before = table.call(120, put);
    const id = table.id;
    const close = table.call(121, { kind: "close-session" });
    expect(table.outputs).toEqual([{ kind: "lock-lost", lock: "pump", token: 40 }]);
    table.result(130, id, done);
    expect(table.outcome(before)).toMatchObject({ kind: "applied" });
    table.result(140, table.id, done);
    expect(table.outcome(close)).toMatchObject({ kind: "applied" });
    expect(table.outputs).toContainEqual({ kind: "session-lost", reason: "closed" });
    // Without a session commands go on without numbers.
    table.call(150, put);
    expect(table.sent).toMatchObject([{ session: 0, sequence: 0 }]);
  });

  it("a second one is refused", () => {
    const table = withSession();
    const call = table.call(100, { kind: "open-session", name: "n", lease: millis(900) });
    expect(table.outcome(call)).toMatchObject({ reason: "wrong-call" });
  });
});

describe("CLIENT-3: locks", () => {
  it("a waiting acquire has its outcome when the lock is passed on", () => {
    const table = withSession();
    const call = table.call(100, acquire(true));
    const { id } = table;
    table.result(110, id, queued);
    expect(table.outcome(call)).toBeUndefined();
    // From the acquire's own entry on: what happened since is not missed.
    expect(table.sent).toMatchObject([
      { kind: "watch", target: { kind: "lock", lock: "pump" }, after: 50 + id },
    ]);
    const watchId = table.id;
    table.reply(111, { kind: "ok", id: watchId, detail: 50 + id });
    table.reply(112, lockEvent(watchId, 60, { holder: { session: 8, name: "x" } }));
    expect(table.told).toEqual([]);
    table.reply(113, lockEvent(watchId, 61, { holder: { session: 7, name: "n" } }));
    expect(table.outcome(call)).toMatchObject({ kind: "applied", at: 61, result: { token: 61 } });
    expect(table.outputs).toContainEqual({ kind: "lock-held", lock: "pump", token: 61 });
    expect(table.sent).toMatchObject([{ kind: "unwatch", watch: watchId }]);
  });

  it("asks again where 'queued' may be the answer to an earlier sending", () => {
    const table = withSession();
    const call = table.call(100, acquire(true));
    table.step(110, { kind: "disconnected" });
    table.step(120, { kind: "connected" });
    table.result(130, table.id, queued);
    // The lock may have been passed on between the two sendings: no watch from here would say so.
    expect(table.sent).toMatchObject([{ kind: "command", sequence: 2, command: { wait: true } }]);
    table.result(140, table.id, held(55));
    expect(table.outcome(call)).toMatchObject({ kind: "applied", result: { token: 55 } });
  });

  it("asks again where what the lock did is not kept any more", () => {
    const table = withSession();
    const call = table.call(100, acquire(true));
    table.result(110, table.id, queued);
    const watchId = table.id;
    table.reply(111, { kind: "ok", id: watchId, detail: 60 });
    table.refuse(200, watchId, "compacted");
    expect(table.sent).toMatchObject([{ kind: "command", sequence: 2, command: { wait: true } }]);
    table.result(210, table.id, held(70));
    expect(table.outcome(call)).toMatchObject({ kind: "applied", result: { token: 70 } });
  });

  it("leaves the queue when its time is over, and gives back what it got in between", () => {
    const table = withSession();
    const call = table.call(100, acquire(true), 100);
    table.result(110, table.id, queued);
    table.reply(111, { kind: "ok", id: table.id, detail: 60 });
    table.pass(200);
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
    const leave = table.sent.find((one) => one.kind === "command");
    expect(leave).toMatchObject({ command: { kind: "release", token: 0 } });
    table.result(210, leave?.id ?? 0, { ok: false, reason: "not-holder", detail: "" });
    expect(table.sent).toMatchObject([{ command: { kind: "acquire", wait: false } }]);
    table.result(220, table.id, held(66));
    expect(table.sent).toMatchObject([{ command: { kind: "release", token: 66 } }]);
    expect(table.told).toEqual([]);
  });

  it("a release lets go of it before the request goes out, and is done though nobody waits", () => {
    const table = holding(40);
    table.step(115, { kind: "disconnected" });
    const call = table.call(120, release, 50);
    expect(table.outputs).toEqual([{ kind: "lock-lost", lock: "pump", token: 40 }]);
    expect(table.client.held(at(120), "pump")).toBeNull();
    table.pass(170);
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
    table.step(200, { kind: "connected" });
    expect(table.sent).toMatchObject([{ command: { kind: "release", token: 40 } }]);
  });

  it("one that waits can be cancelled; one that is neither held nor waited for is refused", () => {
    const table = withSession();
    const wait = table.call(100, acquire(true));
    table.result(110, table.id, queued);
    table.reply(111, { kind: "ok", id: table.id, detail: 60 });
    const cancel = table.call(120, release);
    expect(table.outcome(wait)).toMatchObject({ kind: "refused", reason: "cancelled" });
    expect(table.outcome(cancel)).toMatchObject({ kind: "ok" });
    const twice = table.call(130, release);
    expect(table.outcome(twice)).toMatchObject({ kind: "refused", reason: "not-held" });
  });

  it("without a session they are refused; a second call for one as well", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    expect(table.outcome(table.call(0, acquire(true)))).toMatchObject({ reason: "not-in-session" });
    const other = withSession();
    other.call(100, acquire(true));
    expect(other.outcome(other.call(100, acquire(true)))).toMatchObject({ reason: "wrong-call" });
  });
});

describe("CLIENT-4: watches", () => {
  const event = (index: number, key: string): WatchEvent => ({ kind: "deleted", at: index, key });

  it("go on after a reconnection where they were, also in the middle of an entry", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, watch);
    const id = table.id;
    table.reply(1, { kind: "ok", id, detail: 20 });
    expect(table.outcome(call)).toEqual({ kind: "ok", detail: 20 });
    table.reply(2, { kind: "event", watch: id, event: event(30, "a1") });
    table.reply(3, { kind: "event", watch: id, event: event(30, "a2") });
    expect(table.outputs).toEqual([{ kind: "event", watch: call, event: event(30, "a2") }]);
    table.step(4, { kind: "disconnected" });
    table.step(5, { kind: "connected" });
    expect(table.sent).toMatchObject([{ kind: "watch", after: 29 }]);
    const again = table.id;
    table.reply(6, { kind: "ok", id: again, detail: 29 });
    expect(table.outputs).toEqual([]);
    const seen: string[] = [];
    for (const key of ["a1", "a2", "a3"]) {
      for (const one of table.reply(7, { kind: "event", watch: again, event: event(30, key) })) {
        if (one.kind === "event" && one.event.kind === "deleted") seen.push(one.event.key);
      }
    }
    expect(seen).toEqual(["a3"]);
  });

  it("without an event go on from where they began", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    table.call(0, watch);
    table.reply(1, { kind: "ok", id: table.id, detail: 20 });
    table.step(4, { kind: "disconnected" });
    table.step(5, { kind: "connected" });
    expect(table.sent).toMatchObject([{ kind: "watch", after: 20 }]);
  });

  it("are ended as compacted, at the first asking, at another, or while they run", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const first = table.call(0, { ...watch, after: 3 } as ClientCall);
    table.refuse(1, table.id, "compacted");
    expect(table.outcome(first)).toMatchObject({ kind: "refused", reason: "compacted" });
    const second = table.call(2, watch);
    const id = table.id;
    table.reply(3, { kind: "ok", id, detail: 20 });
    table.refuse(4, id, "compacted");
    expect(table.outputs).toEqual([{ kind: "watch-ended", watch: second, detail: "so" }]);
    const third = table.call(5, watch);
    table.reply(6, { kind: "ok", id: table.id, detail: 20 });
    table.step(7, { kind: "disconnected" });
    table.step(8, { kind: "connected" });
    table.refuse(9, table.id, "compacted");
    expect(table.outputs).toEqual([{ kind: "watch-ended", watch: third, detail: "so" }]);
  });

  it("tell nothing that was not asked for, or not any more", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, watch);
    const id = table.id;
    table.reply(1, { kind: "ok", id, detail: 20 });
    expect(table.reply(2, { kind: "event", watch: id, event: event(30, "b") })).toEqual([]);
    expect(table.reply(2, { kind: "event", watch: id + 9, event: event(30, "a") })).toEqual([]);
    const end = table.call(3, { kind: "unwatch", watch: call });
    expect(table.outcome(end)).toMatchObject({ kind: "ok" });
    expect(table.sent).toMatchObject([{ kind: "unwatch", watch: id }]);
    expect(table.reply(4, { kind: "event", watch: id, event: event(31, "a") })).toEqual([]);
    expect(table.outcome(table.call(5, { kind: "unwatch", watch: call }))).toMatchObject({
      reason: "wrong-call",
    });
  });
});
