/**
 * One member by hand: what it is given is what it gets, and its disk says `saved` when the test
 * does. Its log begins with the group at index 1, so entry n of a table has index n + 1 here.
 */
import { nodeId } from "../../../../src/kernel/ids.js";
import { Prng } from "../../../../src/kernel/prng.js";
import { type Instant, instant, millis } from "../../../../src/kernel/time.js";
import type { LogEntry, Snapshot } from "../../../../src/recovery/log/ports.js";
import { encodeGroup } from "../../../../src/replication/raft/group.js";
import { encodeHardState } from "../../../../src/replication/raft/hard-state.js";
import type { AppendReply, RaftMessage } from "../../../../src/replication/raft/messages.js";
import type { RaftLimits } from "../../../../src/replication/raft/options.js";
import type {
  Group,
  MemberRoles,
  RaftInput,
  RaftOutput,
} from "../../../../src/replication/raft/ports.js";
import { Raft } from "../../../../src/replication/raft/raft.js";
import { voters } from "./cluster.js";

export const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(nodeId) as [
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
];

export const x = nodeId("x");

export const electionMin = millis(100);
export const electionMax = millis(200);
export const heartbeat = millis(20);

export interface CoreOptions {
  readonly self?: string;
  readonly roles?: MemberRoles;
  readonly group?: Partial<Group>;
  /** Of the entries after the group's. */
  readonly terms?: readonly number[];
  readonly term?: number;
  readonly vote?: string | null;
  readonly snapshot?: Snapshot | null;
  readonly limits?: Partial<RaftLimits>;
  readonly leaseReads?: boolean;
  readonly founded?: boolean;
  readonly life?: number;
  /** It has never run: nothing of the above is on its disk. */
  readonly blank?: boolean;
}

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** Entries of the terms, from index 2 on. */
export const entriesOf = (terms: readonly number[], from = 2): LogEntry[] =>
  terms.map((term, at) => ({ index: from + at, term, kind: 1, data: bytes(`${term}.${at}`) }));

export class Core {
  readonly raft: Raft;
  now: Instant = instant(10_000_000);
  outputs: RaftOutput[] = [];
  /** As the disk will have it when all is saved. */
  log: LogEntry[];
  #saved = 0;

  constructor(options: CoreOptions = {}) {
    const roles = options.roles ?? voters(3);
    const group = { members: roles, outgoing: null, lives: new Map(), ...options.group };
    const first = { index: 1, term: 1, kind: 2, data: encodeGroup(group) };
    const blank = options.blank ?? false;
    this.log = blank ? [] : [first, ...entriesOf(options.terms ?? [])];
    const hard = {
      term: options.term ?? Math.max(1, ...(options.terms ?? [])),
      vote: options.vote == null ? null : nodeId(options.vote),
      life: options.life ?? 1,
      founded: options.founded ?? true,
      outline: false,
      lives: new Map(),
    };
    const { snapshot = null } = options;
    this.raft = new Raft({
      now: this.now,
      self: nodeId(options.self ?? "a"),
      recovered: { meta: blank ? null : encodeHardState(hard), snapshot, entries: [...this.log] },
      bootstrap: blank ? roles : null,
      life: options.life ?? 1,
      dice: new Prng(7),
      heartbeat,
      electionTimeoutMin: electionMin,
      electionTimeoutMax: electionMax,
      driftMaxPpm: 1_000,
      leaseReads: options.leaseReads ?? false,
      limits: options.limits ?? {},
    });
    this.step({ kind: "timeout" });
  }

  get status() {
    return this.raft.status();
  }

  get terms(): readonly number[] {
    return this.log.slice(1).map((entry) => entry.term);
  }

  /** The outputs of this step only. */
  step(input: RaftInput | { readonly kind: "timeout" }): readonly RaftOutput[] {
    const outputs = this.raft.step(this.now, input);
    for (const output of outputs) if (output.kind === "save") this.#keep(output.entries);
    this.outputs.push(...outputs);
    return outputs;
  }

  hear(from: string, message: RaftMessage): readonly RaftOutput[] {
    return this.step({ kind: "message", from: nodeId(from), message });
  }

  /** Its disk has kept all that it was given. */
  save(): readonly RaftOutput[] {
    const all: RaftOutput[] = [];
    for (let ticket = this.#lastTicket(); ticket > this.#saved; ticket = this.#lastTicket()) {
      this.#saved = ticket;
      all.push(...this.step({ kind: "saved", ticket }));
    }
    return all;
  }

  /** Lets time pass, with every timeout in between, and a disk that keeps everything. */
  wait(duration: number): readonly RaftOutput[] {
    const end = instant(this.now + duration);
    const before = this.outputs.length;
    for (;;) {
      const deadline = this.raft.deadline();
      if (deadline === null || deadline > end) break;
      this.now = instant(Math.max(this.now, deadline));
      this.step({ kind: "timeout" });
      this.save();
    }
    this.now = end;
    return this.outputs.slice(before);
  }

  /** Becomes a leader by the votes of these, who stay its followers. */
  lead(...supporters: readonly string[]): this {
    this.wait(electionMax * 2);
    this.vote(true, ...supporters);
    this.save();
    this.vote(false, ...supporters);
    this.save();
    if (this.status.role !== "leader") throw new Error(`no leader but ${this.status.role}`);
    return this;
  }

  vote(pre: boolean, ...supporters: readonly string[]): void {
    const term = this.status.term + (pre ? 1 : 0);
    for (const supporter of supporters) {
      this.hear(supporter, voteReply({ term, pre, granted: true }));
    }
  }

  /** A follower has kept everything up to `index` (all of it, if it is not said). */
  acknowledge(from: string, index = this.status.last, more: Partial<AppendReply> = {}) {
    return this.hear(from, appendReply({ term: this.status.term, index, round: 1e6, ...more }));
  }

  propose(text: string): readonly RaftOutput[] {
    return this.step({ kind: "propose", ticket: 1, commands: [bytes(text)] });
  }

  #keep(entries: readonly LogEntry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    this.log = this.log.filter((entry) => entry.index < first.index);
    this.log.push(...entries);
  }

  #lastTicket(): number {
    return this.outputs.reduce(
      (last, output) =>
        output.kind === "save" || output.kind === "install-snapshot" ? output.ticket : last,
      0,
    );
  }
}

type Kind = RaftMessage["kind"];
type Message<K extends Kind> = Extract<RaftMessage, { kind: K }>;

export const voteRequest = (more: Partial<Message<"vote-request">>): Message<"vote-request"> => ({
  kind: "vote-request",
  term: 2,
  pre: false,
  lastIndex: 1_000,
  lastTerm: 1_000,
  transfer: false,
  life: 0,
  ...more,
});

export const voteReply = (more: Partial<Message<"vote-reply">>): Message<"vote-reply"> => ({
  kind: "vote-reply",
  term: 2,
  pre: false,
  granted: true,
  life: 1,
  blank: false,
  ...more,
});

export const append = (more: Partial<Message<"append">>): Message<"append"> => ({
  kind: "append",
  term: 2,
  leased: false,
  outline: false,
  previousIndex: 1,
  previousTerm: 1,
  committed: 0,
  entries: [],
  round: 1,
  ...more,
});

export const appendReply = (more: Partial<Message<"append-reply">>): Message<"append-reply"> => ({
  kind: "append-reply",
  term: 2,
  accepted: true,
  index: 1,
  hintTerm: 0,
  round: 0,
  life: 1,
  blank: false,
  outline: false,
  ...more,
});

/** The messages of a kind that went out. */
export const sent = <K extends Kind>(outputs: readonly RaftOutput[], kind: K): Message<K>[] =>
  outputs.flatMap((output) =>
    output.kind === "send" && output.message.kind === kind ? [output.message as Message<K>] : [],
  );

export const of = <K extends RaftOutput["kind"]>(
  outputs: readonly RaftOutput[],
  kind: K,
): Extract<RaftOutput, { kind: K }>[] =>
  outputs.flatMap((output) =>
    output.kind === kind ? [output as Extract<RaftOutput, { kind: K }>] : [],
  );

export const targets = (outputs: readonly RaftOutput[], kind: Kind): string[] =>
  outputs.flatMap((output) =>
    output.kind === "send" && output.message.kind === kind ? [output.target] : [],
  );
