/**
 * Alive supervision and the decision to pet: the watchdog is petted only while every supervised
 * entity checks in as often as it should (AUTOSAR, Specification of Watchdog Manager, alive
 * supervision and global status). So the dog does not watch that some timer still fires, but that
 * all the parts on which control depends still do their work.
 *
 * An entity that has not checked in yet is waited for, for a bounded time: the board must be able
 * to start, and must not hang for ever in starting.
 *
 * Invariant: no pet is told in a step after which an entity is failed.
 */
import { assert, unreachable } from "../kernel/assert.js";
import type { Machine, Timeout } from "../kernel/machine.js";
import {
  after,
  type Duration,
  due,
  earlier,
  elapsed,
  type Instant,
  micros,
} from "../kernel/time.js";
import { Entity, type EntitySettings, type EntityStatus } from "./entity.js";

export interface AliveInput {
  readonly kind: "checkpoint";
  /** One of those in the options: another is a bug of ours. */
  readonly entity: string;
}

export type AliveOutput =
  | { readonly kind: "pet" }
  /** There are no pets from now until it is restored. */
  | { readonly kind: "supervision-failed"; readonly entity: string }
  | { readonly kind: "supervision-restored"; readonly entity: string };

export interface AliveOptions {
  readonly now: Instant;
  /** Each once, at least one: a dog that is petted for nothing guards nothing. */
  readonly entities: readonly EntitySettings[];
  /** How long an entity may take until its first checkpoint. */
  readonly grace: Duration;
  /** Time between pets: well below the timeout of the device. */
  readonly petPeriod: Duration;
}

/** What the dashboard shows of one entity. */
export interface EntityStanding {
  readonly entity: string;
  readonly status: EntityStatus;
  /** Null before the first. */
  readonly lastCheckpoint: Instant | null;
}

export class AliveSupervision implements Machine<AliveInput, AliveOutput> {
  readonly #entities = new Map<string, Entity>();
  readonly #petPeriod: Duration;
  #nextPet: Instant;
  #outputs: AliveOutput[] = [];

  constructor(options: AliveOptions) {
    assert(options.entities.length > 0, "there is nothing to supervise");
    assert(options.petPeriod > 0, "pets take time");
    const graceEnds = after(options.now, options.grace);
    for (const settings of options.entities) {
      assert(!this.#entities.has(settings.entity), `${settings.entity} is listed twice`);
      this.#entities.set(settings.entity, new Entity(settings, graceEnds));
    }
    this.#petPeriod = options.petPeriod;
    this.#nextPet = options.now;
  }

  step(now: Instant, input: AliveInput | Timeout): readonly AliveOutput[] {
    this.#outputs = [];
    // What is over is judged before a checkpoint counts: it belongs to the cycle that it came in.
    for (const entity of this.#entities.values()) this.#watch(entity, () => entity.judge(now));
    switch (input.kind) {
      case "checkpoint":
        this.#onCheckpoint(now, input.entity);
        break;
      case "timeout":
        break;
      default:
        unreachable(input);
    }
    this.#petIfDue(now);
    assert(!due(this.deadline(), now), "a pet or a judgement is overdue after a step");
    return this.#outputs;
  }

  deadline(): Instant | null {
    let first: Instant | null = this.#allWell() ? this.#nextPet : null;
    for (const entity of this.#entities.values()) first = earlier(first, entity.deadline());
    return first;
  }

  /** In the order of the options. */
  standing(): readonly EntityStanding[] {
    return [...this.#entities].map(([entity, { status, lastCheckpoint }]) => {
      return { entity, status, lastCheckpoint };
    });
  }

  #onCheckpoint(now: Instant, name: string): void {
    const entity = this.#entities.get(name);
    assert(entity !== undefined, `a checkpoint of ${name}, which is not supervised`);
    this.#watch(entity, () => entity.checkpoint(now));
  }

  /** Tells when the change makes the entity fail, or restores it. */
  #watch(entity: Entity, change: () => void): void {
    const before = entity.status;
    change();
    if (entity.status === before) return;
    const name = entity.settings.entity;
    if (entity.status === "failed")
      this.#outputs.push({ kind: "supervision-failed", entity: name });
    if (before === "failed") this.#outputs.push({ kind: "supervision-restored", entity: name });
  }

  /** Pets lie on a grid from the start; those withheld or missed are not made up for. */
  #petIfDue(now: Instant): void {
    if (!this.#allWell() || !due(this.#nextPet, now)) return;
    const missed = Math.floor(elapsed(this.#nextPet, now) / this.#petPeriod);
    this.#nextPet = after(this.#nextPet, micros((missed + 1) * this.#petPeriod));
    this.#outputs.push({ kind: "pet" });
  }

  #allWell(): boolean {
    for (const entity of this.#entities.values()) if (entity.status === "failed") return false;
    return true;
  }
}
