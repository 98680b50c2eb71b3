/**
 * From the text of a scenario file (YAML, version 1) to a scenario, or to everything that is wrong
 * with it, each with its line.
 */
import type { App } from "../control/app.js";
import { protectionProblems } from "../control/protection/protection.js";
import { assert } from "../kernel/assert.js";
import { type NodeId, nodeId } from "../kernel/ids.js";
import { micros, millis, seconds } from "../kernel/time.js";
import { detectionOf } from "../node/detection-settings.js";
import { firstPath } from "../node/path-settings.js";
import type { Timing } from "../node/settings.js";
import type { FaultSpec, Scenario } from "../sim/scenario.js";
import { Layers } from "./layers.js";
import { type KeyPath, type Problem, show, sortProblems } from "./problem.js";
import { parseDuration } from "./quantity.js";
import { expectationsOf, invariantsOf } from "./scenario-expectations.js";
import { faultsOf, type LinkEntryModel, linkModelOf } from "./scenario-faults.js";
import { refuseShape } from "./scenario-refuse.js";
import { type ScenarioFile, scenarioSchema } from "./scenario-schema.js";
import { scenarioStateOf } from "./scenario-state.js";
import { choiceOf, protectionOf, votingOf } from "./settings.js";
import { settleTiming } from "./timing.js";
import { rootOf } from "./yaml-root.js";
import { YamlSource } from "./yaml-source.js";

export type ScenarioParse =
  | { readonly ok: true; readonly scenario: Scenario; readonly source: YamlSource }
  /** Sorted by line. At least one problem. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** @param file the name by which problems call it */
export function parseScenario(file: string, text: string): ScenarioParse {
  const source = new YamlSource(file, text);
  const root = rootOf(source);
  if (!root.ok) return root;
  const { tree } = root;
  const layers = new Layers(source, tree);
  const shape = scenarioSchema.safeParse(tree);
  const misshapen = shape.success ? [] : refuseShape(layers, shape.error);
  const problems = [...source.problems, ...misshapen, ...settleTiming(layers)];
  if (!shape.success) return { ok: false, problems: sortProblems(problems) };
  const complain = (path: KeyPath, message: string): void => {
    problems.push(layers.problem(path, message));
  };
  complainOfTimingKeys(shape.data, complain);
  const scenario = problems.length === 0 ? scenarioOf(shape.data, layers, complain) : null;
  if (scenario === null || problems.length > 0)
    return { ok: false, problems: sortProblems(problems) };
  return { ok: true, scenario, source };
}

const timingKeys: { readonly [Key in keyof Timing]: true } = {
  cycle: true,
  cutoff: true,
  heartbeat: true,
  suspectAfter: true,
  lease: true,
  clockDriftMaxPpm: true,
  skewMax: true,
  sampleAgeMax: true,
  latenessMax: true,
  watchdog: true,
};

export type Complain = (path: KeyPath, message: string) => void;

function complainOfTimingKeys(file: ScenarioFile, complain: Complain): void {
  for (const [key, value] of Object.entries(file.timing ?? {})) {
    const path = ["timing", key];
    if (!Object.hasOwn(timingKeys, key)) {
      complain(path, `expected one of ${Object.keys(timingKeys).join(", ")}`);
    } else if (key === "clockDriftMaxPpm") {
      if (!Number.isSafeInteger(value)) complain(path, "expected a whole number of ppm");
    } else {
      const parsed = parseDuration(value);
      if (!parsed.ok) complain(path, `expected ${parsed.expected}, got ${show(value)}`);
    }
  }
}

function scenarioOf(file: ScenarioFile, layers: Layers, complain: Complain): Scenario {
  const { duration } = file;
  const nodes = nodesOf(file, complain);
  const startup = file.startup ?? seconds(2);
  const end = file.liveness?.at ?? duration;
  if (end >= duration && file.liveness !== undefined) {
    complain(["liveness", "at"], "expected a time before the end of the run");
  }
  const faults = faultsOf(file.faults ?? [], { startup, end }, complain);
  const names = new Set(faults.map(({ name }) => name));
  const frame = { startup, duration, faults: names };
  const expectations = expectationsOf(file.expect ?? [], frame, complain);
  const liveness = livenessOf(file);
  complainOfStrangers(nodes, faults, liveness?.core ?? [], complain);
  const furtherPaths = Object.entries(file.paths ?? {}).map(([path, entry]) => ({
    name: path,
    model: linkModelFrom(entry),
  }));
  complainOfPaths([firstPath, ...furtherPaths.map((path) => path.name)], faults, complain);
  const timing = timingOf(layers);
  return {
    name: file.name,
    nodes,
    timing,
    detection: detectionOf(choiceOf(file.detection ?? {}), nodes.length, timing),
    app: file.app,
    voting: votingOf(file.voting ?? {}),
    rereadsMax: file.rereads ?? 0,
    protection: protectionOf(file.protection ?? {}),
    state: scenarioStateOf(file, nodes, complain),
    clockDriftPpm: file.clocks?.driftPpm ?? 50,
    host: hostOf(file),
    network: linkModelFrom(file.network ?? {}),
    furtherPaths,
    seed: file.seed ?? 1,
    duration,
    startup,
    hypothesis: {
      faultyNodesMax: file.hypothesis?.faultyNodesMax ?? Math.floor((nodes.length - 1) / 2),
      settle: file.hypothesis?.settle ?? seconds(2),
    },
    faults,
    expectations,
    invariants: invariantsOf(file.invariants),
    liveness,
  };
}

function nodesOf(file: ScenarioFile, complain: Complain): readonly NodeId[] {
  const given = file.nodes ?? 3;
  if (typeof given === "number") {
    const digits = String(given).length;
    const numbers = Array.from({ length: given }, (_, index) => String(index + 1));
    return numbers.map((number) => nodeId(`n${number.padStart(digits, "0")}`));
  }
  const sorted = [...given].sort();
  if (new Set(sorted).size < sorted.length) complain(["nodes"], "expected each name once");
  return sorted;
}

function livenessOf(file: ScenarioFile): Scenario["liveness"] {
  if (file.liveness === undefined) return null;
  const { at, core, within } = file.liveness;
  return { at, within, core: core === undefined || core === "majority" ? null : core };
}

const hostOf = (file: ScenarioFile): Scenario["host"] => ({
  wakeLatency: file.hosts?.wakeLatency ?? { kind: "uniform", min: micros(0), max: micros(200) },
  resetTime: file.hosts?.resetTime ?? millis(500),
});

function linkModelFrom(entry: LinkEntryModel): Scenario["network"] {
  const model = linkModelOf(entry);
  const delay = model.delay ?? { kind: "uniform", min: micros(100), max: micros(400) };
  return { ...model, delay };
}

/** What `settleTiming` has filled in and judged. */
function timingOf(layers: Layers): Timing {
  const entries = Object.keys(timingKeys).map((key) => {
    const value = layers.get(["timing", key]);
    if (key === "clockDriftMaxPpm") return [key, value];
    const parsed = parseDuration(value);
    assert(parsed.ok, `timing.${key} was settled, and cannot be read`);
    return [key, parsed.value];
  });
  return Object.fromEntries(entries) as unknown as Timing;
}

function complainOfStrangers(
  nodes: readonly NodeId[],
  faults: readonly FaultSpec[],
  core: readonly NodeId[],
  complain: Complain,
): void {
  for (const [index, { action }] of faults.entries()) {
    for (const [key, name] of namesIn(action)) {
      if (nodes.includes(name)) continue;
      complain(["faults", index, key], `expected one of ${nodes.join(", ")}, got "${name}"`);
    }
  }
  if (core.every((name) => nodes.includes(name))) return;
  complain(["liveness", "core"], `expected some of ${nodes.join(", ")}`);
}

function complainOfPaths(
  paths: readonly string[],
  faults: readonly FaultSpec[],
  complain: Complain,
): void {
  for (const path of paths.slice(1)) {
    if (/^[a-z][a-z0-9]{0,15}$/.test(path) && path !== firstPath) continue;
    complain(["paths", path], `expected lower-case letters and digits, and not ${firstPath}`);
  }
  for (const [index, { action }] of faults.entries()) {
    if (!("path" in action) || action.path === null || paths.includes(action.path)) continue;
    const message = `expected one of ${paths.join(", ")}, got "${action.path}"`;
    complain(["faults", index, "path"], message);
  }
}

function namesIn(action: FaultSpec["action"]): (readonly [string, NodeId])[] {
  if ("node" in action) return action.node.kind === "node" ? [["node", action.node.node]] : [];
  return (["from", "to"] as const).flatMap((key) => {
    const group = action[key];
    if (group.kind === "list") return group.nodes.map((name) => [key, name] as const);
    if (group.kind === "one" && group.target.kind === "node") {
      return [[key, group.target.node] as const];
    }
    return [];
  });
}

/** What of a scenario does not fit its app: what the app lacks, or has too much of. */
export function checkAgainstApp(
  { scenario, source }: Extract<ScenarioParse, { ok: true }>,
  app: App,
): readonly Problem[] {
  const problems: Problem[] = [];
  const check = (path: KeyPath, name: string, known: object): void => {
    if (Object.hasOwn(known, name)) return;
    const message = `expected one of ${Object.keys(known).join(", ")} of the app, got "${name}"`;
    problems.push({ origin: source.locate(path, "key"), path, message });
  };
  for (const [index, { action }] of scenario.faults.entries()) {
    if ("sensor" in action) check(["faults", index, "sensor"], action.sensor, app.sensors);
    if ("other" in action) check(["faults", index, "with"], action.other, app.sensors);
    if ("output" in action) check(["faults", index, "output"], action.output, app.outputs);
  }
  for (const [index, { pattern }] of scenario.expectations.entries()) {
    if (pattern.sensor !== null) check(["expect", index, "sensor"], pattern.sensor, app.sensors);
  }
  for (const sensor of scenario.voting.keys()) check(["voting", sensor], sensor, app.sensors);
  for (const invariant of scenario.invariants) {
    const path = ["invariants", invariant.kind];
    if ("sensor" in invariant) check([...path, invariant.sensor], invariant.sensor, app.sensors);
    if ("output" in invariant) check([...path, invariant.output], invariant.output, app.outputs);
  }
  const channelCounts = scenario.nodes.map(() => Object.keys(app.sensors).length);
  const commandCount = scenario.nodes.length * Object.keys(app.outputs).length;
  const size = { channelCounts, commandCount };
  for (const { key, expected } of protectionProblems(scenario.protection, size)) {
    const path = ["protection", key];
    problems.push({ origin: source.locate(path, "value"), path, message: `expected ${expected}` });
  }
  return sortProblems(problems);
}
