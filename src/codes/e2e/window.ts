/**
 * The numbers of the receiver's state machine, under the names of the standard, and what they must
 * be to one another (E2E Protocol Specification R20-11, configuration of the state machine; the
 * order of the minima is constr_3178 of the system template).
 */
import { checkWhole, expected } from "./expected.js";

/** The longest window, in reception cycles: the standard counts them in one byte. */
export const windowSizeMax = 255;

export interface E2eWindowOptions {
  /** Of every state that has no size of its own below, in reception cycles: 1 to 255. */
  readonly windowSize?: number;
  readonly windowSizeInit?: number;
  readonly windowSizeValid?: number;
  readonly windowSizeInvalid?: number;
  /** How many good statuses lead from INIT to VALID. */
  readonly minOkStateInit?: number;
  /** How many bad ones INIT bears; one more leads to INVALID. */
  readonly maxErrorStateInit?: number;
  /** Fewer good statuses than this, or more bad ones than below, lead from VALID to INVALID. */
  readonly minOkStateValid?: number;
  readonly maxErrorStateValid?: number;
  /** This many good statuses, and no more bad ones than below, lead back to VALID. */
  readonly minOkStateInvalid?: number;
  readonly maxErrorStateInvalid?: number;
  /** True: what went before INVALID does not count for the way back. False when left out. */
  readonly clearToInvalid?: boolean;
}

/** What one state demands. */
export interface StateLimits {
  readonly windowSize: number;
  readonly minOkState: number;
  readonly maxErrorState: number;
}

export interface E2eWindow {
  readonly init: StateLimits;
  readonly valid: StateLimits;
  readonly invalid: StateLimits;
  readonly clearToInvalid: boolean;
}

/**
 * For samples that come once in a control cycle, and whose single faults a vote masks anyhow.
 *
 * One bad frame, or two silent cycles in a row, are what a loaded bus does on a good day: they
 * change nothing. A second bad one within four cycles, or a third silent one, is a fault. Two
 * good frames after the first are enough to begin. The way back takes three good of four and none
 * bad, for whoever failed has more to prove. Of the settings in use these are the tighter ones.
 */
export const windowDefaults = {
  windowSize: 4,
  minOkStateInit: 2,
  maxErrorStateInit: 1,
  minOkStateValid: 2,
  maxErrorStateValid: 1,
  minOkStateInvalid: 3,
  maxErrorStateInvalid: 0,
} as const satisfies E2eWindowOptions;

/** Throws a `UsageError` that names the first two options that contradict one another. */
export function checkWindow(options: E2eWindowOptions): E2eWindow {
  const whole = { ...windowDefaults, ...options };
  const { windowSize } = whole;
  const window: E2eWindow = {
    init: {
      windowSize: whole.windowSizeInit ?? windowSize,
      minOkState: whole.minOkStateInit,
      maxErrorState: whole.maxErrorStateInit,
    },
    valid: {
      windowSize: whole.windowSizeValid ?? windowSize,
      minOkState: whole.minOkStateValid,
      maxErrorState: whole.maxErrorStateValid,
    },
    invalid: {
      windowSize: whole.windowSizeInvalid ?? windowSize,
      minOkState: whole.minOkStateInvalid,
      maxErrorState: whole.maxErrorStateInvalid,
    },
    clearToInvalid: whole.clearToInvalid ?? false,
  };
  checkState("Init", window.init);
  checkState("Valid", window.valid);
  checkState("Invalid", window.invalid);
  checkOrder(window);
  return window;
}

/** Where the two numbers together exceed the window, one of them could never come about. */
function checkState(state: string, limits: StateLimits): void {
  const { windowSize, minOkState, maxErrorState } = limits;
  checkWhole(`windowSize${state}`, windowSize, 1, windowSizeMax);
  checkWhole(`minOkState${state}`, minOkState, 1, windowSize);
  checkWhole(`maxErrorState${state}`, maxErrorState, 0, windowSize);
  if (minOkState + maxErrorState <= windowSize) return;
  expected(`minOkState${state} + maxErrorState${state} <= windowSize${state}`);
}

/** Each of these keeps a state from being left by the very statuses that led into it. */
function checkOrder({ init, valid, invalid }: E2eWindow): void {
  const rules: readonly (readonly [holds: boolean, rule: string])[] = [
    [valid.minOkState <= init.minOkState, "minOkStateValid <= minOkStateInit"],
    [init.minOkState <= invalid.minOkState, "minOkStateInit <= minOkStateInvalid"],
    [valid.maxErrorState >= init.maxErrorState, "maxErrorStateValid >= maxErrorStateInit"],
    [init.maxErrorState >= invalid.maxErrorState, "maxErrorStateInit >= maxErrorStateInvalid"],
    [valid.windowSize >= init.windowSize, "windowSizeValid >= windowSizeInit"],
    [valid.windowSize >= invalid.windowSize, "windowSizeValid >= windowSizeInvalid"],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken !== undefined) expected(broken[1]);
}
