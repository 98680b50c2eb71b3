/**
 * What the simulated clients do, and what is written down of it: settings by key, compare-and-set,
 * locks, the app's counters, and stale reads whose age is held against the truth.
 */

import type { HistoryRecorder } from "../../consistency/history/recorder.js";
import type { Value } from "../../consistency/value.js";
import type { Prng } from "../../kernel/prng.js";
import { millis } from "../../kernel/time.js";
import type { Command, CommandResult, KeyValue } from "../../replication/service/ports.js";
import type { TrueTime } from "../true-time.js";
import type { Beliefs } from "./beliefs.js";
import type { Counters } from "./counters.js";
import type { SimulatedGroup } from "./group.js";
import { type CommandEnd, type QueryEnd, SimClient } from "./sim-client.js";
import type { StaleReads } from "./stale-reads.js";
import type { Swarm } from "./swarm.js";

/** Few, so that clients meet at each. */
const keys = ["k/a", "k/b", "k/c"];
const locks = ["l/x", "l/y"];

export interface WorkloadBooks {
  readonly settings: HistoryRecorder;
  readonly locks: HistoryRecorder;
  readonly beliefs: Beliefs;
  readonly counters: Counters;
  readonly stale: StaleReads;
  /** A result was told to a client. */
  acknowledged(at: number): void;
}

export class Workload {
  readonly clients: readonly SimClient[];
  /** Answered well. */
  answered = 0;
  unknown = 0;
  readonly #books: WorkloadBooks;
  readonly #group: SimulatedGroup;
  readonly #swarm: Swarm;
  readonly #values = { last: 0 };
  /** By client and key, the newest version that it saw. */
  readonly #versions = new Map<string, number>();
  #names = 0;
  #running = true;

  constructor(group: SimulatedGroup, swarm: Swarm, dice: Prng, books: WorkloadBooks) {
    this.#group = group;
    this.#swarm = swarm;
    this.#books = books;
    const settings = { lease: swarm.sessionLease, driftPpm: swarm.clockDriftPpm };
    this.clients = Array.from({ length: swarm.clients }, (_, index) => {
      const name = `c${index + 1}`;
      return new SimClient(name, group, dice.split(name), settings);
    });
    for (const client of this.clients) this.#next(client);
  }

  /** What has begun goes on to its end. */
  stop(): void {
    this.#running = false;
  }

  #next(client: SimClient): void {
    const wait = 1_000 + client.dice.below(2 * this.#swarm.thinkTime);
    this.#group.after(millis(Math.ceil(wait / 1_000)), () => {
      if (this.#running) this.#act(client);
    });
  }

  #act(client: SimClient): void {
    if (client.session === 0 && client.dice.chance(0.7)) {
      this.#openSession(client);
      return;
    }
    const draw = client.dice.below(100);
    if (draw < 25) this.#get(client);
    else if (draw < 45) this.#put(client, false);
    else if (draw < 57) this.#put(client, true);
    else if (draw < 62) this.#remove(client);
    else if (draw < 72) this.#staleGet(client);
    else if (draw < 85) this.#count(client);
    else this.#lock(client);
    if (client.dice.chance(0.02)) client.move();
  }

  #openSession(client: SimClient): void {
    client.openSession((opened) => {
      if (opened) this.#books.locks.invoke(this.#group.now, this.#expiry(client.session));
      this.#settled(client, opened);
    });
  }

  /** Nobody knows when a session ends, or whether. */
  #expiry(session: number) {
    return { process: `end of ${session}`, kind: "expire", input: { session } };
  }

  // --- settings --------------------------------------------------------------------------------

  #get(client: SimClient): void {
    const key = this.#draw(client, keys);
    const operation = this.#begin(client, "get", key, null);
    client.query({ kind: "get", key }, "linearizable", (end) => {
      const found = foundOf(end);
      if (found === undefined) this.#return(operation, "unknown");
      else {
        this.#see(client, key, found?.version ?? 0);
        this.#return(operation, "ok", found === null ? null : shown(found));
      }
      this.#settled(client, found !== undefined);
    });
  }

  #put(client: SimClient, conditional: boolean): void {
    const key = this.#draw(client, keys);
    this.#values.last += 1;
    const value = this.#values.last;
    const seen = this.#versions.get(`${client.name} ${key}`) ?? 0;
    const input: Value = conditional ? { value, version: seen } : { value };
    const operation = this.#begin(client, "put", key, input);
    const command: Command = {
      kind: "put",
      key,
      value: bytesOf(value, client.dice),
      condition: conditional ? { version: seen } : null,
      ephemeral: false,
    };
    client.command(command, (end) => {
      const result = this.#resultOf(end);
      if (result === null) this.#return(operation, "unknown");
      else if (!result.ok) this.#return(operation, "fail", { reason: result.reason });
      else {
        const version = result.kind === "changed" ? result.version : 0;
        this.#see(client, key, version);
        this.#return(operation, "ok", { version });
      }
      if (result?.ok === false) this.#see(client, key, 0);
      this.#settled(client, result !== null);
    });
  }

  #remove(client: SimClient): void {
    const key = this.#draw(client, keys);
    const operation = this.#begin(client, "delete", key, null);
    client.command({ kind: "delete", key, condition: null }, (end) => {
      const result = this.#resultOf(end);
      if (result === null) this.#return(operation, "unknown");
      else if (result.ok) this.#return(operation, "ok");
      else this.#return(operation, "fail", { reason: result.reason });
      this.#settled(client, result !== null);
    });
  }

  #staleGet(client: SimClient): void {
    const key = this.#draw(client, keys);
    client.query({ kind: "get", key }, "stale", (end) => {
      if (end.kind === "answer") this.#books.stale.answered(this.#group.now, end.at, end.age);
      this.#settled(client, end.kind === "answer");
    });
  }

  // --- the app's counters ----------------------------------------------------------------------

  #count(client: SimClient): void {
    const name = client.session === 0 ? `once${this.#nextName()}` : `s${client.session}`;
    const argument = { counter: name };
    client.command({ kind: "app", name: "count", argument }, (end) => {
      const result = this.#resultOf(end);
      if (result === null) this.#books.counters.unknown(name);
      else if (result.ok && result.kind === "app")
        this.#books.counters.counted(name, result.result);
      this.#settled(client, result !== null);
    });
  }

  // --- locks -----------------------------------------------------------------------------------

  #lock(client: SimClient): void {
    if (!client.believes) {
      this.#settled(client, true);
      return;
    }
    const lock = this.#draw(client, locks);
    const { session } = client;
    const operation = this.#books.locks.invoke(this.#group.now, {
      process: client.name,
      kind: "acquire",
      key: lock,
      input: { session },
    });
    const lockDelay = millis(client.dice.below(3) * 200);
    client.command({ kind: "acquire", lock, wait: false, lockDelay }, (end) => {
      const result = this.#resultOf(end);
      const now = this.#group.now;
      if (result === null) this.#books.locks.return(now, operation, "unknown");
      else if (!result.ok)
        this.#books.locks.return(now, operation, "fail", { reason: result.reason });
      else {
        const token = result.kind === "held" ? result.token : 0;
        this.#books.locks.return(now, operation, "ok", { token });
        this.#hold(client, lock, session, token);
        return;
      }
      this.#settled(client, result !== null);
    });
  }

  /** It does its work as long as it takes itself to hold the lock, or is done with it. */
  #hold(client: SimClient, lock: string, session: number, token: number): void {
    const holding = this.#books.beliefs.began(this.#group.now, lock, client.name, token);
    const work = millis(50 + client.dice.below(1_500));
    const doneAt = (this.#group.now + work) as TrueTime;
    const look = (): void => {
      const holds = client.session === session && client.believes;
      if (holds) this.#books.beliefs.goesOn(holding, earlierOf(client.believesUntil, doneAt));
      if (holds && this.#group.now < doneAt) {
        this.#group.after(millis(10), look);
        return;
      }
      this.#books.beliefs.ended(holding, this.#group.now);
      if (holds) this.#release(client, lock, token);
      else this.#settled(client, true);
    };
    look();
  }

  #release(client: SimClient, lock: string, token: number): void {
    const { session } = client;
    const operation = this.#books.locks.invoke(this.#group.now, {
      process: client.name,
      kind: "release",
      key: lock,
      input: { session, token },
    });
    client.command({ kind: "release", lock, token }, (end) => {
      const result = this.#resultOf(end);
      const now = this.#group.now;
      if (result === null) this.#books.locks.return(now, operation, "unknown");
      else if (result.ok) this.#books.locks.return(now, operation, "ok");
      else this.#books.locks.return(now, operation, "fail", { reason: result.reason });
      this.#settled(client, result !== null);
    });
  }

  // --- the books -------------------------------------------------------------------------------

  #begin(client: SimClient, kind: string, key: string, input: Value): number {
    const { settings } = this.#books;
    return settings.invoke(this.#group.now, { process: client.name, kind, key, input });
  }

  #return(operation: number, status: "ok" | "fail" | "unknown", output: Value = null): void {
    this.#books.settings.return(this.#group.now, operation, status, output);
  }

  #resultOf(end: CommandEnd): CommandResult | null {
    if (end.kind === "unknown") return null;
    this.#books.acknowledged(end.at);
    return end.result;
  }

  #settled(client: SimClient, answered: boolean): void {
    if (answered) this.answered += 1;
    else this.unknown += 1;
    this.#next(client);
  }

  #see(client: SimClient, key: string, version: number): void {
    this.#versions.set(`${client.name} ${key}`, version);
  }

  #draw(client: SimClient, names: readonly string[]): string {
    return names[client.dice.below(names.length)] as string;
  }

  #nextName(): number {
    this.#names += 1;
    return this.#names;
  }
}

/** Undefined where nobody answered. */
function foundOf(end: QueryEnd): KeyValue | null | undefined {
  if (end.kind !== "answer" || end.result.kind !== "key") return undefined;
  return end.result.found;
}

const shown = ({ value, version }: KeyValue): Value => ({ value: numberOf(value), version });

/** Some values are long, so that logs and snapshots have something to carry. */
function bytesOf(value: number, dice: Prng): Uint8Array {
  const bytes = new Uint8Array(dice.chance(0.1) ? 600 : 4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

const numberOf = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

const earlierOf = (one: TrueTime, other: TrueTime): TrueTime => (one < other ? one : other);
