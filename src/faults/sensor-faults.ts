/**
 * What can go wrong with the readings of one channel, as values, and the injector that makes it so.
 *
 * The words follow the failure classes of PX4's `failure` command (stuck, garbage, wrong, delayed,
 * intermittent) with the classes that its users missed: drift, which no single sample shows, and an
 * old value that is stamped anew (PX4 #9901). When a fault begins and ends is not part of it: a
 * recording counts rows, a simulation counts time.
 *
 * An injector says whether it changed anything. A fault that never took effect proves nothing: a
 * sensor stuck while the world stands still is no test of anybody.
 */
import { assert, unreachable } from "../kernel/assert.js";
import type { Prng } from "../kernel/prng.js";
import type { Instant } from "../kernel/time.js";

export type SensorFault =
  /** Repeats `value`, or the first value it sees where that is null, with fresh source times. */
  | { readonly kind: "stuck"; readonly value: number | null }
  | { readonly kind: "offset"; readonly by: number }
  /** A wrong calibration: multiplies, so it is the larger the farther the value is from 0. */
  | { readonly kind: "scale"; readonly factor: number }
  /** Moves away from the truth, from 0 at its first reading; in units a second of source time. */
  | { readonly kind: "drift"; readonly perSecond: number }
  /** Gaussian, with mean 0. */
  | { readonly kind: "noise"; readonly deviation: number }
  /** Adds `by` to the first reading and to each `every`-th after it. */
  | { readonly kind: "spike"; readonly by: number; readonly every: number }
  /** An omission with the given probability, in (0, 1]. */
  | { readonly kind: "dropout"; readonly probability: number }
  /**
   * Gives what was read `samples` readings ago, with the source time it had, or with a fresh one
   * where it is `restamped`. At first, when less was seen, the oldest that was.
   */
  | { readonly kind: "delay"; readonly samples: number; readonly restamped: boolean }
  /** Any value in [-span, span], each as likely. */
  | { readonly kind: "garbage"; readonly span: number }
  /**
   * One lie for each reader, drawn once from [-spread, spread], and added. Whoever shares an
   * injector is told the same: each reader needs one of its own, with dice of its own.
   */
  | { readonly kind: "two-faced"; readonly spread: number };

/** What of a reading a fault can touch. A `Reading` of a board is one. */
export interface Readable {
  /** `null` is an omission; only a delay may put a value in its place, an older one. */
  readonly value: number | null;
  readonly sourceTime: Instant;
}

/** The longest delay, in readings: it bounds what an injector remembers. */
export const delaySamplesMax = 10_000;

/** One fault on the readings of one channel; feed it every reading while the fault lasts. */
export class SensorFaultInjector {
  readonly #fault: SensorFault;
  readonly #dice: Prng;
  readonly #past: Readable[] = [];
  #seen = 0;
  #changed = 0;
  #firstValue: number | null = null;
  #lie: number | null = null;
  #lastTime: Instant | null = null;
  #lasted = 0;

  /** @param dice a stream of its own; only noise, dropout, garbage and two-faced draw */
  constructor(fault: SensorFault, dice: Prng) {
    checkFault(fault);
    this.#fault = fault;
    this.#dice = dice;
  }

  /** How many readings it has changed so far: a fault at 0 has not taken effect. */
  get changed(): number {
    return this.#changed;
  }

  apply<Given extends Readable>(reading: Given): Given {
    this.#firstValue ??= reading.value;
    this.#age(reading.sourceTime);
    const distorted = this.#distort(reading);
    const { sourceTime } = distorted;
    const value = distorted.value === null ? null : finite(distorted.value);
    this.#seen += 1;
    if (value === reading.value && sourceTime === reading.sourceTime) return reading;
    this.#changed += 1;
    return { ...reading, value, sourceTime };
  }

  /**
   * A board that boots counts its clock anew: the fault grows older all the same, never younger.
   */
  #age(sourceTime: Instant): void {
    this.#lasted += Math.max(0, sourceTime - (this.#lastTime ?? sourceTime));
    this.#lastTime = sourceTime;
  }

  #distort(reading: Readable): Readable {
    const fault = this.#fault;
    if (fault.kind === "delay") return this.#delay(reading, fault.samples, fault.restamped);
    if (reading.value === null) return reading;
    const { value, sourceTime } = reading;
    switch (fault.kind) {
      case "stuck":
        return { value: fault.value ?? this.#firstValue, sourceTime };
      case "offset":
        return { value: value + fault.by, sourceTime };
      case "scale":
        return { value: value * fault.factor, sourceTime };
      case "drift":
        return { value: value + (fault.perSecond * this.#lasted) / 1_000_000, sourceTime };
      case "noise":
        return { value: value + fault.deviation * this.#dice.normal(), sourceTime };
      case "spike":
        return this.#seen % fault.every === 0 ? { value: value + fault.by, sourceTime } : reading;
      case "dropout":
        return this.#dice.chance(fault.probability) ? { value: null, sourceTime } : reading;
      case "garbage":
        return { value: this.#within(fault.span), sourceTime };
      case "two-faced":
        this.#lie ??= this.#within(fault.spread);
        return { value: value + this.#lie, sourceTime };
      default:
        return unreachable(fault);
    }
  }

  #within(span: number): number {
    return span * (2 * this.#dice.fraction() - 1);
  }

  #delay(reading: Readable, samples: number, restamped: boolean): Readable {
    const { value, sourceTime } = reading;
    this.#past.push({ value, sourceTime });
    if (this.#past.length > samples + 1) this.#past.shift();
    const old = this.#past[0] as Readable;
    return restamped ? { value: old.value, sourceTime } : old;
  }
}

/** A reading is a finite number, whatever a fault makes of it. */
const finite = (value: number): number =>
  Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);

/**
 * Faults come from files and command lines, whose parsers refuse bad ones: this is for our bugs.
 */
function checkFault(fault: SensorFault): void {
  for (const [name, field] of Object.entries(fault)) {
    if (typeof field !== "number") continue;
    assert(Number.isFinite(field), `${fault.kind}: ${name} is not finite`);
  }
  if (fault.kind === "delay") {
    const { samples } = fault;
    assert(Number.isSafeInteger(samples) && samples > 0, `delay: not a count: ${samples}`);
    assert(samples <= delaySamplesMax, `delay: more than ${delaySamplesMax} readings`);
  }
  if (fault.kind === "spike") {
    assert(Number.isSafeInteger(fault.every) && fault.every > 0, `spike: every ${fault.every}`);
  }
}
