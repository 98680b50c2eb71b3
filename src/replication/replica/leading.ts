/**
 * What a replica does as the leader, for its own clients and for those of the others: proposals,
 * reads, keep-alives, changes of the group, and the ends of sessions.
 *
 * A leader that was deposed may not know it. So nothing here is answered from memory alone: a
 * command counts once it is applied, a read and a keep-alive once a majority has confirmed, since
 * they came, that we lead.
 */
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { earlier, type Instant } from "../../kernel/time.js";
import type { LogEntry } from "../../recovery/log/ports.js";
import type { RaftRefusal } from "../raft/ports.js";
import { encodeCommand, isAppCommand, parseCommand } from "../service/command-bytes.js";
import { Leases, type Timed } from "../service/leases.js";
import { detailLengthMax } from "../service/limits.js";
import type { CommandResult, JudgedCommand, Plain } from "../service/ports.js";
import type { EngineInput } from "./engine.js";
import { changesMax, waitingBytesMax } from "./limits.js";
import { Proposals } from "./proposals.js";
import { type Read, Reads } from "./reads.js";
import { refusalOutcome } from "./refusals.js";
import {
  elsewhere,
  type Origin,
  type Outcome,
  refusedAs,
  type Settled,
  type Work,
} from "./work.js";

interface Confirmed {
  readonly index: number;
  readonly read: Read;
}

/** Of the service: what is timed, and which commands of the app it can apply. */
export interface Served extends Timed {
  /** Null where the app has the command. */
  lacks(command: string): string | null;
}

/** The group as we know it, in words. */
export type TellGroup = () => Plain;

export class Leading {
  readonly #self: NodeId;
  readonly #served: Served;
  readonly #group: TellGroup;
  readonly #proposals = new Proposals();
  readonly #reads = new Reads();
  readonly #changes = new Map<number, Origin>();
  /** Keep-alives that were confirmed, of an index that we have not applied. */
  #confirmed: Confirmed[] = [];
  /** Of this term; null until an entry of it was applied (see leases.ts). */
  #leases: Leases | null = null;
  #term: number | null = null;
  #applied = 0;
  #lastTicket = 0;
  readonly #wanted: EngineInput[] = [];

  constructor(self: NodeId, served: Served, group: TellGroup) {
    this.#self = self;
    this.#served = served;
    this.#group = group;
  }

  get leads(): boolean {
    return this.#term !== null;
  }

  leadsIn(term: number): boolean {
    return this.#term === term;
  }

  /** Work that is not settled. */
  get count(): number {
    return this.#proposals.count + this.#reads.count + this.#changes.size;
  }

  begin(term: number): void {
    this.#term = term;
    this.#proposals.begin(term);
  }

  /** Another may lead by now. What is in no log, or was not confirmed, was not done. */
  end(): readonly Settled[] {
    this.#term = null;
    this.#leases = null;
    const reads = [...this.#reads.dropWaiting(), ...this.#confirmed.map(({ read }) => read)];
    this.#confirmed = [];
    const origins = [...this.#proposals.dropWaiting(), ...reads.map(({ origin }) => origin)];
    return origins.map(sentOn);
  }

  /** Null where the work was taken, and will be settled; else what came of it at once. */
  take(now: Instant, origin: Origin, work: Work): Outcome | null {
    if (this.#term === null) return elsewhere;
    switch (work.kind) {
      case "command":
        return this.#takeCommand(now, origin, work.bytes, work.session);
      case "read":
        return this.#reads.add({ origin, session: null }) ? null : overloaded;
      case "keep-alive":
        return this.#reads.add({ origin, session: work.session }) ? null : overloaded;
      case "change":
        return this.#takeChange(origin, (ticket) => ({ ...work, ticket }));
      case "transfer":
        return this.#takeChange(origin, (ticket) => ({ ...work, ticket }));
      case "members":
        return { kind: "ok", detail: this.#group() };
      default:
        return unreachable(work);
    }
  }

  /**
   * What Raft is to be asked now.
   *
   * @param writing how many batches are being written
   */
  asks(now: Instant, writing: number): readonly EngineInput[] {
    this.#endLeases(now);
    const asks = this.#wanted.splice(0);
    const batch = this.#proposals.take(now, this.#lastTicket + 1, writing);
    if (batch !== null) asks.push({ kind: "propose", ...batch, ticket: this.#nextTicket() });
    if (this.#reads.take(this.#lastTicket + 1)) {
      asks.push({ kind: "read", ticket: this.#nextTicket() });
    }
    return asks;
  }

  proposed(ticket: number, first: number, term: number): void {
    this.#proposals.proposed(ticket, first, term);
  }

  refused(ticket: number, reason: RaftRefusal): readonly Settled[] {
    const reads = this.#reads.ended(ticket)?.map(({ origin }) => origin);
    const origins = reads ?? this.#proposals.refused(ticket);
    if (origins !== null) {
      const outcome = refusalOutcome(reason, reads !== undefined);
      return origins.map((origin) => ({ origin, outcome }));
    }
    const origin = this.#changes.get(ticket);
    if (origin === undefined) return [];
    this.#changes.delete(ticket);
    return [{ origin, outcome: refusalOutcome(reason, false) }];
  }

  done(ticket: number): Settled | null {
    const origin = this.#changes.get(ticket);
    if (origin === undefined) return null;
    this.#changes.delete(ticket);
    return { origin, outcome: { kind: "ok", detail: null } };
  }

  /** A majority has confirmed that we led when the round began. */
  confirmed(now: Instant, ticket: number, index: number): readonly Settled[] {
    const settled: Settled[] = [];
    for (const read of this.#reads.ended(ticket) ?? []) {
      if (read.session === null) settled.push({ origin: read.origin, outcome: at(index) });
      else if (index > this.#applied) this.#confirmed.push({ index, read });
      else settled.push(this.#keptAlive(now, read, read.session));
    }
    return settled;
  }

  /** @param result null for an entry that is no command */
  applied(now: Instant, entry: LogEntry, result: CommandResult | null): Settled | null {
    this.#applied = entry.index;
    if (entry.term === this.#term) {
      if (this.#leases === null) this.#leases = new Leases(now, this.#served);
      else this.#leases.sync(now);
    }
    const found = this.#proposals.applied(entry);
    if (found === null) return null;
    const { origin, lost } = found;
    if (lost || result === null) return sentOn(origin);
    return { origin, outcome: { kind: "result", at: entry.index, result } };
  }

  /** Keep-alives that waited for what was applied meanwhile. */
  caughtUp(now: Instant): readonly Settled[] {
    if (this.#confirmed.length === 0) return [];
    const ready = this.#confirmed.filter(({ index }) => index <= this.#applied);
    if (ready.length === 0) return [];
    this.#confirmed = this.#confirmed.filter(({ index }) => index > this.#applied);
    return ready.map(({ read }) => this.#keptAlive(now, read, read.session ?? 0));
  }

  /** Our state is now that of a snapshot. */
  restored(now: Instant, index: number): readonly Settled[] {
    this.#applied = index;
    this.#leases?.sync(now);
    return this.#proposals.skipped(index);
  }

  deadline(): Instant | null {
    if (!this.leads) return null;
    return earlier(this.#leases?.deadline() ?? null, this.#proposals.deadline());
  }

  #takeCommand(now: Instant, origin: Origin, bytes: Uint8Array, session: number): Outcome | null {
    if (this.#proposals.waitingBytes >= waitingBytesMax) return overloaded;
    if (!this.#proposals.add(this.#judged(bytes), origin)) return overloaded;
    if (session > 0) this.#leases?.heard(now, session);
    return null;
  }

  /**
   * What the app of the leader does not have is refused by all alike, and what it has must be
   * applied by all: otherwise, of two versions of an app, one would refuse what the other applies,
   * and their states be different from then on.
   */
  #judged(bytes: Uint8Array): Uint8Array {
    const logged = isAppCommand(bytes) ? parseCommand(bytes) : null;
    if (logged === null || logged.command.kind !== "app") return bytes;
    const lacks = this.#served.lacks(logged.command.name);
    const detail = `the app at ${this.#self}, which leads, ${lacks}`.slice(0, detailLengthMax);
    const judged: JudgedCommand =
      lacks === null ? { ...logged.command, kind: "known-app" } : { kind: "refuse-app", detail };
    return encodeCommand(logged.session, logged.sequence, judged);
  }

  #takeChange(origin: Origin, ask: (ticket: number) => EngineInput): Outcome | null {
    if (this.#changes.size >= changesMax) return overloaded;
    const ticket = this.#nextTicket();
    this.#changes.set(ticket, origin);
    this.#wanted.push(ask(ticket));
    return null;
  }

  #keptAlive(now: Instant, { origin }: Read, session: number): Settled {
    if (this.#leases === null) return sentOn(origin);
    if (this.#leases.heard(now, session)) return { origin, outcome: { kind: "ok", detail: null } };
    const detail = `session ${session} has ended: open another`;
    return { origin, outcome: refusedAs("no-session", detail) };
  }

  #endLeases(now: Instant): void {
    for (const command of this.#leases?.over(now) ?? []) {
      // Without room it is lost, and told again after a while.
      this.#proposals.add(encodeCommand(0, 0, command), null);
    }
  }

  #nextTicket(): number {
    this.#lastTicket += 1;
    return this.#lastTicket;
  }
}

const overloaded = refusedAs("overloaded", "the leader has too much to do: ask again later");

const at = (index: number): Outcome => ({ kind: "index", at: index });

const sentOn = (origin: Origin): Settled => ({ origin, outcome: elsewhere });
