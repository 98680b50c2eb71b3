/** What a client may count on, whichever replica it asks. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { micros, millis, seconds } from "../../../src/kernel/time.js";
import type { ReplicaOptions } from "../../../src/replication/replica/parts.js";
import type { ClientReply } from "../../../src/replication/service/ports.js";
import { encodeRequest } from "../../../src/replication/service/request-bodies.js";
import { count, foundValue, get, openSession, put, SmallGroup } from "./support/small-group.js";

function sessionOf(reply: ClientReply | null): number {
  if (reply?.kind !== "result" || !reply.result.ok || reply.result.kind !== "session") return 0;
  return reply.result.session;
}

describe("a command", () => {
  it("is answered by the replica that was asked, once it is applied (REPLICA-1)", () => {
    const small = new SmallGroup();
    const reply = small.ask(small.leader(), put("k", 7));
    expect(reply).toMatchObject({ kind: "result", result: { ok: true, version: 1 } });
    expect(small.leader().replica?.status().applied).toBeGreaterThanOrEqual(
      reply?.kind === "result" ? reply.at : Number.POSITIVE_INFINITY,
    );
    expect(small.ask(small.follower(), put("k", 8))).toMatchObject({
      kind: "result",
      result: { ok: true, version: 2 },
    });
  });

  it("waits for a leader, and is answered by the next one (REPLICA-2)", () => {
    const small = new SmallGroup();
    const follower = small.follower();
    const session = sessionOf(small.ask(follower, openSession(seconds(10))));
    small.leader().crash();
    const reply = small.ask(follower, count("c", session, 1));
    expect(reply).toMatchObject({ kind: "result", result: { kind: "app", result: 1 } });
  });

  it("of a session is applied once, also where its answer was lost (REPLICA-2)", () => {
    const small = new SmallGroup();
    const follower = small.follower();
    const session = sessionOf(small.ask(follower, openSession(seconds(10))));
    for (let times = 0; times < 3; times += 1) {
      expect(small.ask(follower, count("c", session, 1))).toMatchObject({ result: { result: 1 } });
    }
    expect(small.ask(small.leader(), count("c", session, 2))).toMatchObject({
      result: { result: 2 },
    });
  });

  it("without a session is not sent twice: what became of it is unknown (REPLICA-7)", () => {
    const small = new SmallGroup();
    const [leader, follower] = [small.leader(), small.follower()];
    let answer: ClientReply | null = null;
    small.send(follower, count("once"), (reply) => {
      answer = reply;
    });
    const before = small.forwarded.length;
    while (small.forwarded.length === before) small.run(micros(50));
    // The leader will have it, and cannot tell.
    small.cut(follower);
    small.run(millis(50));
    leader.crash();
    small.run(seconds(7));
    expect(answer).toMatchObject({ kind: "refused", reason: "unknown-outcome" });
  });

  it("is not done again by a copy of its frame after a start of the leader (REPLICA-14)", () => {
    const small = new SmallGroup();
    const [leader, follower] = [small.leader(), small.follower()];
    const before = small.forwarded.length;
    expect(small.ask(follower, count("once"))).toMatchObject({ result: { result: 1 } });
    const copies = small.forwarded.slice(before);
    leader.crash();
    leader.boot();
    small.leader();
    const target = leader.id;
    while (small.leader() !== leader) {
      small.run(millis(200));
      small.ask(small.leader(), (id) => ({ kind: "transfer", id, target }));
    }
    // The window of its envelope is empty: it takes them for new.
    for (const body of copies) leader.offer({ kind: "message", from: follower.id, body });
    small.run(millis(100));
    expect(small.ask(follower, count("once"))).toMatchObject({ result: { result: 2 } });
  });

  it("is refused where nobody leads, and then nothing was done (REPLICA-6, REPLICA-7)", () => {
    const small = new SmallGroup();
    const follower = small.follower();
    for (const board of small.boards) if (board !== follower) board.crash();
    small.run(seconds(1));
    expect(small.ask(follower, count("never"))).toMatchObject({
      kind: "refused",
      reason: "no-leader",
    });
    for (const board of small.boards) board.boot();
    small.leader();
    expect(small.ask(follower, count("never"))).toMatchObject({ result: { result: 1 } });
  });

  it("that makes no sense is refused under its id, and changes nothing (REPLICA-11)", () => {
    const small = new SmallGroup();
    const answers: ClientReply[] = [];
    const client = small.group.connect(small.leader(), (reply) => answers.push(reply));
    for (const body of [null, 7, ["command", 5, 0, 0, ["fly"]], ["query", 6], new Uint8Array(3)]) {
      small.group.request(client ?? 0, body);
    }
    small.run(millis(20));
    expect(answers.map((reply) => reply.kind === "refused" && reply.reason)).toEqual(
      new Array(5).fill("malformed"),
    );
    expect(answers.map((reply) => ("id" in reply ? reply.id : -1)).sort()).toEqual([0, 0, 0, 5, 6]);
  });
});

describe("a read", () => {
  it("at any replica sees what was acknowledged before it was asked (REPLICA-3)", () => {
    const small = new SmallGroup();
    for (let value = 1; value < 20; value += 1) {
      small.ask(small.boards[value % 3] as never, put("k", value));
      expect(foundValue(small.ask(small.boards[(value + 1) % 3] as never, get("k")))).toBe(value);
    }
  });

  it("is not answered by a leader that was deposed and does not know it (REPLICA-3)", () => {
    const small = new SmallGroup();
    const old = small.leader();
    small.ask(old, put("k", 1));
    small.cut(old);
    const others = small.boards.filter((board) => board !== old);
    small.ask(small.leader(others), put("k", 2));
    const reply = small.ask(old, get("k"));
    expect(reply?.kind).toBe("refused");
    small.join();
    expect(foundValue(small.ask(old, get("k")))).toBe(2);
  });

  it("that may be stale is answered at once, with an age that covers its gap (REPLICA-4)", () => {
    const small = new SmallGroup();
    const [leader, follower] = [small.leader(), small.follower()];
    small.ask(leader, put("k", 1));
    small.run(seconds(2));
    small.cut(follower);
    const missedAt = small.now;
    small.ask(leader, put("k", 2));
    small.run(seconds(3));
    const reply = small.ask(follower, get("k", "stale"), millis(5));
    expect(foundValue(reply)).toBe(1);
    const age = reply?.kind === "answer" ? reply.age : null;
    expect(age).toBeGreaterThanOrEqual(small.now - missedAt - 1_000);
    expect(age).toBeLessThan(small.now - missedAt + 1_500_000);
  });

  it("that may be stale is young where the leader is heard (REPLICA-4)", () => {
    const small = new SmallGroup();
    const follower = small.follower();
    small.ask(follower, get("k", "stale"));
    small.run(seconds(2));
    const reply = small.ask(follower, get("k", "stale"), millis(5));
    expect(reply?.kind === "answer" ? reply.age : null).toBeLessThan(150_000);
  });

  it("that may be stale has no age before anybody has led (REPLICA-4)", () => {
    const small = new SmallGroup();
    const [board] = small.boards;
    const reply = small.ask(board as never, get("k", "stale"), millis(5));
    expect(reply).toMatchObject({ kind: "answer", age: null });
  });
});

describe("a witness", () => {
  it("reads nothing, having no copy, and says so at once; it takes writes (REPLICA-17)", () => {
    const small = new SmallGroup(3, (options: ReplicaOptions) => ({
      ...options,
      group: new Map(options.group ?? []).set(nodeId("n3"), "witness"),
    }));
    small.leader();
    const witness = small.boards.find(({ id }) => id === "n3") as never;
    expect(small.ask(witness, put("k", 1))).toMatchObject({ result: { ok: true } });
    for (const freshness of ["linearizable", "stale"] as const) {
      expect(small.ask(witness, get("k", freshness), millis(5))).toMatchObject({
        ...{ kind: "refused", reason: "no-copy" },
        detail: "a witness keeps no copy: ask a voter or a learner",
      });
    }
    const target = { kind: "prefix", prefix: "k" } as const;
    const watch = (id: number) => ({ kind: "watch", id, target, after: null }) as const;
    expect(small.ask(witness, watch)).toMatchObject({ kind: "refused", reason: "no-copy" });
    expect(foundValue(small.ask(small.leader(), get("k")))).toBe(1);
  });
});

describe("a keep-alive", () => {
  it("is answered while a majority confirms, by way of any replica (REPLICA-5)", () => {
    const small = new SmallGroup();
    const session = sessionOf(small.ask(small.follower(), openSession(seconds(1))));
    for (let times = 0; times < 6; times += 1) {
      small.run(millis(400));
      const reply = small.ask(small.follower(), (id) => ({ kind: "keep-alive", id, session }));
      expect(reply?.kind).toBe("ok");
    }
  });

  it("is not answered by a leader that nobody hears any more (REPLICA-5)", () => {
    const small = new SmallGroup();
    const old = small.leader();
    const session = sessionOf(small.ask(old, openSession(seconds(60))));
    small.cut(old);
    const reply = small.ask(old, (id) => ({ kind: "keep-alive", id, session }));
    expect(reply?.kind).toBe("refused");
  });

  it("comes too late where the lease is over: it ends through the log (REPLICA-12)", () => {
    const small = new SmallGroup();
    const session = sessionOf(small.ask(small.leader(), openSession(millis(200))));
    small.run(seconds(1));
    const reply = small.ask(small.follower(), (id) => ({ kind: "keep-alive", id, session }));
    expect(reply).toMatchObject({ kind: "refused", reason: "no-session" });
    for (const board of small.boards) expect(board.replica?.status().sessions).toBe(0);
  });

  it("is good for the whole lease at the next leader (REPLICA-12)", () => {
    const small = new SmallGroup();
    const old = small.leader();
    const session = sessionOf(small.ask(old, openSession(seconds(1))));
    small.run(millis(900));
    expect(small.ask(old, (id) => ({ kind: "keep-alive", id, session }))?.kind).toBe("ok");
    old.crash();
    const others = small.boards.filter((board) => board !== old);
    small.leader(others);
    small.run(millis(600));
    expect(small.leader(others).replica?.status().sessions).toBe(1);
  });
});

describe("a watch", () => {
  it("is told by its own replica what happened, until its client is gone (REPLICA-13)", () => {
    const small = new SmallGroup();
    const told: ClientReply[] = [];
    const follower = small.follower();
    const target = { kind: "prefix", prefix: "k/" } as const;
    const watch = (id: number) => ({ kind: "watch", id, target, after: null }) as const;
    const client = small.send(follower, watch, (reply) => told.push(reply));
    small.run(millis(5));
    small.ask(small.leader(), put("k/a", 1));
    small.ask(small.leader(), put("other", 1));
    small.ask(small.leader(), put("k/a", 2));
    small.run(millis(50));
    expect(told.map(({ kind }) => kind)).toEqual(["ok", "event", "event"]);
    small.group.disconnect(client);
    small.ask(small.leader(), put("k/a", 3));
    small.run(millis(50));
    expect(told).toHaveLength(3);
  });

  it("of a client that takes no more waits, and goes on when it does (REPLICA-13)", () => {
    const small = new SmallGroup();
    const told: ClientReply[] = [];
    const follower = small.follower();
    const target = { kind: "prefix", prefix: "k/" } as const;
    const watch = (id: number) => ({ kind: "watch", id, target, after: null }) as const;
    const client = small.send(follower, watch, (reply) => told.push(reply));
    small.run(millis(5));
    follower.offer({ kind: "client-paused", client, paused: true });
    small.ask(small.leader(), put("k/a", 1));
    small.run(millis(50));
    expect(told).toHaveLength(1);
    follower.offer({ kind: "client-paused", client, paused: false });
    small.run(millis(50));
    expect(told.map(({ kind }) => kind)).toEqual(["ok", "event"]);
  });
});

describe("the group", () => {
  it("is told by any replica, and changed by way of any (REPLICA-1)", () => {
    const small = new SmallGroup(5);
    const change = { kind: "remove", member: "n5" };
    const follower = small.boards.find((one) => one !== small.leader() && one.id !== "n5");
    expect(
      small.ask(follower as never, (id) => ({ kind: "change-members", id, change })),
    ).toMatchObject({ kind: "ok" });
    small.run(millis(100));
    const told = small.ask(follower as never, (id) => ({ kind: "members", id }));
    expect(JSON.stringify(told)).not.toContain("n5");
    expect(JSON.stringify(told)).toContain("n4");
  });

  it("is told by a follower as its leader sees it, with who is silent (REPLICA-1)", () => {
    const small = new SmallGroup();
    const [leader, follower] = [small.leader(), small.follower()];
    const dead = small.boards.find((board) => board !== leader && board !== follower);
    dead?.crash();
    small.run(seconds(1));
    const told = small.ask(follower, (id) => ({ kind: "members", id }));
    const standingOf = { [leader.id]: null, [follower.id]: "heard", [dead?.id ?? ""]: "silent" };
    expect(told).toMatchObject({
      kind: "ok",
      detail: {
        ...{ by: leader.id, leader: leader.id },
        members: small.boards.map(({ id }) => ({ member: id, standing: standingOf[id] })),
      },
    });
  });

  it("is told as the asked replica knows it where nobody leads (REPLICA-1)", () => {
    const small = new SmallGroup();
    const follower = small.follower();
    for (const board of small.boards) if (board !== follower) board.crash();
    small.run(seconds(1));
    expect(small.ask(follower, (id) => ({ kind: "members", id }))).toMatchObject({
      kind: "ok",
      detail: {
        by: follower.id,
        leader: null,
        members: small.boards.map(({ id: member }) => ({ member })),
      },
    });
  });

  it("is told by a leader that was cut off as it knows it, and not never (REPLICA-6)", () => {
    const small = new SmallGroup();
    const [leader, follower] = [small.leader(), small.follower()];
    // It still takes the other for its leader, which hears nothing.
    small.cut(leader);
    const told = small.ask(follower, (id) => ({ kind: "members", id }));
    expect(told?.kind).toBe("ok");
  });

  it("is not changed by senseless words, which says what was expected (REPLICA-11)", () => {
    const small = new SmallGroup();
    for (const change of [null, {}, { kind: "add", member: "N 5" }, { kind: "grow" }]) {
      const reply = small.ask(small.leader(), (id) => ({ kind: "change-members", id, change }));
      expect(reply).toMatchObject({ kind: "refused", reason: "malformed" });
    }
  });

  it("has another leader after a transfer, asked of a follower (REPLICA-1)", () => {
    const small = new SmallGroup();
    const [old, follower] = [small.leader(), small.follower()];
    const target = follower.id;
    expect(small.ask(follower, (id) => ({ kind: "transfer", id, target }))?.kind).toBe("ok");
    expect(small.leader().id).toBe(follower.id);
    expect(old.id).not.toBe(follower.id);
  });
});

it("encodes what a client asks in the way that a replica reads it", () => {
  expect(encodeRequest(put("k", 1)(4))).toEqual(["command", 4, 0, 0, expect.anything()]);
});
