/**
 * The supervision and the decision to pet: the watchdog is petted only while every supervised
 * entity keeps to its rules (AUTOSAR, Specification of Watchdog Manager: local and global
 * supervision status, trigger condition). So the dog does not watch that some timer still fires,
 * but that all the parts on which control depends still do their work, in time and in order.
 *
 * Invariant: no pet is told in a step after which the global status is `stopped`, unless a person
 * has it snoozed; and none after a reboot was asked for, but the one that is told with it.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import {
  after,
  type Duration,
  due,
  earlier,
  elapsed,
  type Instant,
  micros,
} from "../../kernel/time.js";
import { Entity, type EntityStanding } from "./entity.js";
import { evidenceOf } from "./fault-text.js";
import { Flows } from "./flows.js";
import type {
  DogCommand,
  DogRefusal,
  GlobalStatus,
  SupervisionEvent,
  SupervisionInput,
  SupervisionOptions,
  SupervisionOutput,
  SupervisionStatus,
} from "./ports.js";
import { Snooze } from "./snooze.js";

export class Supervision implements Machine<SupervisionInput, SupervisionOutput> {
  readonly #options: SupervisionOptions;
  readonly #entities = new Map<string, Entity>();
  readonly #flows: Flows;
  readonly #snooze: Snooze;
  #mode: string;
  #nextPet: Instant;
  /** Since when some entity is expired. */
  #expiredSince: Instant | null = null;
  #stopped = false;
  #began = false;
  #rebooting = false;
  #outputs: SupervisionOutput[] = [];

  constructor(options: SupervisionOptions) {
    const { now, entities, flows, modes, restorations, petPeriod, snoozeMax } = options;
    const [mode] = modes;
    assert(mode !== undefined, "there is no mode to start in");
    assert(entities.length > 0, "there is nothing to supervise");
    assert(petPeriod > 0, "pets take time");
    this.#options = options;
    this.#mode = mode;
    this.#flows = new Flows(flows, mode);
    this.#snooze = new Snooze(snoozeMax);
    this.#nextPet = now;
    for (const settings of entities) {
      const name = settings.entity;
      assert(!this.#entities.has(name), `${name} is listed twice`);
      for (const known of Object.keys(settings.modes)) this.#assertMode(known);
      const parts = { settings, flows: this.#flows.rulesOf(name), restorations, now, mode };
      this.#entities.set(name, new Entity(parts));
    }
  }

  step(now: Instant, input: SupervisionInput | Timeout): readonly SupervisionOutput[] {
    this.#outputs = [];
    // What is over is judged before a checkpoint counts: it belongs to the cycle that it came in.
    for (const entity of this.#entities.values()) this.#watch(entity, () => entity.judge(now));
    if (this.#snooze.endIfDue(now)) this.#tell({ kind: "snooze-ended", by: "time" });
    this.#take(now, input);
    this.#tellWhetherBegun();
    this.#judgeWhole(now);
    this.#petIfDue(now);
    assert(!due(this.deadline(), now), "a pet or a judgement is overdue after a step");
    return this.#outputs;
  }

  deadline(): Instant | null {
    let first: Instant | null = this.#pets ? this.#nextPet : null;
    first = earlier(first, this.#snooze.until);
    first = earlier(first, this.#stopsAt());
    for (const entity of this.#entities.values()) first = earlier(first, entity.deadline());
    return first;
  }

  /** Why a person's word would not be taken now; null where it would. */
  whyNot(command: DogCommand): DogRefusal | null {
    if (this.#rebooting) return "rebooting";
    if (command.kind === "reboot") return null;
    if (command.length === 0) return this.#snooze.until === null ? "not-snoozed" : null;
    return command.length > this.#snooze.lengthMax ? "too-long" : null;
  }

  status(): SupervisionStatus {
    return {
      global: this.#global(),
      mode: this.#mode,
      pets: this.#pets,
      snoozedUntil: this.#snooze.until,
      rebooting: this.#rebooting,
      entities: this.standing(),
    };
  }

  /** Part of the status: the entities, in the order of the options. */
  standing(): readonly EntityStanding[] {
    return [...this.#entities.values()].map((entity) => entity.standing());
  }

  #take(now: Instant, input: SupervisionInput | Timeout): void {
    switch (input.kind) {
      case "timeout":
        break;
      case "checkpoint":
        this.#onCheckpoint(now, input.entity, input.checkpoint);
        break;
      case "init-complete":
        for (const entity of this.#named(input.entity)) {
          this.#watch(entity, () => entity.initComplete(now));
        }
        break;
      case "mode":
        this.#onMode(now, input.mode);
        break;
      case "snooze":
        if (this.whyNot(input) === null) this.#onSnooze(now, input.length);
        break;
      case "reboot":
        if (this.whyNot(input) === null) this.#onReboot(now);
        break;
      default:
        unreachable(input);
    }
  }

  #onCheckpoint(now: Instant, name: string, checkpoint: string): void {
    const entity = this.#entityOf(name);
    this.#watch(entity, () => entity.checkpoint(now, checkpoint));
    for (const { rule, found } of this.#flows.reach(now, `${name}/${checkpoint}`)) {
      // Who came out of order is to blame; a flow that was right is to the credit of all.
      const concerned = found === null ? this.#entities.values() : [entity];
      for (const one of concerned) this.#watch(one, () => one.judgeFlow(now, rule, found));
    }
  }

  #onMode(now: Instant, mode: string): void {
    this.#assertMode(mode);
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#flows.enterMode(mode);
    for (const entity of this.#entities.values()) {
      this.#watch(entity, () => entity.enterMode(now, mode));
    }
  }

  #onSnooze(now: Instant, length: Duration): void {
    if (length > 0) {
      this.#tell({ kind: "snoozed", until: this.#snooze.begin(now, length) });
    } else if (this.#snooze.end()) {
      this.#tell({ kind: "snooze-ended", by: "person" });
    }
  }

  /**
   * The last pet gives what must still be written the whole patience of the device. It is left out
   * where pets are withheld: a reboot must not be a way to put the bite off.
   */
  #onReboot(now: Instant): void {
    this.#judgeWhole(now);
    const pets = this.#pets;
    this.#rebooting = true;
    if (this.#snooze.end()) this.#tell({ kind: "snooze-ended", by: "reboot" });
    this.#tell({ kind: "reboot-began" });
    this.#outputs.push({ kind: "make-safe" });
    if (pets) this.#outputs.push({ kind: "pet" });
  }

  /** Tells when the change makes the entity fail, or restores it. */
  #watch(entity: Entity, change: () => void): void {
    const before = entity.status;
    change();
    const { status } = entity;
    if (status === before) return;
    const standing = entity.standing();
    const { entity: name, fault } = standing;
    if (before === "expired") this.#tell({ kind: "supervision-restored", entity: name });
    if (fault === null) return;
    if (status === "failed") this.#tell({ kind: "supervision-tolerated", entity: name, fault });
    if (status !== "expired") return;
    const evidence = evidenceOf(standing);
    this.#tell({ kind: "supervision-failed", entity: name, fault, evidence });
  }

  #tellWhetherBegun(): void {
    if (this.#began) return;
    for (const entity of this.#entities.values()) if (entity.awaited) return;
    this.#began = true;
    this.#tell({ kind: "supervision-began" });
  }

  #judgeWhole(now: Instant): void {
    this.#expiredSince = this.#some("expired") ? (this.#expiredSince ?? now) : null;
    const before = this.#stopped;
    const { expiredMax } = this.#options;
    this.#stopped = this.#expiredSince !== null && elapsed(this.#expiredSince, now) >= expiredMax;
    if (!this.#stopped || before) return;
    const entities = this.standing().map(evidenceOf);
    this.#tell({ kind: "supervision-stopped", entities });
  }

  #stopsAt(): Instant | null {
    if (this.#expiredSince === null || this.#stopped) return null;
    return after(this.#expiredSince, this.#options.expiredMax);
  }

  #global(): GlobalStatus {
    if (this.#stopped) return "stopped";
    if (this.#expiredSince !== null) return "expired";
    return this.#some("failed") ? "failed" : "ok";
  }

  get #pets(): boolean {
    return !this.#rebooting && (!this.#stopped || this.#snooze.until !== null);
  }

  /** Pets lie on a grid from the start; those withheld or missed are not made up for. */
  #petIfDue(now: Instant): void {
    if (!this.#pets || !due(this.#nextPet, now)) return;
    const { petPeriod } = this.#options;
    const missed = Math.floor(elapsed(this.#nextPet, now) / petPeriod);
    this.#nextPet = after(this.#nextPet, micros((missed + 1) * petPeriod));
    this.#outputs.push({ kind: "pet" });
  }

  #some(status: "failed" | "expired"): boolean {
    for (const entity of this.#entities.values()) if (entity.status === status) return true;
    return false;
  }

  #named(name: string | null): Iterable<Entity> {
    return name === null ? this.#entities.values() : [this.#entityOf(name)];
  }

  #entityOf(name: string): Entity {
    const entity = this.#entities.get(name);
    assert(entity !== undefined, `a word of ${name}, which is not supervised`);
    return entity;
  }

  #assertMode(mode: string): void {
    assert(this.#options.modes.includes(mode), `there is no mode ${mode}`);
  }

  #tell(event: SupervisionEvent): void {
    this.#outputs.push(event);
  }
}
