/**
 * The disk of one simulated board. It is no part of any life of it: it is there over all crashes,
 * which tear it. What it answers while the program is stopped waits; a crash forgets it.
 */
import type { Prng } from "../kernel/prng.js";
import type { DiskDone, DiskRequest } from "../recovery/disk.js";
import type { DiskFault } from "./disk/disk-faults.js";
import { ssdLatency } from "./disk/latency.js";
import { ModelledDisk, type ModelledDiskCounts } from "./disk/modelled-disk.js";
import type { Effect } from "./effect.js";
import type { Surroundings } from "./surroundings.js";
import { never, type TrueTime } from "./true-time.js";

export interface NodeDiskOptions {
  readonly dice: Prng;
  readonly surroundings: Surroundings;
  /** Answers have come. */
  readonly answered: () => void;
}

export class NodeDisk {
  readonly #disk: ModelledDisk;
  readonly #surroundings: Surroundings;
  readonly #answered: () => void;
  /** What each fault that holds the disk has done. */
  readonly #effects = new Map<DiskFault, Effect>();
  readonly #answers: DiskDone[] = [];
  #wakeAt: TrueTime = never;

  constructor({ dice, surroundings, answered }: NodeDiskOptions) {
    this.#surroundings = surroundings;
    this.#answered = answered;
    this.#disk = new ModelledDisk({
      dice: dice.split("disk"),
      latency: surroundings.host.disk ?? ssdLatency,
      onFault: (at, fault) => this.#effects.get(fault)?.note(at),
    });
  }

  get counts(): Readonly<ModelledDiskCounts> {
    return this.#disk.counts;
  }

  submit(request: DiskRequest): void {
    this.#disk.submit(this.#surroundings.now(), request);
    this.#arrange();
  }

  /** The next answer that waits for the program. */
  take(): DiskDone | undefined {
    return this.#answers.shift();
  }

  /** The power is gone. */
  crash(): void {
    this.#disk.crash(this.#surroundings.now());
    this.#answers.length = 0;
    this.#wakeAt = never;
  }

  /** What there is on it has all the room that there is; null ends it. */
  fill(effect: Effect | null): void {
    this.#hold("full", effect);
    if (effect === null) this.#disk.faults.fill(null);
    else this.#disk.faults.fill();
  }

  makeReadOnly(effect: Effect | null): void {
    this.#hold("read-only", effect);
    this.#disk.faults.makeReadOnly(effect !== null);
  }

  /** It says that it has synced, and keeps nothing; null ends it. */
  lie(effect: Effect | null): void {
    this.#hold("lie", effect);
    this.#disk.faults.lie(effect !== null);
  }

  /** Operations end at this time or later; null ends it now. */
  stall(until: TrueTime, effect: Effect | null): void {
    this.#hold("stall", effect);
    this.#disk.faults.stall(effect === null ? this.#surroundings.now() : until);
    this.#arrange();
  }

  /** Turns a bit of a durable byte that the dice choose. */
  rot(effect: Effect): void {
    this.#hold("bit-rot", effect);
    this.#disk.faults.rot(this.#surroundings.now());
    this.#hold("bit-rot", null);
  }

  #hold(fault: DiskFault, effect: Effect | null): void {
    if (effect === null) this.#effects.delete(fault);
    else this.#effects.set(fault, effect);
  }

  #arrange(): void {
    const next = this.#disk.nextAt();
    if (next === this.#wakeAt) return;
    this.#wakeAt = next;
    if (next !== never) this.#surroundings.schedule(next, () => this.#onDue(next));
  }

  #onDue(at: TrueTime): void {
    // The disk may have been stalled meanwhile, or its board may have lost its power.
    if (at !== this.#wakeAt) return;
    this.#wakeAt = never;
    this.#answers.push(...this.#disk.take(this.#surroundings.now()));
    this.#arrange();
    this.#answered();
  }
}
