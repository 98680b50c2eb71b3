/** A client at a table: time in milliseconds, and replies by hand. */
import { expect } from "vitest";
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
} from "../../../../src/replication/service/ports.js";

export const at = (ms: number): Instant => instant(ms * 1_000);

export const put: ClientCall = {
  kind: "command",
  command: {
    kind: "put",
    key: "a",
    value: new Uint8Array(1),
    condition: null,
    ephemeral: false,
  },
};
export const get: ClientCall = {
  kind: "query",
  query: { kind: "get", key: "a" },
  freshness: "linearizable",
};
export const acquire = (wait: boolean): ClientCall => ({
  kind: "acquire",
  lock: "pump",
  wait,
  lockDelay: micros(0),
});
export const release: ClientCall = { kind: "release", lock: "pump" };
export const watch: ClientCall = {
  kind: "watch",
  target: { kind: "prefix", prefix: "a" },
  after: null,
};

/** A client at a table: time in milliseconds, and its outputs since the last step. */
export class Table {
  readonly client: ServiceClient;
  outputs: readonly ServiceClientOutput[] = [];
  #calls = 0;

  constructor(oneReplica = false) {
    const fixed = { seed: 1, driftMaxPpm: 0, grace: seconds(5) };
    this.client = new ServiceClient({ ...serviceClientDefaults, ...fixed, oneReplica });
  }

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

export const done: CommandResult = { ok: true, kind: "done" };
export const session = (id: number): CommandResult => ({ ok: true, kind: "session", session: id });
export const held = (token: number): CommandResult => ({ ok: true, kind: "held", token });
export const queued: CommandResult = { ok: true, kind: "queued" };

/** With session 7 of a lease of 900 ms, which was asked for at 0 and opened at 100. */
export function withSession(oneReplica = false): Table {
  const table = new Table(oneReplica);
  table.step(0, { kind: "connected" });
  table.call(0, { kind: "open-session", name: "n", lease: millis(900) });
  table.result(100, table.id, session(7));
  return table;
}

export function holding(token: number): Table {
  const table = withSession();
  table.call(100, acquire(false));
  table.result(110, table.id, held(token));
  return table;
}

export const lockEvent = (
  watchId: number,
  index: number,
  view: Partial<LockView>,
): ClientReply => ({
  kind: "event",
  watch: watchId,
  event: {
    kind: "lock",
    at: index,
    lock: { lock: "pump", holder: null, token: index, waiting: 0, delayed: false, ...view },
  },
});
