/** The clients of one replica, and what comes of what they ask (REPLICA-1 to 13). */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant, micros, millis } from "../../../src/kernel/time.js";
import { parseMemberChange } from "../../../src/replication/replica/change-words.js";
import { Clients } from "../../../src/replication/replica/clients.js";
import {
  freshEvery,
  freshEveryAsked,
  leaderWait,
  repeatEvery,
  requestTimeout,
} from "../../../src/replication/replica/limits.js";
import type { Task } from "../../../src/replication/replica/tasks.js";
import { refusedAs } from "../../../src/replication/replica/work.js";
import { encodeCommand } from "../../../src/replication/service/command-bytes.js";
import type { ClientReply, ClientRequest, Plain } from "../../../src/replication/service/ports.js";
import { Service } from "../../../src/replication/service/service.js";
import { get, put } from "./support/small-group.js";

const [a, b, c] = [nodeId("a"), nodeId("b"), nodeId("c")];
const start = instant(1_000_000);

/** Replica `a`; `b` leads. What it is asked to do is in the test's hand. */
class Desk {
  readonly service = new Service();
  readonly clients: Clients;
  now = start;
  #index = 0;

  constructor(nodes: readonly (typeof a)[] | null = null) {
    this.clients = new Clients(start, this.service, () => null, nodes);
    this.clients.leaderIs(start, b);
    // Its first question how old its state is; nobody can tell.
    this.clients.wake(start);
    for (const { number } of this.tasks()) {
      this.clients.settle(start, number, refusedAs("no-quorum", ""));
    }
  }

  ask(request: ClientRequest, client = 1): void {
    this.clients.ask(this.now, client, request);
  }

  tasks(): readonly Task[] {
    return this.clients.dispatch(this.now, a);
  }

  apply(key: string): void {
    this.#index += 1;
    const { command } = put(key, this.#index)(0) as Extract<ClientRequest, { kind: "command" }>;
    const { events } = this.service.apply(this.#index, encodeCommand(0, 0, command));
    this.clients.happened(events);
    this.clients.applied(this.#index);
  }

  replies(): readonly ClientReply[] {
    return this.clients
      .take(this.now)
      .flatMap((output) => (output.kind === "reply" ? [output.reply] : []));
  }

  /** Of the replies, what matters of each. */
  told(): readonly string[] {
    return this.replies().map((one) => (one.kind === "refused" ? one.reason : one.kind));
  }

  pass(length: number): void {
    this.now = instant(this.now + length);
    this.clients.wake(this.now);
  }
}

describe("a linearizable read (REPLICA-3)", () => {
  it("waits until what the leader has named is applied here, and is answered once", () => {
    const desk = new Desk();
    desk.ask(get("k")(5));
    desk.ask(get("k")(6));
    const [one, two] = desk.tasks();
    desk.clients.settle(desk.now, one?.number ?? 0, { kind: "index", at: 2 });
    desk.clients.settle(desk.now, two?.number ?? 0, { kind: "index", at: 3 });
    expect(desk.told()).toEqual([]);
    desk.apply("x");
    expect(desk.told()).toEqual([]);
    desk.apply("k");
    expect(desk.replies()).toMatchObject([{ kind: "answer", id: 5, at: 2, age: 0 }]);
    desk.apply("k");
    expect(desk.replies()).toMatchObject([{ kind: "answer", id: 6, at: 3 }]);
    desk.apply("k");
    // A copy of the answer finds nobody who waits.
    desk.clients.settle(desk.now, one?.number ?? 0, { kind: "index", at: 2 });
    expect([desk.told(), desk.clients.count]).toEqual([[], 0]);
  });

  it("is not asked again while it waits for that, whoever leads by then", () => {
    const desk = new Desk();
    desk.ask(get("k")(5));
    const [one] = desk.tasks();
    desk.clients.settle(desk.now, one?.number ?? 0, { kind: "index", at: 1 });
    desk.clients.leaderIs(desk.now, c);
    desk.pass(repeatEvery);
    desk.clients.settle(desk.now, one?.number ?? 0, { kind: "elsewhere" });
    desk.pass(repeatEvery);
    expect(desk.tasks()).toEqual([]);
    desk.apply("k");
    expect(desk.told()).toEqual(["answer"]);
  });

  it("ends with its client, or when it takes too long", () => {
    const desk = new Desk();
    for (const client of [1, 2]) desk.ask(get("k")(5), client);
    for (const task of desk.tasks()) {
      desk.clients.settle(desk.now, task.number, { kind: "index", at: 1 });
    }
    desk.clients.gone(1);
    expect(desk.clients.count).toBe(1);
    desk.pass(requestTimeout);
    expect(desk.told()).toEqual(["no-quorum"]);
    desk.apply("k");
    expect(desk.told()).toEqual([]);
  });
});

describe("an outcome", () => {
  const outcomes = [
    [
      { kind: "ok", detail: 3 },
      { kind: "ok", detail: 3 },
    ],
    [refusedAs("overloaded", "so"), { kind: "refused", reason: "overloaded", leader: "b" }],
    [
      { kind: "result", at: 4, result: { ok: true, kind: "done" } },
      { kind: "result", at: 4 },
    ],
  ] as const;

  it("is told to its client under its id, once (REPLICA-1)", () => {
    for (const [outcome, reply] of outcomes) {
      const desk = new Desk();
      desk.ask(put("k", 1)(9));
      const [task] = desk.tasks();
      for (let time = 0; time < 2; time += 1) {
        desk.clients.settle(desk.now, task?.number ?? 0, outcome);
      }
      expect(desk.replies()).toMatchObject([{ id: 9, ...reply }]);
    }
  });

  it("of nobody's question, or of a client that has gone, is told to nobody", () => {
    const desk = new Desk();
    desk.ask(put("k", 1)(9), 4);
    const [task] = desk.tasks();
    desk.clients.gone(4);
    desk.clients.settle(desk.now, task?.number ?? 0, { kind: "ok", detail: null });
    desk.clients.settle(desk.now, 77, { kind: "ok", detail: null });
    desk.clients.settle(desk.now, 77, { kind: "index", at: 0 });
    expect(desk.told()).toEqual([]);
  });

  it("that does not come is refused by what may have been done (REPLICA-6, REPLICA-7)", () => {
    const session = 7;
    const asked: readonly (readonly [ClientRequest, string])[] = [
      [get("k")(1), "no-quorum"],
      [{ kind: "keep-alive", id: 2, session }, "no-quorum"],
      [put("k", 1)(3), "unknown-outcome"],
      [put("k", 1, session, 1)(4), "unknown-outcome"],
      [{ kind: "transfer", id: 5, target: null }, "unknown-outcome"],
    ];
    for (const [request, reason] of asked) {
      const desk = new Desk();
      desk.ask(request);
      expect(desk.tasks()).toHaveLength(1);
      desk.pass(requestTimeout - 1);
      desk.tasks();
      expect(desk.told()).toEqual([]);
      desk.pass(1);
      expect(desk.told()).toEqual([reason]);
      const lost = new Desk();
      lost.clients.leaderIs(start, null);
      lost.ask(request);
      expect(lost.tasks()).toEqual([]);
      lost.pass(leaderWait);
      expect(lost.told()).toEqual(["no-leader"]);
    }
  });
});

describe("what is asked of the group", () => {
  it("is refused where it makes no sense, or no frame reaches the newcomer (REPLICA-11)", () => {
    const desk = new Desk([a, b, c]);
    const change = (wanted: Plain) => desk.ask({ kind: "change-members", id: 1, change: wanted });
    for (const wanted of [
      { kind: "add", member: "d" },
      { kind: "replace", member: "c", successor: "d" },
    ]) {
      change(wanted);
    }
    desk.ask({ kind: "transfer", id: 2, target: "N 5" });
    change({ kind: "grow", member: "c" });
    expect(desk.told()).toEqual(["change-refused", "change-refused", "malformed", "malformed"]);
    expect(desk.tasks()).toEqual([]);
    change({ kind: "add", member: "c" });
    change({ kind: "replace", member: "d", successor: "c" });
    change({ kind: "remove", member: "d" });
    desk.ask({ kind: "transfer", id: 2, target: "c" });
    desk.ask({ kind: "transfer", id: 2, target: null });
    expect(desk.tasks().map(({ work }) => work.kind)).toEqual([
      ...["change", "change", "change", "transfer", "transfer"],
    ]);
    const anybody = new Desk();
    anybody.ask({ kind: "change-members", id: 1, change: { kind: "add", member: "d" } });
    expect(anybody.tasks()).toHaveLength(1);
  });

  it("is parsed from words, and nothing else is taken for it", () => {
    const member = c;
    expect(parseMemberChange({ kind: "add", member })).toEqual({
      kind: "add",
      member,
      role: "voter",
    });
    const role = "witness";
    expect(parseMemberChange({ kind: "add", member, role })).toEqual({ kind: "add", member, role });
    for (const kind of ["remove", "promote"]) {
      expect(parseMemberChange({ kind, member })).toEqual({ kind, member });
    }
    const replace = { kind: "replace", member, successor: b };
    expect(parseMemberChange(replace)).toEqual(replace);
    const wrong = [
      ...[null, 7, {}, { kind: "add" }, { kind: "add", member, role: "king" }],
      ...[
        { kind: "remove", member: "" },
        { kind: "replace", member },
        { kind: "grow", member },
      ],
    ];
    for (const words of wrong) expect(parseMemberChange(words)).toBeNull();
  });
});

describe("the age of what is read here (REPLICA-4)", () => {
  const stale = get("k", "stale");
  const probes = (desk: Desk) => desk.tasks().filter(({ purpose }) => purpose.kind === "probe");

  it("is asked of the leader now and then, and often while somebody wants to know", () => {
    const desk = new Desk();
    const every = (length: number): number => {
      let count = 0;
      for (let passed = 0; passed < length; passed += freshEveryAsked / 2) {
        desk.pass(freshEveryAsked / 2);
        for (const { number } of probes(desk)) {
          desk.clients.settle(desk.now, number, { kind: "index", at: 0 });
          count += 1;
        }
      }
      return count;
    };
    const seldom = every(10 * freshEvery);
    expect(seldom).toBeGreaterThanOrEqual(9);
    expect(seldom).toBeLessThanOrEqual(11);
    desk.ask(stale(1));
    expect(every(5 * freshEvery)).toBeGreaterThan(40);
    every(10 * freshEvery);
    expect(every(5 * freshEvery)).toBeLessThanOrEqual(6);
  });

  it("counts from the question, once what was named is applied; refusals tell nothing", () => {
    const desk = new Desk();
    desk.pass(freshEvery);
    const [probe] = probes(desk);
    desk.pass(millis(30));
    desk.clients.settle(desk.now, probe?.number ?? 0, { kind: "index", at: 1 });
    desk.ask(stale(1));
    expect(desk.replies()).toMatchObject([{ age: null }]);
    desk.apply("k");
    desk.pass(millis(20));
    desk.ask(stale(2));
    expect(desk.replies()).toMatchObject([{ age: millis(50), at: 1 }]);
    desk.pass(freshEvery);
    const [second] = probes(desk);
    desk.clients.settle(desk.now, second?.number ?? 0, refusedAs("no-quorum", ""));
    desk.ask(stale(3));
    expect(desk.replies()).toMatchObject([{ id: 3, age: micros(millis(50) + freshEvery) }]);
  });

  it("is not asked where nobody leads", () => {
    const desk = new Desk();
    desk.clients.leaderIs(start, null);
    for (let time = 0; time < 20; time += 1) desk.pass(freshEvery);
    expect([desk.clients.count, desk.told()]).toEqual([0, []]);
  });
});

describe("watches (REPLICA-13)", () => {
  const watch = (id: number, after: number | null): ClientRequest => ({
    ...{ kind: "watch", id, target: { kind: "prefix", prefix: "k" }, after },
  });

  it("begin with their answer, tell what happens, and end with theirs, or their client", () => {
    const desk = new Desk();
    desk.apply("k1");
    desk.ask(watch(4, null), 1);
    desk.ask(watch(5, 0), 2);
    expect(desk.told()).toEqual(["ok", "ok", "event"]);
    desk.apply("k2");
    desk.apply("x");
    expect(desk.told()).toEqual(["event", "event"]);
    desk.ask({ kind: "unwatch", id: 6, watch: 4 }, 1);
    expect(desk.told()).toEqual(["ok"]);
    desk.apply("k3");
    expect(desk.told()).toEqual(["event"]);
    desk.clients.gone(2);
    desk.apply("k4");
    expect(desk.told()).toEqual([]);
  });

  it("end where a snapshot took the place of what happened, and cannot begin before it", () => {
    const desk = new Desk();
    desk.ask(watch(4, null));
    desk.ask(get("k")(5));
    const [task] = desk.tasks();
    desk.clients.settle(desk.now, task?.number ?? 0, { kind: "index", at: 9 });
    desk.told();
    desk.clients.restored(9);
    expect(desk.told()).toEqual(["compacted", "answer"]);
    desk.ask(watch(6, 3));
    desk.ask(watch(7, null));
    expect(desk.told()).toEqual(["compacted", "ok"]);
  });

  it("are bounded for each client (REPLICA-9)", () => {
    const desk = new Desk();
    for (let id = 1; id <= 65; id += 1) desk.ask(watch(id, null));
    const told = desk.told();
    expect([told.length, told.at(-2), told.at(-1)]).toEqual([65, "ok", "overloaded"]);
  });

  it("of which much is to be told are told the rest in the next step, at once", () => {
    const desk = new Desk();
    desk.ask(watch(4, null));
    for (let time = 0; time < 300; time += 1) desk.apply("k");
    expect(desk.told()).toHaveLength(257);
    expect(desk.clients.deadline()).toBe(desk.now);
    desk.clients.wake(desk.now);
    expect(desk.told()).toHaveLength(44);
    expect(desk.clients.deadline()).not.toBe(desk.now);
  });
});
