/** From the expectations and invariants of a scenario file to values. */
import type { Duration } from "../kernel/time.js";
import type { EventPattern, Expectation, Invariant } from "../sim/scenario.js";
import type { Complain } from "./scenario-faults.js";
import type { ExpectationEntry, ScenarioFile } from "./scenario-schema.js";

export interface ExpectationFrame {
  readonly startup: Duration;
  readonly duration: Duration;
  /** The names of the faults. */
  readonly faults: ReadonlySet<string>;
}

export function expectationsOf(
  entries: readonly ExpectationEntry[],
  frame: ExpectationFrame,
  complain: Complain,
): readonly Expectation[] {
  return entries.flatMap((entry, index) => {
    const path = ["expect", index];
    if ((entry.event === undefined) === (entry.never === undefined)) {
      complain(path, "expected either `event` or `never`");
      return [];
    }
    const { never } = entry;
    if (never !== undefined) return neverOf(entry, never, frame, path, complain);
    const { event, after, within } = entry;
    if (event === undefined || after === undefined || within === undefined) {
      complain(path, "expected `event` with `after` (a fault) and `within` (a time)");
      return [];
    }
    if (!frame.faults.has(after)) {
      complain([...path, "after"], `expected the name of a fault, got "${after}"`);
    }
    if (entry.between !== undefined)
      complain([...path, "between"], "expected it only with `never`");
    const by = entry.by ?? "any";
    return [{ kind: "happens", pattern: patternOf(entry, event), after, within, by }];
  });
}

function neverOf(
  entry: ExpectationEntry,
  event: EventPattern["event"],
  frame: ExpectationFrame,
  path: readonly (string | number)[],
  complain: Complain,
): Expectation[] {
  for (const key of ["after", "within", "by"] as const) {
    if (entry[key] !== undefined) complain([...path, key], "expected it only with `event`");
  }
  for (const key of ["channel", "peer"] as const) {
    if (entry[key] === "target")
      complain([...path, key], "expected a name: there is no fault here");
  }
  const from = entry.between?.min ?? frame.startup;
  const until = entry.between?.max ?? frame.duration;
  return [{ kind: "never", pattern: patternOf(entry, event), from, until }];
}

const patternOf = (entry: ExpectationEntry, event: EventPattern["event"]): EventPattern => ({
  event,
  sensor: entry.sensor ?? null,
  channel: entry.channel ?? null,
  peer: entry.peer ?? null,
  reason: entry.reason ?? null,
  path: entry.path ?? null,
  direction: entry.direction ?? null,
});

/** In the order of the schema; of mappings, in the order of the file. */
export function invariantsOf(entry: ScenarioFile["invariants"]): readonly Invariant[] {
  const invariants: Invariant[] = [];
  if (entry?.["one-driver"]) invariants.push({ kind: "one-driver" });
  if (entry?.["no-false-exclusion"]) invariants.push({ kind: "no-false-exclusion" });
  if (entry?.["no-false-suspicion"]) invariants.push({ kind: "no-false-suspicion" });
  if (entry?.["no-false-reset"]) invariants.push({ kind: "no-false-reset" });
  for (const kind of ["voted-within", "votes-agree"] as const) {
    for (const [sensor, within] of Object.entries(entry?.[kind] ?? {})) {
      invariants.push({ kind, sensor, within });
    }
  }
  for (const [sensor, share] of Object.entries(entry?.availability ?? {})) {
    invariants.push({ kind: "availability", sensor, share });
  }
  for (const [output, share] of Object.entries(entry?.driven ?? {})) {
    invariants.push({ kind: "driven", output, share });
  }
  return invariants;
}
