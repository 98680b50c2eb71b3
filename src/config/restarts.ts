/** The section `restarts`: its defaults, what contradicts itself, and its settings. */
import { type Duration, micros } from "../kernel/time.js";
import type { RestartSettings } from "../watchdog/restart/restart-policy.js";
import type { Layers } from "./layers.js";
import type { Problem } from "./problem.js";
import { formatDuration, parseDuration } from "./quantity.js";
import type { FileContent } from "./schema.js";

const defaults: Readonly<Record<string, number | string>> = {
  watchdogMax: 3,
  panicMax: 3,
  crashMax: 3,
  killedMax: 5,
  backOff: "1s",
  backOffMax: "30s",
  healthyAfter: "5m",
};

/** Outputs that the replica alone could drive are safe, and not controlled, for so long. */
const backOffMost = micros(3_600_000_000);

/** Fills in what nobody set, and gives the contradictions among what can be read. */
export function settleRestarts(layers: Layers): readonly Problem[] {
  for (const [key, value] of Object.entries(defaults)) {
    if (layers.get(["restarts", key]) !== undefined) continue;
    layers.set(["restarts", key], value, { kind: "default", rule: "" });
  }
  const [first, most, healthy] = ["backOff", "backOffMax", "healthyAfter"].map((key) =>
    timeAt(layers, key),
  );
  const problems: Problem[] = [];
  const refuse = (key: string, expected: string) =>
    problems.push(layers.problem(["restarts", key], `expected ${expected}`));
  if (first === 0) refuse("backOff", "more than 0");
  if (healthy === 0) refuse("healthyAfter", "more than 0: every start would be forgiven");
  if (most === undefined) return problems;
  if (most > backOffMost) refuse("backOffMax", "at most 1h: meanwhile nothing is controlled");
  if (first !== undefined && most < first) {
    refuse("backOffMax", `at least the backOff, which is ${formatDuration(first)}`);
  }
  return problems;
}

/** What is unreadable was refused by the schema. */
function timeAt(layers: Layers, key: string): Duration | undefined {
  const parsed = parseDuration(layers.get(["restarts", key]));
  return parsed.ok ? parsed.value : undefined;
}

type Section = NonNullable<FileContent["restarts"]>;

/** @param section complete: `settleRestarts` went over it */
export function restartsOf(section: Section): RestartSettings {
  const { watchdogMax = 1, panicMax = 1, crashMax = 1, killedMax = 1 } = section;
  return {
    limits: { watchdog: watchdogMax, panic: panicMax, crash: crashMax, killed: killedMax },
    backOffFirst: section.backOff ?? micros(0),
    backOffMax: section.backOffMax ?? micros(0),
    healthyAfter: section.healthyAfter ?? micros(0),
  };
}
