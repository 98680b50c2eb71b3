/** Anything that a client or a replica may say, for the round trips of encodings. */
import fc from "fast-check";
import { type Duration, micros } from "../../../src/kernel/time.js";
import type {
  ClientReply,
  ClientRequest,
  Command,
  CommandResult,
  KeyValue,
  LockView,
  Plain,
  Query,
  QueryResult,
  WatchEvent,
  WatchTarget,
} from "../../../src/replication/service/ports.js";

const letters = [..."abzAZ09._/-"];
export const name = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 128 });
const prefix = fc.string({ unit: fc.constantFrom(...letters), maxLength: 128 });
const count = fc.oneof(fc.nat(300), fc.maxSafeNat());
const positive = count.map((value) => Math.max(value, 1));
const value = fc.uint8Array({ maxLength: 200 });
const text = fc.string({ maxLength: 100 }).map((one) => one.replace(/[^ -~]/g, "?"));

/** -0 is a 0 after the way. */
export const plain = fc
  .jsonValue({ maxDepth: 4, noUnicodeString: false })
  .map((one) => JSON.parse(JSON.stringify(one)) as Plain)
  .filter((one) => !JSON.stringify(one).includes("__proto__"));

const duration = (min: number, max: number): fc.Arbitrary<Duration> =>
  fc.integer({ min, max }).map(micros);

const is = <Kind extends string>(kind: Kind) => fc.constant(kind);
const condition = fc.option(fc.record({ version: count }), { nil: null });

export const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: is("put"), key: name, value, condition, ephemeral: fc.boolean() }),
  fc.record({ kind: is("delete"), key: name, condition }),
  fc.record({
    kind: is("acquire"),
    lock: name,
    wait: fc.boolean(),
    lockDelay: duration(0, 60_000_000),
  }),
  fc.record({ kind: is("release"), lock: name, token: count }),
  fc.record({ kind: is("open-session"), name, lease: duration(100_000, 600_000_000) }),
  fc.record({ kind: is("close-session") }),
  fc.record({ kind: is("app"), name, argument: plain }),
);

const query: fc.Arbitrary<Query> = fc.oneof(
  fc.record({ kind: is("get"), key: name }),
  fc.record({
    kind: is("list"),
    prefix,
    after: fc.option(name, { nil: null }),
    limit: fc.integer({ min: 1, max: 1_000 }),
  }),
  fc.record({ kind: is("lock"), lock: name }),
  fc.record({ kind: is("locks") }),
  fc.record({ kind: is("session"), session: positive }),
  fc.record({ kind: is("app") }),
);

const target: fc.Arbitrary<WatchTarget> = fc.oneof(
  fc.record({ kind: is("prefix"), prefix }),
  fc.record({ kind: is("lock"), lock: name }),
  fc.record({ kind: is("session"), session: positive }),
);

export const request: fc.Arbitrary<ClientRequest> = fc.oneof(
  fc.record({ kind: is("command"), id: count, session: positive, sequence: positive, command }),
  fc.record({
    kind: is("command"),
    id: count,
    session: fc.constant(0),
    sequence: fc.constant(0),
    command,
  }),
  fc.record({
    kind: is("query"),
    id: count,
    freshness: fc.constantFrom("linearizable", "stale"),
    query,
  }),
  fc.record({ kind: is("keep-alive"), id: count, session: positive }),
  fc.record({ kind: is("watch"), id: count, target, after: fc.option(count, { nil: null }) }),
  fc.record({ kind: is("unwatch"), id: count, watch: count }),
  fc.record({ kind: is("members"), id: count }),
  fc.record({ kind: is("change-members"), id: count, change: plain }),
  fc.record({
    kind: is("transfer"),
    id: count,
    target: fc.option(fc.constant("a"), { nil: null }),
  }),
);

export const result: fc.Arbitrary<CommandResult> = fc.oneof(
  fc.record({ ok: fc.constant(true as const), kind: is("session"), session: positive }),
  fc.record({ ok: fc.constant(true as const), kind: is("changed"), version: positive }),
  fc.record({ ok: fc.constant(true as const), kind: is("held"), token: positive }),
  fc.record({ ok: fc.constant(true as const), kind: is("queued") }),
  fc.record({ ok: fc.constant(true as const), kind: is("done") }),
  fc.record({ ok: fc.constant(true as const), kind: is("app"), result: plain }),
  fc.record({
    ok: fc.constant(false as const),
    reason: fc.constantFrom("held", "delayed", "limit", "no-session", "app-refused", "invalid"),
    detail: text,
  }),
);

const found: fc.Arbitrary<KeyValue> = fc.record({
  key: name,
  value,
  version: positive,
  changedAt: positive,
});

const lock: fc.Arbitrary<LockView> = fc.record({
  lock: name,
  holder: fc.option(fc.record({ session: positive, name }), { nil: null }),
  token: count,
  waiting: fc.nat(64),
  delayed: fc.boolean(),
});

const answer: fc.Arbitrary<QueryResult> = fc.oneof(
  fc.record({ kind: is("key"), found: fc.option(found, { nil: null }) }),
  fc.record({ kind: is("keys"), keys: fc.array(found, { maxLength: 4 }), more: fc.boolean() }),
  fc.record({ kind: is("lock"), lock }),
  fc.record({ kind: is("locks"), locks: fc.array(lock, { maxLength: 4 }) }),
  fc.record({ kind: is("session"), open: fc.boolean() }),
  fc.record({ kind: is("app"), state: plain }),
);

const event: fc.Arbitrary<WatchEvent> = fc.oneof(
  fc.record({ kind: is("put"), at: positive, found }),
  fc.record({ kind: is("deleted"), at: positive, key: name }),
  fc.record({ kind: is("lock"), at: positive, lock }),
  fc.record({ kind: is("session-ended"), at: positive, session: positive }),
);

export const reply: fc.Arbitrary<ClientReply> = fc.oneof(
  fc.record({ kind: is("result"), id: count, at: count, result }),
  fc.record({
    kind: is("answer"),
    id: count,
    at: count,
    age: fc.option(duration(0, 1_000_000_000), { nil: null }),
    result: answer,
  }),
  fc.record({ kind: is("ok"), id: count, detail: plain }),
  fc.record({ kind: is("event"), watch: count, event }),
  fc.record({
    kind: is("refused"),
    id: count,
    reason: fc.constantFrom("no-leader", "compacted", "unknown-outcome", "malformed"),
    leader: fc.option(text, { nil: null }),
    detail: text,
  }),
);
