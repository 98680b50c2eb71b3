/**
 * Work for a group of one replica: sessions whose numbered commands count up a counter each and
 * write a key. After a crash whoever was not answered sends the same number again; then every
 * counter must be exactly what was asked for, and every key have its last value.
 */
import { nodeId } from "../../../../src/kernel/ids.js";
import { timeout } from "../../../../src/kernel/machine.js";
import { Prng } from "../../../../src/kernel/prng.js";
import { type Instant, millis, seconds } from "../../../../src/kernel/time.js";
import { defaultLimits } from "../../../../src/replication/raft/options.js";
import type { ReplicaOptions } from "../../../../src/replication/replica/parts.js";
import type { ReplicaInput, ReplicaOutput } from "../../../../src/replication/replica/ports.js";
import { Replica } from "../../../../src/replication/replica/replica.js";
import type {
  ClientReply,
  ClientRequest,
  Command,
  Plain,
  QueryResult,
} from "../../../../src/replication/service/ports.js";
import type {
  DiskMachine,
  Honesty,
  Inspector,
  Worker,
  Workload,
} from "../../../../src/sim/disk/explorer/workload.js";
import { counterCommands } from "../../../../src/sim/replicas/counter-app.js";

type Input = Exclude<ReplicaInput, { kind: "disk-done" }> | typeof timeout;
type Output = Exclude<ReplicaOutput, { kind: "disk" }>;

export type ReplicaMachine = DiskMachine<ReplicaInput, Output>;

/** What one client knows. */
export interface SessionFacts {
  readonly name: string;
  /** Null until the session is acknowledged. */
  readonly session: number | null;
  /** Commands that were sent, and how many of them were answered: all but the last, or all. */
  readonly sent: number;
  readonly answered: number;
}

export type ReplicaLedger = readonly SessionFacts[];

export interface ReplicaWorkOptions {
  readonly seed: number;
  readonly sessions: number;
  /** Of each session. */
  readonly commands: number;
}

const self = nodeId("n1");

/** Small enough that segments, snapshots and compactions come within a few commands. */
function optionsOf(now: Instant, life: number, seed: number): ReplicaOptions {
  return {
    now,
    self,
    group: new Map([[self, "voter"]]),
    life,
    dice: new Prng(seed).split(`life ${life}`),
    raft: {
      heartbeat: millis(50),
      electionTimeoutMin: millis(200),
      electionTimeoutMax: millis(400),
      driftMaxPpm: 200,
      leaseReads: false,
      limits: { ...defaultLimits, logBytesMax: 500, trailingEntries: 2 },
    },
    log: { segmentBytes: 1_536, snapshotPieceBytes: 512 },
    app: counterCommands,
  };
}

export function replicaWorkload(
  options: ReplicaWorkOptions,
  changed: (replica: ReplicaMachine) => ReplicaMachine = (replica) => replica,
): Workload<Input, Output, ReplicaLedger> {
  let lives = 0;
  return {
    boot: (now) => {
      lives += 1;
      return changed(new Replica(optionsOf(now, lives, options.seed)));
    },
    worker: () => new Clients(options),
    inspector: (ledger, honesty) => new Returning(ledger, honesty),
  };
}

const ask = (request: ClientRequest): Input => ({ kind: "own-request", request });

/** Odd ones count, even ones write: both leave a trace of how often, and of which. */
function commandOf(name: string, sequence: number): Command {
  if (sequence % 2 === 1) return { kind: "app", name: "count", argument: { counter: name } };
  const value = new Uint8Array(300).fill(sequence);
  return { kind: "put", key: name, value, condition: null, ephemeral: false };
}

const sendOf = (id: number, name: string, session: number, sequence: number): Input =>
  ask({ kind: "command", id, session, sequence, command: commandOf(name, sequence) });

const leads = (output: Output): boolean =>
  output.kind === "event" && output.event.kind === "role" && output.event.role === "leader";

class Clients implements Worker<Input, Output, ReplicaLedger> {
  readonly #options: ReplicaWorkOptions;
  #facts: ReplicaLedger;
  #begun = false;

  constructor(options: ReplicaWorkOptions) {
    this.#options = options;
    this.#facts = Array.from({ length: options.sessions }, (_, at) => ({
      ...{ name: `client-${at}`, session: null, sent: 0, answered: 0 },
    }));
  }

  get done(): boolean {
    return this.#facts.every(({ answered }) => answered === this.#options.commands);
  }

  ledger(): ReplicaLedger {
    return this.#facts;
  }

  begin(): readonly Input[] {
    return [timeout];
  }

  hear(_: Instant, output: Output): readonly Input[] {
    if (leads(output) && !this.#begun) {
      this.#begun = true;
      return this.#facts.map(({ name }, id) => {
        const command: Command = { kind: "open-session", name, lease: seconds(60) };
        return ask({ kind: "command", id, session: 0, sequence: 0, command });
      });
    }
    return output.kind === "reply" ? this.#onReply(output.reply) : [];
  }

  #onReply(reply: ClientReply): readonly Input[] {
    if (reply.kind !== "result" || !reply.result.ok) return [];
    const before = this.#facts[reply.id];
    if (before === undefined) return [];
    const { result } = reply;
    const answered = result.kind === "session" ? before : { ...before, answered: before.sent };
    const session = result.kind === "session" ? result.session : before.session;
    const isLast = answered.answered >= this.#options.commands || session === null;
    const sent = isLast ? answered.sent : answered.sent + 1;
    this.#facts = this.#facts.with(reply.id, { ...answered, session, sent });
    return isLast ? [] : [sendOf(reply.id, before.name, session, sent)];
  }
}

/** Asks once more for what was not answered, and then looks at what is there. */
class Returning implements Inspector<Input, Output> {
  readonly #ledger: ReplicaLedger;
  readonly #honesty: Honesty;
  readonly #waitingFor = new Set<number>();
  #counters: Plain = null;
  #wrong: string[] = [];
  #begun = false;
  #asked = false;
  #ended = false;

  constructor(ledger: ReplicaLedger, honesty: Honesty) {
    this.#ledger = ledger;
    this.#honesty = honesty;
  }

  get done(): boolean {
    return this.#ended;
  }

  begin(): readonly Input[] {
    return [timeout];
  }

  verdict(): string | null {
    if (!this.#ended) return "it never answered";
    return this.#wrong.length === 0 ? null : this.#wrong.join("; ");
  }

  hear(_: Instant, output: Output): readonly Input[] {
    if (output.kind === "event" && output.event.kind === "log-refused") {
      const { reason, detail } = output.event;
      if (this.#honesty === "torn") this.#wrong.push(`refused: ${reason}, ${detail}`);
      this.#ended = true;
    }
    if (leads(output) && !this.#begun) return this.#sendAgain();
    return output.kind === "reply" ? this.#onReply(output.reply) : [];
  }

  #sendAgain(): readonly Input[] {
    this.#begun = true;
    const inputs: Input[] = [];
    for (const [id, { name, session, sent }] of this.#ledger.entries()) {
      if (session === null || sent === 0) continue;
      this.#waitingFor.add(id);
      inputs.push(sendOf(id, name, session, sent));
    }
    return inputs.length === 0 ? this.#look() : inputs;
  }

  /** The app's state first, then each key. */
  #look(): readonly Input[] {
    this.#asked = true;
    const query = (id: number, what: Extract<ClientRequest, { kind: "query" }>["query"]): Input => {
      this.#waitingFor.add(id);
      return ask({ kind: "query", id, freshness: "linearizable", query: what });
    };
    const keys = this.#ledger.map(({ name }, id) => query(id, { kind: "get", key: name }));
    return [query(this.#ledger.length, { kind: "app" }), ...keys];
  }

  #onReply(reply: ClientReply): readonly Input[] {
    if (reply.kind === "event" || !this.#waitingFor.delete(reply.id)) return [];
    if (reply.kind === "refused") {
      this.#wrong.push(`${reply.id} is refused: ${reply.reason} ${reply.detail}`);
    }
    if (reply.kind === "result" && !reply.result.ok) {
      this.#wrong.push(`${reply.id} has no result: ${reply.result.reason} ${reply.result.detail}`);
    }
    if (reply.kind === "answer") this.#check(reply.id, reply.result);
    if (this.#waitingFor.size > 0) return [];
    if (!this.#asked) return this.#look();
    this.#ended = true;
    return [];
  }

  #check(id: number, result: QueryResult): void {
    if (result.kind === "app") {
      this.#counters = result.state;
      for (const { name, sent } of this.#ledger) this.#checkCounter(name, Math.ceil(sent / 2));
    }
    if (result.kind !== "key") return;
    const sent = this.#ledger[id]?.sent ?? 0;
    const [value, version] = [result.found?.value[0] ?? 0, result.found?.version ?? 0];
    const even = sent - (sent % 2);
    if (value === even && version === even / 2) return;
    this.#wrong.push(`key ${id} is ${value} in version ${version}, after ${sent} commands`);
  }

  #checkCounter(name: string, expected: number): void {
    const counters = this.#counters as { readonly [name: string]: number } | null;
    const counted = counters?.[name] ?? 0;
    if (counted !== expected) this.#wrong.push(`${name} counted ${counted}, not ${expected}`);
  }
}
