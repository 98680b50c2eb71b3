/** The rules across entities: those of the present mode are watched, each by one watch for all. */
import { assert } from "../../kernel/assert.js";
import type { Instant } from "../../kernel/time.js";
import { LogicalWatch } from "./logical-watch.js";
import { checkRule, type FlowRule, type RuleFault } from "./rules.js";

export interface FlowVerdict {
  readonly rule: FlowRule;
  readonly found: RuleFault | null;
}

export class Flows {
  readonly #rules: readonly FlowRule[];
  #watches = new Map<FlowRule, LogicalWatch>();

  constructor(rules: readonly FlowRule[], mode: string) {
    for (const rule of rules) checkRule(rule.flow, rule);
    const names = new Set(rules.map(({ flow }) => flow));
    assert(names.size === rules.length, "two flows have one name");
    this.#rules = rules;
    this.#watch(mode, false);
  }

  /** Those in which the entity has a part. */
  rulesOf(entity: string): readonly FlowRule[] {
    return this.#rules.filter((rule) => {
      const names = [...rule.starts, ...rule.ends, ...rule.transitions.flat()];
      return names.some((name) => name.startsWith(`${entity}/`));
    });
  }

  enterMode(mode: string): void {
    this.#watch(mode, true);
  }

  /** @param name `entity/checkpoint` */
  reach(now: Instant, name: string): readonly FlowVerdict[] {
    const verdicts: FlowVerdict[] = [];
    for (const [rule, watch] of this.#watches) {
      watch.checkpoint(now, name, (found) => verdicts.push({ rule, found }));
    }
    return verdicts;
  }

  /** A flow that both modes have goes on. */
  #watch(mode: string, joining: boolean): void {
    const before = this.#watches;
    this.#watches = new Map();
    for (const rule of this.#rules) {
      if (!rule.modes.includes(mode)) continue;
      this.#watches.set(rule, before.get(rule) ?? new LogicalWatch(rule, joining));
    }
  }
}
