/** Keeps what a report needs while a run lasts, and writes the report at its end. */
import { unreachable } from "../kernel/assert.js";
import type { Duration } from "../kernel/time.js";
import { Availability } from "./checkers/availability.js";
import type { Checker } from "./checkers/checker.js";
import { Driven } from "./checkers/driven.js";
import type { Cluster } from "./cluster.js";
import { describeExpectation } from "./describe.js";
import { ExpectationJudge } from "./expectations.js";
import { FalseAlarms } from "./false-alarms.js";
import type { FaultPlan } from "./fault-plan.js";
import { type FaultTimeline, FaultTimelines } from "./fault-timelines.js";
import { countsOf } from "./network.js";
import type { Observation } from "./observation.js";
import type {
  ReportedExpectation,
  ReportedFault,
  ReportedViolation,
  SimCounts,
  SimReport,
  SimVerdict,
} from "./report.js";
import type { FaultSpec, Scenario } from "./scenario.js";
import { type TrueTime, trueTime } from "./true-time.js";

export interface RunResult {
  readonly scenarioName: string;
  readonly seed: number;
  readonly checkers: readonly Checker[];
  readonly plan: FaultPlan;
}

export class Recorder {
  readonly #scenario: Scenario;
  readonly #cluster: Cluster;
  readonly #judges: readonly ExpectationJudge[];
  readonly #timelines: FaultTimelines;
  readonly #falseAlarms: FalseAlarms;
  readonly #availability = new Map<string, Availability>();
  readonly #driven = new Map<string, Driven>();
  readonly #told = { votes: 0, leases: 0, stateFaults: 0, stateRepairs: 0 };

  constructor(scenario: Scenario, cluster: Cluster) {
    this.#scenario = scenario;
    this.#cluster = cluster;
    this.#judges = scenario.expectations.map((expectation) => new ExpectationJudge(expectation));
    this.#timelines = new FaultTimelines(cluster.ledger, scenario.nodes);
    this.#falseAlarms = new FalseAlarms(cluster);
    const startup = trueTime(scenario.startup);
    const { cycle } = scenario.timing;
    for (const sensor of cluster.settings.channels.keys()) {
      this.#availability.set(sensor, new Availability({ sensor, share: 0, startup, cycle }));
    }
    for (const output of Object.keys(cluster.settings.app.outputs)) {
      this.#driven.set(output, new Driven(cluster, { output, share: 0, startup }));
    }
  }

  /** Those that want to look once a cycle. */
  get samplers(): readonly Checker[] {
    return [...this.#driven.values()];
  }

  observe(observation: Observation): void {
    this.#timelines.observe(observation);
    this.#falseAlarms.observe(observation);
    for (const judge of this.#judges) judge.observe(observation);
    for (const availability of this.#availability.values()) availability.observe(observation);
    if (observation.kind === "reported") this.#count(observation.event.kind);
  }

  report(result: RunResult): SimReport {
    const { seed, scenarioName, checkers, plan } = result;
    const end = this.#cluster.world.now;
    const violations = checkers.flatMap((checker) => violationOf(checker, end));
    const expectations = this.#judgeAll(end);
    const invalid = [...this.#idleFaults(plan), ...untested(expectations)];
    return {
      scenario: this.#scenario.name,
      seed,
      verdict: verdictOf(violations, expectations, invalid),
      replay: `holdfast sim ${scenarioName} --seed ${seed}`,
      invalid,
      violations,
      expectations,
      faults: this.#timelines.all.map(reportFault),
      falseAlarms: this.#falseAlarms.all,
      availability: shares(this.#availability, (sensor) => sensor.shareAt(end)),
      driven: shares(this.#driven, (output) => output.share),
      counts: this.#counts(plan),
      simulated: end as number as Duration,
    };
  }

  #count(kind: string): void {
    if (kind === "voted") this.#told.votes += 1;
    else if (kind === "lease-acquired") this.#told.leases += 1;
    else if (kind === "state-diverged") this.#told.stateFaults += 1;
    else if (kind === "state-repaired") this.#told.stateRepairs += 1;
  }

  #judgeAll(end: TrueTime): ReportedExpectation[] {
    const { ledger } = this.#cluster;
    return this.#judges.map((judge) => {
      const outcome = judge.judge(ledger, this.#scenario.nodes, end);
      const expectation = describeExpectation(judge.expectation);
      switch (outcome.kind) {
        case "met": {
          const longest = Math.max(-1, ...outcome.waits);
          const longestWait = longest < 0 ? null : (longest as Duration);
          return { expectation, outcome: "met", longestWait, message: null };
        }
        case "unmet":
        case "untested": {
          const { kind, message } = outcome;
          return { expectation, outcome: kind, longestWait: null, message };
        }
        default:
          return unreachable(outcome);
      }
    });
  }

  /**
   * A timed fault must do something. One that is repeated by chance may not come, or come at a
   * moment when there is nothing to touch; over many runs it must (see sweep.ts). But a run in
   * which no fault did anything proves nothing about faults.
   */
  #idleFaults(plan: FaultPlan): string[] {
    const { faults } = this.#scenario;
    const idle = faults.filter((spec) => !this.#tookEffect(spec));
    if (idle.length === faults.length && faults.length > 1) return ["no fault took effect"];
    return idle.flatMap((spec) => {
      const { fired } = plan.tally(spec);
      if (spec.schedule.kind === "repeated") return [];
      return [`the fault "${spec.name}" never ${fired === 0 ? "fired" : "took effect"}`];
    });
  }

  #tookEffect(spec: FaultSpec): boolean {
    const { records } = this.#cluster.ledger;
    return records.some((record) => record.spec === spec && record.effect.count > 0);
  }

  #counts(plan: FaultPlan): SimCounts {
    const { world } = this.#cluster;
    const sum = (field: keyof (typeof world.nodes)[number]["counts"]): number =>
      world.nodes.reduce((total, node) => total + node.counts[field], 0);
    const tallies = this.#scenario.faults.map((spec) => plan.tally(spec));
    return {
      ...countsOf(world.networks()),
      ...this.#told,
      steps: sum("steps"),
      faultsFired: tallies.reduce((total, { fired }) => total + fired, 0),
      faultsSkipped: tallies.reduce((total, { skipped }) => total + skipped, 0),
      framesMissed: sum("framesMissed"),
      framesOverflowed: sum("framesOverflowed"),
      watchdogResets: sum("watchdogResets"),
      boots: sum("boots"),
    };
  }
}

function verdictOf(
  violations: readonly ReportedViolation[],
  expectations: readonly ReportedExpectation[],
  invalid: readonly string[],
): SimVerdict {
  if (violations.length > 0) return "failed";
  if (expectations.some(({ outcome }) => outcome === "unmet")) return "failed";
  return invalid.length > 0 ? "invalid" : "passed";
}

function violationOf(checker: Checker, end: TrueTime): ReportedViolation[] {
  const result = checker.finish(end);
  if (result === null) return [];
  const { first, count } = result;
  return [{ checker: checker.name, at: first.at, message: first.message, count }];
}

const untested = (expectations: readonly ReportedExpectation[]): string[] =>
  expectations.flatMap(({ outcome, expectation, message }) =>
    outcome === "untested" ? [`expected ${expectation}: ${message}`] : [],
  );

function reportFault(timeline: FaultTimeline): ReportedFault {
  const { record, detectedAt, isolatedAt, takenOverAt, recoveredAt } = timeline;
  const { spec, firedAt, effect, endedAt } = record;
  return {
    name: spec.name,
    kind: spec.action.kind,
    targets: record.nodes.length > 0 ? record.nodes : record.channels,
    firedAt,
    effectAt: effect.firstAt,
    effects: effect.count,
    endedAt,
    detectedAt,
    isolatedAt,
    takenOverAt,
    recoveredAt,
  };
}

/** Shares rounded to a millionth, for people; the same on every machine. */
function shares<Meter>(
  meters: ReadonlyMap<string, Meter>,
  shareOf: (meter: Meter) => number,
): Readonly<Record<string, number>> {
  const entries = [...meters].map(([name, meter]) => [name, Number(shareOf(meter).toFixed(6))]);
  return Object.fromEntries(entries) as Record<string, number>;
}
