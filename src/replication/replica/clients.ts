/**
 * The clients of a replica: what each asks is answered at once from what we have, or becomes a task
 * whose outcome answers it.
 *
 * A linearizable read takes two things: an index from the leader, which says up to where everything
 * was acknowledged when it was asked, and that we have applied as much. Then any replica may serve
 * it.
 */
import { unreachable } from "../../kernel/assert.js";
import { type NodeId, parseNodeId } from "../../kernel/ids.js";
import { after, due, earlier, type Instant, micros } from "../../kernel/time.js";
import type { MemberChange, MemberRole } from "../raft/ports.js";
import { encodeCommand } from "../service/command-bytes.js";
import type {
  ClientReply,
  ClientRequest,
  Query,
  RequestRefusal,
  WatchEvent,
} from "../service/ports.js";
import type { Service } from "../service/service.js";
import { Watches, type WatchNotice } from "../service/watches.js";
import { changeWords, parseMemberChange } from "./change-words.js";
import { Freshness } from "./freshness.js";
import type { TellGroup } from "./leading.js";
import { freshEvery, freshEveryAsked } from "./limits.js";
import type { ClientNumber, ReplicaOutput } from "./ports.js";
import { type NewTask, type Purpose, type Task, Tasks } from "./tasks.js";
import type { Outcome, Work } from "./work.js";

/** A query whose index we have not applied yet. */
interface Behind {
  readonly task: number;
  readonly index: number;
}

/** Events of each watch that are told in one step; the rest in the next: others get a turn. */
const eventsPerStepMax = 256;

const compactedText = "what came before is not kept any more: read all, and watch from there";
const watchLimitText = "too many watches: end some, or ask another replica";

/** Stale reads are asked while the last was not longer ago than this many of `freshEvery`. */
const interest = 10;

export class Clients {
  readonly #service: Service;
  readonly #group: TellGroup;
  readonly #nodes: readonly NodeId[] | null;
  readonly #tasks = new Tasks();
  readonly #freshness = new Freshness();
  readonly #watches = new Watches();
  /** When more events of watches are to be told; null where none wait. */
  #eventsAt: Instant | null = null;
  #behind: Behind[] = [];
  #applied = 0;
  #leader: NodeId | null = null;
  #isWitness = false;
  #probeAt: Instant;
  #staleAskedAt: Instant | null = null;
  #outputs: ReplicaOutput[] = [];

  /** @param nodes who can become a member; null: anybody */
  constructor(
    now: Instant,
    service: Service,
    group: TellGroup,
    nodes: readonly NodeId[] | null = null,
  ) {
    this.#service = service;
    this.#group = group;
    this.#nodes = nodes;
    this.#probeAt = now;
  }

  get count(): number {
    return this.#tasks.count;
  }

  /** The replies since it was asked last, and events of watches. */
  take(now: Instant): readonly ReplicaOutput[] {
    this.#tellWatches(this.#watches.take(eventsPerStepMax));
    this.#eventsAt = this.#watches.waiting ? now : null;
    const outputs = this.#outputs;
    if (outputs.length > 0) this.#outputs = [];
    return outputs;
  }

  ask(now: Instant, client: ClientNumber, request: ClientRequest): void {
    const { id } = request;
    if (this.#isWitness && (request.kind === "query" || request.kind === "watch")) {
      this.refuse(client, id, "no-copy", "a witness keeps no copy: ask a voter or a learner");
      return;
    }
    switch (request.kind) {
      case "command": {
        const { session, sequence, command } = request;
        const bytes = encodeCommand(session, sequence, command);
        this.#begin(now, client, id, { kind: "command", bytes, session });
        return;
      }
      case "query":
        if (request.freshness === "stale") this.#serveStale(now, client, id, request.query);
        else {
          const purpose: Purpose = { kind: "query", query: request.query };
          this.#begin(now, client, id, { kind: "read" }, purpose);
        }
        return;
      case "keep-alive":
        this.#begin(now, client, id, { kind: "keep-alive", session: request.session });
        return;
      case "change-members": {
        const change = parseMemberChange(request.change);
        if (change === null) this.refuse(client, id, "malformed", changeWords);
        else this.#change(now, client, id, change);
        return;
      }
      case "transfer": {
        const target = request.target === null ? null : parseNodeId(request.target);
        if (target === null && request.target !== null) {
          this.refuse(client, id, "malformed", "target: expected the name of a member, or null");
        } else this.#begin(now, client, id, { kind: "transfer", target });
        return;
      }
      case "watch":
        this.#watch(client, request);
        return;
      case "unwatch":
        this.#watches.unwatch(client, request.watch);
        this.#reply(client, { kind: "ok", id, detail: null });
        return;
      case "members":
        this.#begin(now, client, id, { kind: "members" }, { kind: "members" });
        return;
      default:
        unreachable(request);
    }
  }

  gone(client: ClientNumber): void {
    this.#watches.clientGone(client);
    this.#tasks.forget(client);
    this.#dropBehind();
  }

  pause(client: ClientNumber, paused: boolean): void {
    if (paused) this.#watches.pause(client);
    else this.#watches.resume(client);
  }

  /** What an entry did, for those who watch. */
  happened(events: readonly WatchEvent[]): void {
    this.#watches.applied(events);
  }

  /** The state is now that of a snapshot. */
  restored(index: number): void {
    this.#tellWatches(this.#watches.restored(index));
    this.applied(index);
  }

  leaderIs(now: Instant, leader: NodeId | null): void {
    this.#leader = leader;
    this.#tasks.leaderChanged(now, leader);
  }

  /** Undefined: we are no member. */
  roleIs(role: MemberRole | undefined): void {
    this.#isWitness = role === "witness";
  }

  /** What is to be handed to the leader now. */
  dispatch(now: Instant, self: NodeId): readonly Task[] {
    if (this.#leader === null) return [];
    return this.#tasks.dispatch(now, this.#leader, self);
  }

  settle(now: Instant, number: number, outcome: Outcome): void {
    if (outcome.kind === "elsewhere") {
      this.#tasks.hold(now, number);
      return;
    }
    if (outcome.kind === "index") {
      this.#onIndex(number, outcome.at);
      return;
    }
    const task = this.#tasks.settle(number);
    if (task === undefined) return;
    const { client, id, purpose } = task;
    switch (outcome.kind) {
      case "refused":
        if (purpose.kind === "members") this.#tellGroup(client, id);
        else if (purpose.kind !== "probe") {
          this.refuse(client, id, outcome.reason, outcome.detail);
        }
        return;
      case "result":
        this.#reply(client, { kind: "result", id, at: outcome.at, result: outcome.result });
        return;
      case "ok":
        this.#reply(client, { kind: "ok", id, detail: outcome.detail });
        return;
      default:
        unreachable(outcome);
    }
  }

  applied(index: number): void {
    this.#applied = index;
    this.#freshness.applied(index);
    if (this.#behind.length === 0) return;
    const ready = this.#behind.filter((one) => one.index <= index);
    if (ready.length === 0) return;
    this.#behind = this.#behind.filter((one) => one.index > index);
    for (const { task } of ready) this.#serve(task);
  }

  wake(now: Instant): void {
    const late = this.#tasks.overdue(now);
    for (const task of late) this.#refuseLate(task);
    if (late.length > 0) this.#dropBehind();
    if (due(this.#probeAt, now)) this.#probe(now);
    // They are told at the end of the step.
    this.#eventsAt = null;
  }

  deadline(): Instant | null {
    return earlier(earlier(this.#tasks.deadline(), this.#probeAt), this.#eventsAt);
  }

  refuse(client: ClientNumber, id: number, reason: RequestRefusal, detail: string): void {
    this.#reply(client, { kind: "refused", id, reason, leader: this.#leader, detail });
  }

  #watch(client: ClientNumber, request: Extract<ClientRequest, { kind: "watch" }>): void {
    const { id, target, after: from } = request;
    const started = this.#watches.watch(client, id, target, from, this.#applied);
    if (started.ok) this.#reply(client, { kind: "ok", id, detail: started.after });
    else if (started.reason === "compacted") this.refuse(client, id, "compacted", compactedText);
    else this.refuse(client, id, "overloaded", watchLimitText);
  }

  #tellWatches(notices: readonly WatchNotice[]): void {
    for (const notice of notices) {
      const { client, watch } = notice;
      if (notice.kind === "compacted") this.refuse(client, watch, "compacted", compactedText);
      else this.#reply(client, { kind: "event", watch, event: notice.event });
    }
  }

  #change(now: Instant, client: ClientNumber, id: number, change: MemberChange): void {
    const newcomer = newcomerOf(change);
    const nodes = this.#nodes;
    if (newcomer === null || nodes === null || nodes.includes(newcomer)) {
      this.#begin(now, client, id, { kind: "change", change });
      return;
    }
    const detail = `the config here has no node ${newcomer}, it has ${nodes.join(", ")}`;
    this.refuse(client, id, "change-refused", detail);
  }

  #begin(
    now: Instant,
    client: ClientNumber,
    id: number,
    work: Work,
    purpose: Purpose = { kind: "reply" },
  ): void {
    const task: NewTask = { client, id, purpose, work, arrivedAt: now };
    if (this.#tasks.add(now, task) !== null) return;
    this.refuse(client, id, "overloaded", "too many requests wait: ask again later");
  }

  #onIndex(number: number, index: number): void {
    const task = this.#tasks.get(number);
    if (task === undefined) return;
    this.#freshness.confirmed(task.arrivedAt, index, this.#applied);
    if (task.purpose.kind !== "query" || index <= this.#applied) this.#serve(number);
    else {
      this.#tasks.answered(task);
      this.#behind.push({ task: number, index });
    }
  }

  #serve(number: number): void {
    const task = this.#tasks.settle(number);
    if (task === undefined || task.purpose.kind !== "query") return;
    const result = this.#service.query(task.purpose.query);
    const { client, id } = task;
    this.#reply(client, { kind: "answer", id, at: this.#applied, age: micros(0), result });
  }

  #serveStale(now: Instant, client: ClientNumber, id: number, query: Query): void {
    this.#staleAskedAt = now;
    const age = this.#freshness.age(now);
    const result = this.#service.query(query);
    this.#reply(client, { kind: "answer", id, at: this.#applied, age, result });
  }

  /** Asks how old our state is: often while somebody wants to know. */
  #probe(now: Instant): void {
    const asked = this.#staleAskedAt;
    const wanted = asked !== null && now < after(asked, micros(interest * freshEvery));
    this.#probeAt = after(now, wanted ? freshEveryAsked : freshEvery);
    const purpose: Purpose = { kind: "probe" };
    if (this.#leader === null) return;
    this.#tasks.add(now, { client: -1, id: 0, purpose, work: { kind: "read" }, arrivedAt: now });
  }

  #refuseLate({ client, id, purpose, work, handedTo }: Task): void {
    if (purpose.kind === "probe") return;
    if (purpose.kind === "members") this.#tellGroup(client, id);
    else if (handedTo === null) {
      this.refuse(client, id, "no-leader", "nobody is known to lead: ask again, or another");
    } else if (work.kind === "read" || work.kind === "keep-alive") {
      this.refuse(client, id, "no-quorum", `${handedTo}, the leader, did not answer in time`);
    } else this.refuse(client, id, "unknown-outcome", `${handedTo} did not answer in time`);
  }

  #tellGroup(client: ClientNumber, id: number): void {
    this.#reply(client, { kind: "ok", id, detail: this.#group() });
  }

  /** Queries whose task has ended otherwise. */
  #dropBehind(): void {
    this.#behind = this.#behind.filter(({ task }) => this.#tasks.get(task) !== undefined);
  }

  #reply(client: ClientNumber, reply: ClientReply): void {
    this.#outputs.push({ kind: "reply", client, reply });
  }
}

function newcomerOf(change: MemberChange): NodeId | null {
  if (change.kind === "replace") return change.successor;
  return change.kind === "add" ? change.member : null;
}
