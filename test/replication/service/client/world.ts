/**
 * One service and some clients between whom everything is delayed, lost and doubled: requests and
 * replies by connection, whole connections, and leaders. There is no Raft here: a request that
 * arrives is applied at once, however late it is. All clocks drift.
 */
import { Prng } from "../../../../src/kernel/prng.js";
import { type Instant, instant, millis, seconds } from "../../../../src/kernel/time.js";
import type { AppCommands } from "../../../../src/replication/service/app-commands.js";
import type {
  ClientCall,
  ServiceClientOutput,
} from "../../../../src/replication/service/client/calls.js";
import {
  ServiceClient,
  type ServiceClientOptions,
  serviceClientDefaults,
} from "../../../../src/replication/service/client/service-client.js";
import { encodeCommand } from "../../../../src/replication/service/command-bytes.js";
import { Leases } from "../../../../src/replication/service/leases.js";
import type {
  ClientReply,
  ClientRequest,
  Command,
  LeaderCommand,
} from "../../../../src/replication/service/ports.js";
import { encodeReply, parseReply } from "../../../../src/replication/service/reply-bodies.js";
import { encodeRequest, parseRequest } from "../../../../src/replication/service/request-bodies.js";
import { Service } from "../../../../src/replication/service/service.js";
import { Watches } from "../../../../src/replication/service/watches.js";

/** Keeps a list of all that was added, so that a test can see what was done, and how often. */
export const keeper: AppCommands = {
  initial: [],
  lacks: () => null,
  apply: (state, _name, argument) => {
    const list = [...(state as number[]), argument as number];
    return { ok: true, state: list, result: list.length };
  },
};

/** A client in a hurry, with a bad clock. */
export const hurried: Omit<ServiceClientOptions, "seed"> = {
  ...serviceClientDefaults,
  grace: seconds(3),
  attemptMax: millis(300),
  driftMaxPpm: 20_000,
};

export interface WorldOptions {
  readonly seed: number;
  readonly clients: number;
  readonly client: Omit<ServiceClientOptions, "seed">;
  /** Of a message; a whole connection is lost a tenth as often. */
  readonly loss: number;
  /** Longest delay of a message, in microseconds. */
  readonly delayMax: number;
  /** How often a request is answered by a refusal instead. */
  readonly refusal: number;
  /** How often a leader is followed by another, which knows nothing of leases. */
  readonly leaderChange: number;
}

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class ClientSeat {
  readonly machine: ServiceClient;
  /** Of this client's clock, to that of true time. */
  readonly rate: number;
  readonly outputs: ServiceClientOutput[] = [];
  connection = 0;
  calls = 0;
  /** Until then nothing reaches it, nor comes from it. */
  cutUntil = 0;

  constructor(machine: ServiceClient, rate: number) {
    this.machine = machine;
    this.rate = rate;
  }
}

export class ClientWorld {
  readonly service = new Service(keeper);
  readonly seats: ClientSeat[] = [];
  readonly #watches = new Watches();
  readonly #options: WorldOptions;
  readonly #prng: Prng;
  readonly #serverRate: number;
  #leases: Leases;
  #index = 0;
  #connections = 0;
  #happenings: Happening[] = [];
  #order = 0;
  /** True time in microseconds. */
  now = 0;
  calm = false;
  /** Is run after each step of a client. */
  afterStep: (seat: ClientSeat, outputs: readonly ServiceClientOutput[]) => void = () => undefined;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#prng = new Prng(options.seed);
    this.#serverRate = this.#drift();
    this.#leases = new Leases(this.#serverNow(), this.service);
    for (let index = 0; index < options.clients; index += 1) {
      const machine = new ServiceClient({ ...options.client, seed: options.seed + index });
      const seat = new ClientSeat(machine, this.#drift());
      this.seats.push(seat);
      this.#connectSoon(seat);
    }
  }

  /** Cuts a client off for so long. */
  cut(seat: ClientSeat, us: number): void {
    seat.cutUntil = this.now + us;
  }

  clock(seat: ClientSeat): Instant {
    return instant(Math.floor(this.now * seat.rate));
  }

  call(seat: ClientSeat, what: ClientCall, within: number): number {
    seat.calls += 1;
    const call = seat.calls;
    this.#step(seat, { kind: "call", call, what, within: within as never });
    return call;
  }

  runUntil(end: number): void {
    while (this.now < end) {
      const next = this.#nextAt();
      this.now = Math.min(next, end);
      for (const seat of this.seats) {
        const deadline = seat.machine.deadline();
        if (deadline !== null && deadline <= this.clock(seat))
          this.#step(seat, { kind: "timeout" });
      }
      this.#serve();
      const due = this.#happenings.filter((one) => one.at <= this.now);
      this.#happenings = this.#happenings.filter((one) => one.at > this.now);
      for (const one of due.sort((a, b) => a.at - b.at || a.order - b.order)) one.run();
    }
  }

  #drift(): number {
    const { driftMaxPpm } = this.#options.client;
    return 1 + ((this.#prng.below(2 * driftMaxPpm + 1) - driftMaxPpm) / 1_000_000) * 0.999;
  }

  #nextAt(): number {
    let next = this.now + 1_000_000;
    for (const one of this.#happenings) next = Math.min(next, one.at);
    for (const seat of this.seats) {
      const deadline = seat.machine.deadline();
      if (deadline !== null) next = Math.min(next, Math.ceil(deadline / seat.rate));
    }
    const leases = this.#leases.deadline();
    if (leases !== null) next = Math.min(next, Math.ceil(leases / this.#serverRate));
    return Math.max(next, this.now + 1);
  }

  #serverNow(): Instant {
    return instant(Math.floor(this.now * this.#serverRate));
  }

  #chance(probability: number): boolean {
    return !this.calm && this.#prng.chance(probability);
  }

  #later(run: () => void): void {
    const delay = 1 + this.#prng.below(this.calm ? 2_000 : this.#options.delayMax);
    this.#order += 1;
    this.#happenings.push({ at: this.now + delay, order: this.#order, run });
  }

  #step(seat: ClientSeat, input: Parameters<ServiceClient["step"]>[1]): void {
    const now = this.clock(seat);
    const outputs = seat.machine.step(now, input);
    const deadline = seat.machine.deadline();
    if (deadline !== null && deadline <= now) throw new Error(`still due at ${now}`);
    seat.outputs.push(...outputs);
    this.afterStep(seat, outputs);
    for (const output of outputs) {
      if (output.kind === "send") this.#carry(seat, output.request);
      if (output.kind === "reconnect") this.#disconnect(seat);
    }
  }

  #connectSoon(seat: ClientSeat): void {
    this.#later(() => {
      this.#connections += 1;
      seat.connection = this.#connections;
      this.#step(seat, { kind: "connected" });
    });
  }

  #disconnect(seat: ClientSeat): void {
    if (seat.connection === 0) return;
    this.#watches.clientGone(seat.connection);
    seat.connection = 0;
    this.#step(seat, { kind: "disconnected" });
    this.#connectSoon(seat);
  }

  #carry(seat: ClientSeat, request: ClientRequest): void {
    const { connection } = seat;
    if (this.#chance(this.#options.loss / 10)) this.#later(() => this.#disconnect(seat));
    if (this.#chance(this.#options.loss) || this.now < seat.cutUntil) return;
    const body = encodeRequest(request);
    this.#later(() => this.#onRequest(seat, connection, body));
  }

  /** @param ordered it must come after what was told before, and before what is told next */
  #reply(seat: ClientSeat, connection: number, reply: ClientReply, ordered = false): void {
    if (this.now < seat.cutUntil) {
      // What was to be told in order is not told later.
      if (ordered) this.#later(() => this.#disconnect(seat));
      return;
    }
    if (!ordered && this.#chance(this.#options.loss)) return;
    const body = encodeReply(reply);
    const parsed = parseReply(body);
    if (parsed === null) throw new Error(`a reply that cannot be parsed: ${JSON.stringify(body)}`);
    const deliver = (): void => {
      if (seat.connection === connection) this.#step(seat, { kind: "reply", reply: parsed });
    };
    if (ordered) deliver();
    else this.#later(deliver);
  }

  #onRequest(seat: ClientSeat, connection: number, body: unknown): void {
    const request = parseRequest(body);
    if (request === null)
      throw new Error(`a request that cannot be parsed: ${JSON.stringify(body)}`);
    if (this.#chance(this.#options.leaderChange)) {
      this.#leases = new Leases(this.#serverNow(), this.service);
    }
    const { id } = request;
    if (this.#chance(this.#options.refusal)) {
      const reason = this.#prng.chance(0.5) ? "no-leader" : "unknown-outcome";
      if (reason === "unknown-outcome" && this.#prng.chance(0.5)) {
        this.#later(() => this.#serveRequest(seat, -1, request));
      }
      this.#reply(seat, connection, { kind: "refused", id, reason, leader: null, detail: "test" });
      return;
    }
    this.#serveRequest(seat, connection, request);
  }

  #serveRequest(seat: ClientSeat, connection: number, request: ClientRequest): void {
    const { id } = request;
    const now = this.#serverNow();
    switch (request.kind) {
      case "command": {
        const { session, sequence, command } = request;
        if (session !== 0) this.#leases.heard(now, session);
        const { at, result } = this.#apply(session, sequence, command);
        this.#reply(seat, connection, { kind: "result", id, at, result });
        break;
      }
      case "query": {
        const result = this.service.query(request.query);
        this.#reply(seat, connection, { kind: "answer", id, at: this.#index, age: null, result });
        break;
      }
      case "keep-alive":
        if (this.#leases.heard(now, request.session)) {
          this.#reply(seat, connection, { kind: "ok", id, detail: null });
        } else {
          const reason = "no-session";
          this.#reply(seat, connection, { kind: "refused", id, reason, leader: null, detail: "" });
        }
        break;
      case "watch":
        this.#onWatch(seat, connection, request);
        break;
      case "unwatch":
        this.#watches.unwatch(connection, request.watch);
        this.#reply(seat, connection, { kind: "ok", id, detail: null });
        break;
      default:
        throw new Error(`not served here: ${request.kind}`);
    }
  }

  #onWatch(
    seat: ClientSeat,
    connection: number,
    request: Extract<ClientRequest, { kind: "watch" }>,
  ): void {
    if (seat.connection !== connection) return;
    const { id, target, after } = request;
    const start = this.#watches.watch(connection, id, target, after, this.#index);
    if (!start.ok) throw new Error(start.reason);
    this.#reply(seat, connection, { kind: "ok", id, detail: start.after }, true);
    this.#tellWatches();
  }

  #apply(session: number, sequence: number, command: Command | LeaderCommand) {
    this.#index += 1;
    const bytes = encodeCommand(session, sequence, command);
    const { result, events } = this.service.apply(this.#index, bytes);
    this.#leases.sync(this.#serverNow());
    this.#watches.applied(events);
    this.#tellWatches();
    return { at: this.#index, result };
  }

  #tellWatches(): void {
    for (const notice of this.#watches.take(3)) {
      const seat = this.seats.find((one) => one.connection === notice.client);
      if (seat === undefined) continue;
      const { client, watch } = notice;
      if (notice.kind === "event") {
        this.#reply(seat, client, { kind: "event", watch, event: notice.event }, true);
      } else {
        const reason = "compacted";
        const refused = { kind: "refused", id: watch, reason, leader: null, detail: "" } as const;
        this.#reply(seat, client, refused, true);
      }
    }
  }

  #serve(): void {
    for (const command of this.#leases.over(this.#serverNow())) {
      // The log takes its time, and may take it twice.
      if (this.#chance(0.5)) this.#apply(0, 0, command);
      else this.#later(() => this.#apply(0, 0, command));
      if (this.#chance(0.1)) this.#later(() => this.#apply(0, 0, command));
    }
    if (this.#watches.waiting) this.#tellWatches();
  }
}
