/**
 * A simulated client: a clock of its own, a connection to some board, and a session. It asks one
 * thing after the other, asks again elsewhere when it gets no answer, and says of what it never
 * learnt that it is unknown.
 *
 * It sends the commands of its session again under their numbers until they are answered; that they
 * are applied once is the service's promise. What it sends without a session it sends once.
 */
import type { Prng } from "../../kernel/prng.js";
import { type Duration, instant, micros, millis, seconds } from "../../kernel/time.js";
import type {
  ClientReply,
  ClientRequest,
  Command,
  CommandResult,
  Query,
  QueryResult,
} from "../../replication/service/ports.js";
import { encodeRequest } from "../../replication/service/request-bodies.js";
import { DriftingClock } from "../drifting-clock.js";
import { type TrueTime, worldBegins } from "../true-time.js";
import type { Board } from "./board.js";
import type { SimulatedGroup } from "./group.js";

/** Without an answer for so long, a request is asked elsewhere. */
const patience = millis(1_200);
/** And for so long, it is given up. */
const givesUpAfter = seconds(9);
const pauseAfterRefusal = millis(60);

export type CommandEnd =
  | { readonly kind: "result"; readonly result: CommandResult; readonly at: number }
  | { readonly kind: "unknown" };

export type QueryEnd =
  | {
      readonly kind: "answer";
      readonly result: QueryResult;
      readonly at: number;
      readonly age: number | null;
    }
  | { readonly kind: "unknown" };

interface Attempt {
  /** A number of its own for each time that it is sent. */
  readonly request: (id: number) => ClientRequest;
  /** It must not be sent twice. */
  readonly once: boolean;
  readonly startedAt: TrueTime;
  readonly onEnd: (reply: ClientReply | null) => void;
  sent: boolean;
  done: boolean;
}

export class SimClient {
  readonly name: string;
  readonly clock: DriftingClock;
  readonly dice: Prng;
  readonly group: SimulatedGroup;
  session = 0;
  #sequence = 0;
  /** The session lives until then, on our clock, if all clocks keep to their bounds. */
  #livesUntil = 0;
  readonly #lease: Duration;
  readonly #driftPpm: number;
  #connection: number | null = null;
  #board: Board | null = null;
  #lastId = 0;
  readonly #open = new Map<number, Attempt>();

  constructor(
    name: string,
    group: SimulatedGroup,
    dice: Prng,
    { lease, driftPpm }: { readonly lease: Duration; readonly driftPpm: number },
  ) {
    this.name = name;
    this.group = group;
    this.dice = dice;
    this.#lease = lease;
    this.#driftPpm = driftPpm;
    const rate = dice.below(2 * driftPpm + 1) - driftPpm;
    const reading = instant(dice.below(1_000_000_000));
    this.clock = new DriftingClock(worldBegins, reading, Math.round(rate * 0.98));
  }

  /** Until when, in true time, this client takes its session to be open. */
  get believesUntil(): TrueTime {
    return this.clock.whenReads(instant(this.#livesUntil));
  }

  get believes(): boolean {
    return this.session !== 0 && this.clock.read(this.group.now) < this.#livesUntil;
  }

  openSession(onEnd: (opened: boolean) => void): void {
    this.session = 0;
    this.#sequence = 0;
    const sentAt = this.clock.read(this.group.now);
    const command: Command = { kind: "open-session", name: this.name, lease: this.#lease };
    this.#attempt(
      true,
      (id) => ({ kind: "command", id, session: 0, sequence: 0, command }),
      (reply) => {
        const result = reply?.kind === "result" ? reply.result : null;
        const opened = result?.ok === true && result.kind === "session";
        if (opened) {
          this.session = result.session;
          this.#renew(sentAt);
          this.#keepAlive(this.session);
        }
        onEnd(opened);
      },
    );
  }

  /** Under the session, if there is one; then it is repeated until it is answered. */
  command(command: Command, onEnd: (end: CommandEnd) => void): void {
    const { session } = this;
    if (session !== 0) this.#sequence += 1;
    const sequence = session === 0 ? 0 : this.#sequence;
    const request = (id: number): ClientRequest => ({
      kind: "command",
      id,
      session,
      sequence,
      command,
    });
    this.#attempt(session === 0, request, (reply) => {
      if (reply?.kind === "result") {
        const { result, at } = reply;
        // The session may have ended after the command was applied, and before it came again.
        const ended = !result.ok && result.reason === "no-session";
        if (ended) this.session = 0;
        onEnd(ended ? { kind: "unknown" } : { kind: "result", result, at });
        return;
      }
      // Its number is used up: nobody knows for what.
      if (session === this.session) this.session = 0;
      onEnd({ kind: "unknown" });
    });
  }

  query(query: Query, freshness: "linearizable" | "stale", onEnd: (end: QueryEnd) => void): void {
    this.#attempt(
      false,
      (id) => ({ kind: "query", id, freshness, query }),
      (reply) => {
        if (reply?.kind !== "answer") onEnd({ kind: "unknown" });
        else onEnd({ kind: "answer", result: reply.result, at: reply.at, age: reply.age });
      },
    );
  }

  /** Whatever else: null where nobody answered, or the answer was a refusal. */
  ask(request: (id: number) => ClientRequest, onEnd: (reply: ClientReply | null) => void): void {
    this.#attempt(true, request, onEnd);
  }

  /** Asks another board from now on. */
  move(): void {
    if (this.#connection !== null) this.group.disconnect(this.#connection);
    this.#connection = null;
    this.#board = null;
  }

  #keepAlive(session: number): void {
    if (session !== this.session) return;
    const sentAt = this.clock.read(this.group.now);
    const request = (id: number): ClientRequest => ({ kind: "keep-alive", id, session });
    const every = micros(Math.floor(this.#lease / 4));
    let answered = false;
    this.#attempt(true, request, (reply) => {
      if (answered) return;
      answered = true;
      if (session !== this.session) return;
      if (reply?.kind === "ok") this.#renew(sentAt);
      if (reply?.kind === "refused" && reply.reason === "no-session") this.session = 0;
    });
    this.group.after(every, () => this.#keepAlive(session));
  }

  /** The leader's clock may be as much too fast as ours is too slow. */
  #renew(sentAt: number): void {
    const safe = Math.floor(this.#lease * (1 - (2 * this.#driftPpm) / 1_000_000));
    this.#livesUntil = Math.max(this.#livesUntil, sentAt + safe);
  }

  #attempt(
    once: boolean,
    request: (id: number) => ClientRequest,
    onEnd: (reply: ClientReply | null) => void,
  ): void {
    const startedAt = this.group.now;
    this.#send({ request, once, startedAt, onEnd, sent: false, done: false });
  }

  #send(attempt: Attempt): void {
    if (attempt.done) return;
    if (this.group.now - attempt.startedAt > givesUpAfter) {
      this.#end(attempt, null);
      return;
    }
    const connection = this.#connect();
    if (connection === null) {
      this.group.after(pauseAfterRefusal, () => this.#send(attempt));
      return;
    }
    this.#lastId += 1;
    const id = this.#lastId;
    this.#open.set(id, attempt);
    attempt.sent = true;
    this.group.request(connection, encodeRequest(attempt.request(id)));
    this.group.after(patience, () => this.#onSilence(id, attempt));
  }

  #onSilence(id: number, attempt: Attempt): void {
    if (!this.#open.delete(id) || attempt.done) return;
    this.move();
    if (attempt.once) this.#end(attempt, null);
    else this.#send(attempt);
  }

  #onReply(reply: ClientReply): void {
    if (reply.kind === "event") return;
    const attempt = this.#open.get(reply.id);
    if (attempt === undefined) return;
    this.#open.delete(reply.id);
    if (attempt.done) return;
    if (reply.kind !== "refused") this.#end(attempt, reply);
    else if (attempt.once && reply.reason !== "no-leader") this.#end(attempt, reply);
    else if (reply.reason === "no-session") this.#end(attempt, reply);
    else {
      if (this.dice.chance(0.5)) this.move();
      this.group.after(pauseAfterRefusal, () => this.#send(attempt));
    }
  }

  #end(attempt: Attempt, reply: ClientReply | null): void {
    attempt.done = true;
    attempt.onEnd(reply);
  }

  #connect(): number | null {
    if (this.#connection !== null && this.group.isConnected(this.#connection)) {
      return this.#connection;
    }
    const up = this.group.boards.filter((board) => board.up);
    if (up.length === 0) return null;
    const { members } = this.group.members;
    // Mostly it knows whom to ask; a board that is no member can only say that nobody leads.
    const known = this.dice.chance(0.9) ? up.filter(({ id }) => members.has(id)) : up;
    const choice = known.length === 0 ? up : known;
    this.#board = choice[this.dice.below(choice.length)] as Board;
    this.#connection = this.group.connect(this.#board, (reply) => this.#onReply(reply));
    return this.#connection;
  }
}
