/**
 * What an entity must keep to. There are three kinds of rules (AUTOSAR, Specification of Watchdog
 * Manager: alive, deadline and logical supervision), each over named checkpoints, and an entity may
 * be supervised by any number of each. Each rule has a tolerance of its own, and each mode its own
 * list of rules.
 */
import { assert } from "../../kernel/assert.js";
import type { Duration, Instant } from "../../kernel/time.js";

/** So many times a reference cycle, within margins: it is alive, and does not run away. */
export interface AliveRule {
  readonly kind: "alive";
  /** Which of the entity's checkpoints is counted. */
  readonly checkpoint: string;
  /** The length of a reference cycle. */
  readonly cycle: Duration;
  /** How many checkpoints a reference cycle should see, at least 1. */
  readonly expected: number;
  /** So many fewer are still right; less than `expected`, or silence would be right. */
  readonly minMargin: number;
  /** So many more are still right. */
  readonly maxMargin: number;
  /** So many more wrong cycles than right ones are borne, 0 for none. */
  readonly tolerance: number;
}

/** From one checkpoint to another in time: it is neither stuck in between, nor skips its work. */
export interface DeadlineRule {
  readonly kind: "deadline";
  readonly start: string;
  /** It may be the start itself: then it is the time from one to the next. */
  readonly end: string;
  /** Both inclusive. */
  readonly min: Duration;
  readonly max: Duration;
  /** So many more wrong times than right ones are borne, 0 for none. */
  readonly tolerance: number;
}

/** In an allowed order: what must be done before is not left out. */
export interface LogicalRule {
  readonly kind: "logical";
  /** With which checkpoints a flow may begin. */
  readonly starts: readonly string[];
  /** With which it is over. */
  readonly ends: readonly string[];
  /** Which may follow which within a flow; a checkpoint that is named nowhere is free. */
  readonly transitions: readonly Transition[];
  /** So many more wrong steps than right flows are borne, 0 for none. */
  readonly tolerance: number;
}

export type Transition = readonly [from: string, to: string];

export type Rule = AliveRule | DeadlineRule | LogicalRule;

/**
 * A logical rule across entities (external transitions): its checkpoints are `entity/checkpoint`.
 * Who comes out of order is to blame.
 */
export interface FlowRule extends Omit<LogicalRule, "kind"> {
  readonly kind: "flow";
  readonly flow: string;
  readonly modes: readonly string[];
}

/** Which rule was broken, and by how much. */
export type RuleFault =
  | {
      readonly rule: "alive";
      readonly checkpoint: string;
      readonly count: number;
      /** What was right, both inclusive. */
      readonly countMin: number;
      readonly countMax: number;
      readonly cycle: Duration;
    }
  | {
      readonly rule: "deadline";
      readonly start: string;
      readonly end: string;
      /** Until the end; where it did not come, until that was noticed. */
      readonly took: Duration;
      /** False: the end has not come. */
      readonly ended: boolean;
      readonly min: Duration;
      readonly max: Duration;
    }
  | {
      readonly rule: "logical";
      /** Null: no flow had begun. */
      readonly from: string | null;
      readonly to: string;
      /** Of the rule across entities; null for a rule of the entity itself. */
      readonly flow: string | null;
    }
  /** It did not begin within the grace. */
  | { readonly rule: "start"; readonly grace: Duration };

/** What a watch over a rule finds: a fault, or null for what was right. */
export type Tell = (found: RuleFault | null) => void;

/** Watches over one rule of one entity. */
export interface RuleWatch {
  /** What is over at `now` is judged before a checkpoint counts: call `judge` first. */
  checkpoint(now: Instant, name: string, tell: Tell): void;
  judge(now: Instant, tell: Tell): void;
  /** When there is something to judge; null while there is not. */
  deadline(): Instant | null;
}

export function checkRule(entity: string, rule: Rule | FlowRule): void {
  const whole = Number.isSafeInteger(rule.tolerance) && rule.tolerance >= 0;
  assert(whole, `${entity}: a tolerance is a count from 0 on`);
  if (rule.kind === "alive") {
    const { cycle, expected, minMargin, maxMargin } = rule;
    assert(cycle > 0, `${entity}: a reference cycle takes time`);
    assert(minMargin >= 0 && minMargin < expected, `${entity}: silence must never be right`);
    assert(maxMargin >= 0, `${entity}: a negative margin`);
  } else if (rule.kind === "deadline") {
    assert(rule.max > 0 && rule.min <= rule.max, `${entity}: no time is right`);
  } else {
    assert(rule.starts.length > 0, `${entity}: a flow that cannot begin`);
    assert(rule.ends.length > 0, `${entity}: a flow that cannot end is never right`);
  }
}
