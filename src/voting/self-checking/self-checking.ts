/**
 * N self-checking programming: components that check themselves run side by side, one of them acts,
 * and when its own check fails the next takes over at once with a result that it already has
 * (Laprie, Arlat, Beounes and Kanoun 1990, section 3). A component is a pair of versions whose
 * results are compared, or one version with an acceptance test.
 *
 * Unlike a vote it asks no majority, and unlike a recovery block it restores nothing: the spares
 * are hot. A pair that disagrees cannot tell which of its two is wrong, so it is out as a whole.
 *
 *     acting --check fails--> out --checks in a row--> spare --those before it are out--> acting
 *
 * Invariants: what is delivered has passed the check of the component that delivers it in the same
 * run. A component that failed its check delivers nothing until it has passed `returnPasses` in a
 * row. The one that acts keeps acting while it passes: nothing switches back by itself.
 */
import { UsageError } from "../../kernel/assert.js";
import { agree, takeApart } from "../structured/parts.js";
import { type PlainValue, readPlain, thawPlain } from "../structured/plain-value.js";
import { thrownText } from "../structured/thrown-text.js";
import { compileTolerance, type Tolerance, type ToleranceOf } from "../structured/tolerance.js";

/** @param input a copy of its own; @returns plain data, and not null */
export type Version = (input: unknown) => unknown;

export type Component =
  /** Checked by comparison. What is delivered is the first one's result. */
  | { readonly name: string; readonly pair: readonly [Version, Version] }
  /** Checked by an acceptance test: true, or what is wrong. */
  | {
      readonly name: string;
      readonly version: Version;
      readonly accept: (result: PlainValue, input: PlainValue) => boolean | string;
    };

export interface SelfCheckingOptions {
  /** In the order in which they take over; 1 to `componentsMax`, their names each once. */
  readonly components: readonly Component[];
  /** How far the two of a pair may be apart. Default 0. */
  readonly tolerance?: Tolerance;
  /** How often in a row one that failed must pass before it is a spare again. Default 3. */
  readonly returnPasses?: number;
}

export const componentsMax = 8;

export type CheckReason = "threw" | "malformed" | "disagrees" | "rejected";

/** What one component's check of itself said in one run. */
export interface ComponentCheck {
  readonly component: string;
  /** Null when it passed. */
  readonly reason: CheckReason | null;
  /** For people; empty when it passed. */
  readonly message: string;
}

export interface Delivery {
  /** Null when no component may deliver: it is never guessed. */
  readonly value: PlainValue | null;
  /** Who acts after this run; null when none can. */
  readonly by: string | null;
  /** Who acted before, where that is another. */
  readonly switchedFrom: string | null;
  /** `ok`: all may deliver. `degraded`: some may. `insufficient`: none may. */
  readonly status: "ok" | "degraded" | "insufficient";
  readonly checks: readonly ComponentCheck[];
}

interface Unit {
  readonly component: Component;
  /** How many more passes it needs; 0 where it may deliver. */
  passesLeft: number;
}

type Checked =
  | { readonly ok: true; readonly value: PlainValue }
  | { readonly ok: false; readonly reason: CheckReason; readonly message: string };

export class SelfChecking {
  readonly #units: readonly Unit[];
  readonly #toleranceOf: ToleranceOf;
  readonly #returnPasses: number;
  /** The last one that delivered. */
  #acting: Unit | null;

  /** @throws UsageError for options that make none */
  constructor({ components, tolerance = 0, returnPasses = 3 }: SelfCheckingOptions) {
    if (components.length < 1 || components.length > componentsMax) {
      const count = components.length;
      throw new UsageError(`${count} components: 1 to ${componentsMax} are expected`);
    }
    if (new Set(components.map(({ name }) => name)).size < components.length) {
      throw new UsageError("two components have one name");
    }
    if (!Number.isSafeInteger(returnPasses) || returnPasses < 1) {
      throw new UsageError(`returnPasses is ${returnPasses}: a count of at least 1 is expected`);
    }
    this.#units = components.map((component) => ({ component, passesLeft: 0 }));
    this.#toleranceOf = compileTolerance(tolerance);
    this.#returnPasses = returnPasses;
    this.#acting = this.#units[0] ?? null;
  }

  /**
   * Runs all components, each on copies of the input, and delivers the acting one's result.
   *
   * @throws UsageError for an input that is not plain data
   */
  run(input: unknown): Delivery {
    const reading = readPlain(input);
    if (!reading.ok) throw new UsageError(`the input is not plain data: ${reading.reason}`);
    const checked = new Map(
      this.#units.map((unit) => [unit, this.#check(unit.component, reading.value)]),
    );
    for (const [unit, check] of checked) this.#note(unit, check.ok);
    return this.#deliver(checked);
  }

  #note(unit: Unit, passed: boolean): void {
    unit.passesLeft = passed ? Math.max(0, unit.passesLeft - 1) : this.#returnPasses;
  }

  #deliver(checked: ReadonlyMap<Unit, Checked>): Delivery {
    const before = this.#acting;
    const isAble = (unit: Unit) => unit.passesLeft === 0;
    const next = before !== null && isAble(before) ? before : this.#units.find(isAble);
    // Who acted last is remembered while nobody can: the switch is told when somebody can again.
    if (next !== undefined) this.#acting = next;
    const check = next === undefined ? undefined : checked.get(next);
    const checks = [...checked].map(([{ component }, outcome]) => checkOf(component, outcome));
    const value = check?.ok === true ? check.value : null;
    const all = this.#units.every(isAble);
    const isSwitch = next !== undefined && next !== before;
    return {
      value,
      by: next?.component.name ?? null,
      switchedFrom: isSwitch ? (before?.component.name ?? null) : null,
      status: value === null ? "insufficient" : all ? "ok" : "degraded",
      checks,
    };
  }

  #check(component: Component, input: PlainValue): Checked {
    if ("pair" in component) return this.#checkPair(component.pair, input);
    const result = runVersion(component.version, input);
    if (!result.ok) return result;
    try {
      const verdict: unknown = component.accept(result.value, input);
      if (verdict === true) return result;
      return failed("rejected", typeof verdict === "string" ? verdict : "not acceptable");
    } catch (error) {
      return failed("rejected", `its test threw: ${thrownText(error)}`);
    }
  }

  #checkPair([first, second]: readonly [Version, Version], input: PlainValue): Checked {
    const one = runVersion(first, input);
    if (!one.ok) return one;
    const other = runVersion(second, input);
    if (!other.ok) return other;
    const [parts, others] = [one, other].map(({ value }) => takeApart(value, this.#toleranceOf));
    if (parts !== undefined && others !== undefined && agree(parts, others)) return one;
    return failed("disagrees", "its two results differ: cannot isolate which is wrong");
  }
}

function runVersion(version: Version, input: PlainValue): Checked {
  try {
    const reading = readPlain(version(thawPlain(input)));
    if (!reading.ok) return failed("malformed", reading.reason);
    if (reading.value === null) return failed("malformed", "it is null");
    return reading;
  } catch (error) {
    return failed("threw", thrownText(error));
  }
}

const failed = (reason: CheckReason, message: string): Checked => ({ ok: false, reason, message });

const checkOf = ({ name }: Component, check: Checked): ComponentCheck => ({
  component: name,
  reason: check.ok ? null : check.reason,
  message: check.ok ? "" : check.message,
});
