/**
 * `holdfast sim`: a cluster in virtual time under a fault scenario. The report holds no time of
 * this machine, so that the same seed gives the same bytes; how fast it went is told on stderr.
 */
import { dirname, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { loadApp } from "../config/app-module.js";
import type { Problem } from "../config/problem.js";
import { checkAgainstApp, parseScenario } from "../config/scenario.js";
import type { App } from "../control/app.js";
import { makeMockSite } from "../sim/mock-site.js";
import type { SimReport } from "../sim/report.js";
import { type RunOptions, runScenario } from "../sim/run.js";
import type { Scenario } from "../sim/scenario.js";
import { Sweep } from "../sim/sweep.js";
import { builtinApps } from "./builtin-apps.js";
import { invalidConfig } from "./config-source.js";
import { BadVerdict } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { reportText, sweepText } from "./sim-text.js";
import { paintFor, tellProgress } from "./terminal.js";
import { readTextFile } from "./text-file.js";

interface Flags {
  readonly seed?: number;
  readonly runs?: number;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ holdfast sim examples/scenarios/one-sensor-sticks.yaml
  $ holdfast sim mixed.yaml --runs 1000           seeds 1 to 1000; lists the failing ones
  $ holdfast sim mixed.yaml --seed 712 --json     one of them again, as an object

Verdicts: passed; failed (a property was violated: exit code 1); invalid (a fault never took effect,
so the run proves nothing: exit code 1). The same seed gives the same report, byte for byte.`;

/** A scenario has some dozen lines; a file beyond this was named by mistake. */
const scenarioBytesMax = 1_048_576;

/** More runs than this are a matter of weeks. */
const runsMax = 10_000_000;

export function simCommand(io: CliIo): Command {
  return new Command("sim")
    .description("Runs a cluster in virtual time under a fault scenario, and gives a verdict.")
    .argument("<scenario>", "a scenario file (YAML, version 1)")
    .option(
      "--seed <n>",
      "the seed, instead of the scenario's",
      readCount(0, Number.MAX_SAFE_INTEGER),
    )
    .option("--runs <n>", "so many runs, each with the next seed", readCount(1, runsMax))
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", examples)
    .action((file: string, flags: Flags) => simulate(io, file, flags));
}

const readCount =
  (min: number, max: number) =>
  (word: string): number => {
    const count = /^[0-9]{1,16}$/.test(word) ? Number(word) : Number.NaN;
    if (Number.isSafeInteger(count) && count >= min && count <= max) return count;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };

async function simulate(io: CliIo, file: string, flags: Flags): Promise<void> {
  const { scenario, app } = await loadScenario(io, file);
  const seed = flags.seed ?? scenario.seed;
  const options = { scenario, app, scenarioName: file, makeSite: makeMockSite };
  const began = process.hrtime.bigint();
  const bad =
    flags.runs === undefined
      ? once(io, { ...options, seed }, flags)
      : sweep(io, { ...options, seed }, flags.runs, flags);
  tellSpeed(io, began, bad);
  if (bad.verdict !== "passed") throw new BadVerdict();
}

interface Done {
  readonly verdict: SimReport["verdict"];
  readonly steps: number;
  /** In microseconds. */
  readonly simulated: number;
}

function once(io: CliIo, options: RunOptions, flags: Flags): Done {
  const report = runScenario(options);
  if (flags.json) writeJson(io, "sim", report);
  else io.stdout.write(reportText(report, paintFor(io, io.stdout)));
  return { verdict: report.verdict, steps: report.counts.steps, simulated: report.simulated };
}

function sweep(io: CliIo, options: RunOptions, runs: number, flags: Flags): Done {
  const { scenario, seed: firstSeed } = options;
  const names = scenario.faults.map(({ name }) => name);
  const tally = new Sweep(scenario.name, firstSeed, names);
  for (let index = 0; index < runs; index += 1) {
    tally.add(runScenario({ ...options, seed: firstSeed + index }));
    tellProgress(io, index + 1, runs, `runs, ${tally.bad.length} bad`);
  }
  const result = tally.result();
  if (flags.json) writeJson(io, "sim", result);
  else io.stdout.write(sweepText(result, paintFor(io, io.stdout)));
  const simulated = runs * scenario.duration;
  return { verdict: result.verdict, steps: result.steps, simulated };
}

function tellSpeed(io: CliIo, began: bigint, { steps, simulated }: Done): void {
  const took = Number(process.hrtime.bigint() - began) / 1_000;
  const perSecond = Math.round((steps * 1_000_000) / took);
  const ratio = Math.round(simulated / took);
  io.stderr.write(`${perSecond} machine steps a second, ${ratio} times as fast as real time\n`);
}

interface Loaded {
  readonly scenario: Scenario;
  readonly app: App;
}

/** @throws CliFailure (invalid file) that lists all problems */
async function loadScenario(io: CliIo, file: string): Promise<Loaded> {
  const refuse = (problems: readonly Problem[]) => invalidConfig(file, problems);
  const path = resolve(io.cwd, file);
  const content = await readTextFile(path, scenarioBytesMax);
  if (!content.ok) {
    const message = `expected a file of YAML, at most 1MiB: ${content.why}`;
    throw refuse([{ origin: { kind: "whole-file", file }, path: [], message }]);
  }
  const parsed = parseScenario(file, content.text);
  if (!parsed.ok) throw refuse(parsed.problems);
  const { scenario, source } = parsed;
  const module = builtinApps.get(scenario.app) ?? resolve(dirname(path), scenario.app);
  const load = await loadApp(module);
  if (!load.ok) {
    const names = [...builtinApps.keys()].join(", ");
    const message = `${load.message} (built in: ${names})`;
    throw refuse([{ origin: source.locate(["app"], "value"), path: ["app"], message }]);
  }
  const misfits = checkAgainstApp(parsed, load.app);
  if (misfits.length > 0) throw refuse(misfits);
  return { scenario, app: load.app };
}
