/**
 * One supervised entity: what its watches find, and its local status (AUTOSAR, Specification of
 * Watchdog Manager, local supervision status). A broken rule makes it `failed` while the rule's
 * tolerance bears it, and `expired` beyond; it is `ok` again when all rules are clear.
 *
 * Two departures. `starting`: an entity that has not begun is waited for, until the grace ends. And
 * an expired entity may be restored, by as many right verdicts as the tolerance has room, and a
 * bounded number of times.
 *
 * Invariant: the count of a rule is kept while another mode holds, and an expired entity takes its
 * debt along into every mode: no change of mode clears what was wrong.
 */
import { assert } from "../../kernel/assert.js";
import { after, type Duration, due, earlier, type Instant } from "../../kernel/time.js";
import { AliveWatch } from "./alive-watch.js";
import { DeadlineWatch } from "./deadline-watch.js";
import { LogicalWatch } from "./logical-watch.js";
import { type RestorationLimit, Restorations } from "./restorations.js";
import { checkRule, type FlowRule, type Rule, type RuleFault, type RuleWatch } from "./rules.js";
import { Tally } from "./tally.js";

export interface EntitySettings {
  readonly entity: string;
  /** What shows that it has begun: its first checkpoint, or its word that it is initialised. */
  readonly begins: "at-first-checkpoint" | "at-init-complete";
  /** How long it may take until it has begun, from the start or from its first activation. */
  readonly grace: Duration;
  /**
   * By mode, what it must keep to; a mode that is left out, or without rules, deactivates it. A
   * rule that two modes share is one object: its count goes on from one mode to the other.
   */
  readonly modes: Readonly<Record<string, readonly Rule[]>>;
}

export type LocalStatus = "deactivated" | "starting" | "ok" | "failed" | "expired";

/** What is shown of one entity. */
export interface EntityStanding {
  readonly entity: string;
  readonly status: LocalStatus;
  /** The rule that it broke last; null while it broke none, and once it is ok again. */
  readonly fault: RuleFault | null;
  readonly lastCheckpoint: Instant | null;
}

interface Watched {
  readonly watch: RuleWatch;
  readonly tally: Tally;
}

export interface EntityOptions {
  readonly settings: EntitySettings;
  /** The rules across entities in which it has a part. */
  readonly flows: readonly FlowRule[];
  readonly restorations: RestorationLimit;
  readonly now: Instant;
  readonly mode: string;
}

export class Entity {
  readonly settings: EntitySettings;
  readonly #flows: readonly FlowRule[];
  readonly #restorations: Restorations;
  #status: LocalStatus = "deactivated";
  #rules: readonly Rule[] = [];
  #watched = new Map<Rule, Watched>();
  #flowTallies = new Map<FlowRule, Tally>();
  /** Of all rules that were ever in force: who is in and out of a mode begins none of them anew. */
  readonly #counts = new Map<Rule | FlowRule, Tally>();
  #begun = false;
  /** When it must have begun; null where nobody waits for it. */
  #graceEnds: Instant | null = null;
  /** That of the rule that was broken last. */
  #blamed: Tally | null = null;
  #lastCheckpoint: Instant | null = null;

  constructor({ settings, flows, restorations, now, mode }: EntityOptions) {
    for (const rules of Object.values(settings.modes)) {
      for (const rule of rules) checkRule(settings.entity, rule);
    }
    assert(settings.grace > 0, `${settings.entity}: nobody begins in no time`);
    this.settings = settings;
    this.#flows = flows;
    this.#restorations = new Restorations(restorations);
    this.enterMode(now, mode);
  }

  get status(): LocalStatus {
    return this.#status;
  }

  /** It is to be supervised, and has not begun. */
  get awaited(): boolean {
    return this.#isActive && !this.#begun;
  }

  standing(): EntityStanding {
    const { entity } = this.settings;
    const [status, lastCheckpoint] = [this.#status, this.#lastCheckpoint];
    return { entity, status, fault: this.#fault(), lastCheckpoint };
  }

  /** When there is something to judge. */
  deadline(): Instant | null {
    if (!this.#begun) return this.#graceEnds;
    let first: Instant | null = null;
    for (const { watch } of this.#watched.values()) first = earlier(first, watch.deadline());
    return first;
  }

  enterMode(now: Instant, mode: string): void {
    this.#rules = this.settings.modes[mode] ?? [];
    const flows = this.#flows.filter(({ modes }) => modes.includes(mode));
    const kept = this.#flowTallies;
    this.#flowTallies = new Map(flows.map((rule) => [rule, kept.get(rule) ?? this.#tally(rule)]));
    if (this.#begun) this.#watchRules(now, true);
    if (this.#isExpired) return;
    if (this.#begun) this.#settle(now);
    else this.#await(now);
  }

  /** It says that it is initialised; once is enough. To be called after `judge`. */
  initComplete(now: Instant): void {
    if (this.#isActive) this.#begin(now);
  }

  /** To be called after `judge`. */
  checkpoint(now: Instant, name: string): void {
    this.#lastCheckpoint = now;
    if (!this.#isActive) return;
    if (this.settings.begins === "at-first-checkpoint") this.#begin(now);
    if (!this.#begun) return;
    for (const { watch, tally } of this.#watched.values()) {
      watch.checkpoint(now, name, (found) => this.#take(now, tally, found));
    }
  }

  /** A verdict of a rule across entities. */
  judgeFlow(now: Instant, flow: FlowRule, found: RuleFault | null): void {
    const tally = this.#flowTallies.get(flow);
    if (tally !== undefined && this.#begun) this.#take(now, tally, found);
  }

  /** Judges the grace, and the cycles and times that are over at `now`. */
  judge(now: Instant): void {
    if (!this.#begun) {
      if (due(this.#graceEnds, now)) this.#failWithoutStart();
      return;
    }
    for (const { watch, tally } of this.#watched.values()) {
      watch.judge(now, (found) => this.#take(now, tally, found));
    }
  }

  get #isActive(): boolean {
    return this.#rules.length > 0 || this.#flowTallies.size > 0;
  }

  get #isExpired(): boolean {
    return this.#status === "expired";
  }

  #await(now: Instant): void {
    this.#status = this.#isActive ? "starting" : "deactivated";
    if (!this.#isActive) this.#graceEnds = null;
    else this.#graceEnds ??= after(now, this.settings.grace);
  }

  #begin(now: Instant): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#graceEnds = null;
    this.#watchRules(now, false);
    if (!this.#isExpired) this.#status = "ok";
  }

  #failWithoutStart(): void {
    this.#status = "expired";
    this.#graceEnds = null;
    for (const tally of this.#flowTallies.values()) tally.fill();
  }

  /** One that is expired must be seen to keep every rule that comes into force. */
  #watchRules(now: Instant, joining: boolean): void {
    const before = this.#watched;
    this.#watched = new Map();
    for (const rule of this.#rules) {
      const fresh = () => ({ watch: watchOf(rule, now, joining), tally: this.#tally(rule) });
      this.#watched.set(rule, before.get(rule) ?? fresh());
    }
  }

  /** Of a rule that comes into force: with the count that it had when it was last. */
  #tally(rule: Rule | FlowRule): Tally {
    const tally = this.#counts.get(rule) ?? new Tally(rule.tolerance);
    this.#counts.set(rule, tally);
    // Not more: what it owed under the rule of before is kept with that rule.
    if (this.#isExpired) tally.owe();
    return tally;
  }

  #take(now: Instant, tally: Tally, found: RuleFault | null): void {
    if (found === null) {
      tally.right();
    } else {
      tally.wrong(found);
      this.#blamed = tally;
    }
    this.#settle(now);
  }

  #settle(now: Instant): void {
    const well = this.#isActive ? "ok" : "deactivated";
    const tallies = [...this.#tallies()];
    const clear = tallies.every((tally) => tally.clear);
    if (this.#isExpired) {
      if (!clear || tallies.length === 0 || !this.#restorations.take(now)) return;
      this.#status = well;
    } else if (tallies.some((tally) => tally.exceeded)) {
      this.#status = "expired";
    } else {
      this.#status = clear ? well : "failed";
    }
    assert(clear || this.#fault() !== null, `${this.settings.entity} is not well for no reason`);
  }

  /** Who is expired in a mode without the broken rule is so by the rule of before. */
  #fault(): RuleFault | null {
    if (this.#status !== "failed" && !this.#isExpired) return null;
    const unclear = [...this.#tallies()].filter((tally) => !tally.clear);
    const blamed = unclear.find((tally) => tally === this.#blamed) ?? unclear[0] ?? this.#blamed;
    const { grace } = this.settings;
    return blamed?.fault ?? this.#blamed?.fault ?? { rule: "start", grace };
  }

  *#tallies(): Iterable<Tally> {
    for (const { tally } of this.#watched.values()) yield tally;
    yield* this.#flowTallies.values();
  }
}

function watchOf(rule: Rule, now: Instant, joining: boolean): RuleWatch {
  if (rule.kind === "alive") return new AliveWatch(rule, now);
  if (rule.kind === "deadline") return new DeadlineWatch(rule);
  return new LogicalWatch(rule, joining);
}
