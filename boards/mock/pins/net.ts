/**
 * A net: pins that are joined by wires, and so have one voltage. Who drives it decides; two that
 * drive it differently fight, and the lower one wins, as an open drain does. The fight is told, for
 * on a board of copper it is the moment at which a pin dies.
 *
 * Where nobody drives, a pull decides; where nobody pulls either, the net floats.
 */
import { BoundedQueue } from "../../../src/kernel/queue.js";
import type { Instant } from "../../../src/kernel/time.js";

export type Pull = "up" | "down";

export interface NetChange {
  readonly at: Instant;
  /** A level, or the duty of PWM; null: nobody drives and nobody pulls. */
  readonly value: number | null;
}

/** Changes that are remembered; the oldest makes room. */
export const netChangesMax = 4_096;

export class Net {
  readonly pins: readonly string[];
  readonly #drivers = new Map<string, number>();
  readonly #pulls = new Map<string, Pull>();
  readonly #changes = new BoundedQueue<NetChange>(netChangesMax);
  readonly #onChange: (at: Instant, value: number | null) => void;
  #value: number | null = null;
  #fights = 0;
  #fighting = false;

  constructor(pins: readonly string[], onChange: (at: Instant, value: number | null) => void) {
    this.pins = pins;
    this.#onChange = onChange;
  }

  get value(): number | null {
    return this.#value;
  }

  /** How often two began to drive it differently. */
  get fights(): number {
    return this.#fights;
  }

  /** What it had, oldest first. */
  changes(): readonly NetChange[] {
    return [...this.#changes];
  }

  /** @param value from 0 to 1; null lets go */
  drive(at: Instant, driver: string, value: number | null): void {
    if (value === null) this.#drivers.delete(driver);
    else this.#drivers.set(driver, value);
    this.#settle(at);
  }

  pull(at: Instant, pin: string, pull: Pull | null): void {
    if (pull === null) this.#pulls.delete(pin);
    else this.#pulls.set(pin, pull);
    this.#settle(at);
  }

  #settle(at: Instant): void {
    const values = [...this.#drivers.values()];
    const fighting = new Set(values).size > 1;
    if (fighting && !this.#fighting) this.#fights += 1;
    this.#fighting = fighting;
    const value = values.length > 0 ? Math.min(...values) : this.#pulled();
    if (value === this.#value) return;
    this.#value = value;
    this.#changes.push({ at, value });
    this.#onChange(at, value);
  }

  #pulled(): number | null {
    const pulls = new Set(this.#pulls.values());
    // Two that pull both ways leave it in the middle, which is no level.
    if (pulls.size !== 1) return null;
    return pulls.has("up") ? 1 : 0;
  }
}

/** The pins in groups that are wired to one another; a pin without a wire is alone. */
export function netsOf(
  pins: readonly string[],
  wires: readonly (readonly [string, string])[],
): readonly (readonly string[])[] {
  const groupOf = new Map<string, Set<string>>(pins.map((pin) => [pin, new Set([pin])]));
  for (const [one, other] of wires) {
    const [first, second] = [groupOf.get(one), groupOf.get(other)];
    if (first === undefined || second === undefined || first === second) continue;
    for (const pin of second) {
      first.add(pin);
      groupOf.set(pin, first);
    }
  }
  return [...new Set(groupOf.values())].map((group) => [...group]);
}
