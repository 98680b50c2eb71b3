/**
 * What the checks of a pin board need: the board, and hands and eyes outside of it. Virtual boards
 * and live ones differ in `settle` only: the one lets virtual time pass, the other waits.
 *
 * Nothing here knows vitest, so that a guest with nothing but Node can run the checks from `dist`.
 */
import assert from "node:assert/strict";
import type { Level, Opened, PinBoard, PinUse } from "../../../boards/pin-board.js";
import { type Duration, type Instant, millis } from "../../../src/kernel/time.js";

/** What this hardware, and the hands at it, can do. What is null or false is not checked. */
export interface PinAbilities {
  /** Names of two pins that can be inputs, and at which `drive` can put a level. */
  readonly inputs: readonly [string, string];
  /** Names of two pins that can be outputs, other than the inputs. */
  readonly outputs: readonly [string, string];
  readonly pwm: string | null;
  readonly analog: AnalogAbility | null;
  /** A use that the board must refuse of a pin that it has. */
  readonly notAble: readonly [pin: string, use: PinUse] | null;
  /** How long until a word shows at the pin, and what happens at the pin shows in the board. */
  readonly latency: Duration;
  /** How finely it ends a command; 0 for to the microsecond. */
  readonly endsWithin: Duration;
  readonly edges: boolean;
  /** How far the time of an edge may be from the truth; null where that cannot be told. */
  readonly edgeTimeWithin: Duration | null;
  /** How many edges `drive` can make at once; the queue is made to overflow with that many. */
  readonly togglesMax: number;
  readonly debounce: boolean;
  readonly pull: boolean;
  /** `measure` can tell a line that is let go from a driven one; else it is not asked. */
  readonly seesLetGo: boolean;
  /** What a line has when it is released it still has when it was closed. */
  readonly holdsAfterClose: boolean;
  /** How long a board that hangs may be silent before it says so; null: it cannot be made to. */
  readonly silentWithin: Duration | null;
}

export interface AnalogAbility {
  readonly pin: string;
  /** What `set` can put there, in the pin's unit; empty where nobody can. */
  readonly values: readonly number[];
  readonly within: number;
}

type Done = void | Promise<void>;

export interface PinBoardRig {
  readonly board: PinBoard;
  now(): Instant;
  /** Lets so much time pass. A board that works beside us does its work in it. */
  settle(wait: Duration): Done;
  /** Puts a level at an input pin from outside; null lets go of it. */
  drive(pin: string, level: Level | null): Done;
  /** Puts a value at an analog pin, in its unit. */
  set(pin: string, value: number): Done;
  /** What a voltmeter shows: a level, or the duty of PWM; null where nobody drives the line. */
  measure(pin: string): number | null | Promise<number | null>;
  /** All that the pin has had since the start, oldest first; null where nobody watched. */
  history(pin: string): readonly (number | null)[] | null;
  /** The board hangs, or lives again; asked only where `silentWithin` is known. */
  freeze(frozen: boolean): Done;
  /** After the check: what was started ends. The board may be closed already. */
  end(): Done;
}

export interface PinBoardTrial {
  readonly abilities: PinAbilities;
  /** A fresh board, just out of reset. */
  make(): PinBoardRig | Promise<PinBoardRig>;
}

export interface PinBoardCheck {
  /** The ids of boards/README.md, and what is checked. */
  readonly name: string;
  /** What the hardware lacks for this check; null where it can be made. */
  lacks(abilities: PinAbilities): string | null;
  run(rig: PinBoardRig, abilities: PinAbilities): Promise<void>;
}

type Run = PinBoardCheck["run"];

export const check = (name: string, run: Run): PinBoardCheck => ({ name, lacks: () => null, run });

export const checkIf = (name: string, lacks: PinBoardCheck["lacks"], run: Run): PinBoardCheck => ({
  name,
  lacks,
  run,
});

/** @throws AssertionError with the refusal's message */
export function lineOf<Line>(opened: Opened<Line>): Line {
  if (opened.ok) return opened.line;
  return assert.fail(`refused (${opened.reason}): ${opened.message}`);
}

/** Long enough that a live board is surely in the middle of it. */
export const holdOf = ({ latency }: PinAbilities): Duration =>
  Math.max(millis(100), 4 * latency) as Duration;

export async function measures(
  rig: PinBoardRig,
  pin: string,
  expected: number | null,
  abilities: PinAbilities,
): Promise<void> {
  await rig.settle(abilities.latency);
  await measuresNow(rig, pin, expected, abilities);
}

export async function measuresNow(
  rig: PinBoardRig,
  pin: string,
  expected: number | null,
  abilities: PinAbilities,
): Promise<void> {
  if (expected === null && !abilities.seesLetGo) return;
  assert.equal(await rig.measure(pin), expected, `what a voltmeter shows at ${pin}`);
}

export const sum = (one: Duration, other: Duration): Duration => (one + other) as Duration;

export const plainInput = {
  pull: "none",
  debounce: millis(0),
  activeLow: false,
  edges: false,
} as const;

export const plainOutput = {
  initial: 0,
  safe: { kind: "value", value: 0 },
  activeLow: false,
} as const;
