/**
 * Logical supervision: the checkpoints come in an allowed order (AUTOSAR, Specification of Watchdog
 * Manager, logical supervision algorithm; Oh, Shirvani and McCluskey 2002, control-flow checking by
 * software signatures, for the idea). A flow begins with one of the starts, each further checkpoint
 * must be allowed after the one before, and an end ends it.
 *
 * After a wrong step it goes on from where the entity is, so that one omission is one fault and not
 * a row of them.
 */
import type { Instant } from "../../kernel/time.js";
import type { FlowRule, LogicalRule, RuleWatch, Tell } from "./rules.js";

export class LogicalWatch implements RuleWatch {
  readonly #flow: string | null;
  readonly #starts: ReadonlySet<string>;
  readonly #ends: ReadonlySet<string>;
  readonly #next = new Map<string, Set<string>>();
  /** The last checkpoint of the flow; null between two flows. */
  #last: string | null = null;
  /** Whether the flow was right so far. */
  #clean = true;
  /** It came in the middle of a flow: what it did not see begin, it lets pass. */
  #joining: boolean;

  /** @param joining whether the entity may be in the middle of a flow, as after a change of mode */
  constructor(rule: LogicalRule | FlowRule, joining: boolean) {
    this.#flow = rule.kind === "flow" ? rule.flow : null;
    this.#starts = new Set(rule.starts);
    this.#ends = new Set(rule.ends);
    for (const name of [...rule.starts, ...rule.ends]) this.#nextOf(name);
    for (const [from, to] of rule.transitions) {
      this.#nextOf(from).add(to);
      this.#nextOf(to);
    }
    this.#joining = joining;
  }

  checkpoint(_now: Instant, name: string, tell: Tell): void {
    if (!this.#next.has(name)) return;
    if (this.#joining && !this.#starts.has(name)) {
      this.#joining = !this.#ends.has(name);
      return;
    }
    this.#joining = false;
    if (!this.#isAllowed(name)) {
      this.#clean = false;
      tell({ rule: "logical", from: this.#last, to: name, flow: this.#flow });
    }
    if (this.#ends.has(name)) this.#end(tell);
    else this.#last = name;
  }

  /** An order has no time: who stops in the middle is found by the other rules. */
  judge(): void {}

  deadline(): null {
    return null;
  }

  #isAllowed(name: string): boolean {
    if (this.#last === null) return this.#starts.has(name);
    return this.#next.get(this.#last)?.has(name) === true;
  }

  #end(tell: Tell): void {
    const clean = this.#clean;
    this.#last = null;
    this.#clean = true;
    if (clean) tell(null);
  }

  #nextOf(name: string): Set<string> {
    const known = this.#next.get(name) ?? new Set<string>();
    this.#next.set(name, known);
    return known;
  }
}
