/**
 * Checks a `holdfast.yaml`. Everything that is wrong is found in one run: a person who edits on a
 * board over a slow line should not meet the problems one after the other.
 */
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { assert } from "../kernel/assert.js";
import type {
  AppGlance,
  ConfigCheck,
  ConfigRefusal,
  GlanceAtApp,
  LoadOptions,
} from "./assemble.js";
import { checkWiring } from "./board-wiring.js";
import { settleDetection } from "./detection.js";
import { effectiveValues } from "./effective.js";
import { settleFiles } from "./files.js";
import { Layers, layOver } from "./layers.js";
import { checkOutputs, isAtVoter } from "./outputs.js";
import { type Problem, sortProblems } from "./problem.js";
import { settleProtection } from "./protection.js";
import { problemsOf } from "./refuse.js";
import { checkNodes, nodeIdsIn, warnOfCount } from "./replicas.js";
import { settleRestarts } from "./restarts.js";
import { fileSchema } from "./schema.js";
import { readKey } from "./secret.js";
import { channelsIn, checkSensors } from "./sensors.js";
import { checkSerial } from "./serial.js";
import { settleState } from "./state.js";
import { settleTiming } from "./timing.js";
import { settleWatchdog } from "./watchdog.js";
import { rootOf } from "./yaml-root.js";
import { YamlSource } from "./yaml-source.js";

/** A config has a few dozen lines; a file beyond this was named by mistake. */
export const configBytesMax = 1_048_576;

/** @param path of the config, and the name by which problems call it */
export async function checkConfig(
  path: string,
  options: LoadOptions,
  glance: GlanceAtApp,
): Promise<ConfigCheck> {
  const cwd = options.cwd ?? process.cwd();
  const text = await readConfig(resolve(cwd, path));
  if (!text.ok) return refuse([wholeFile(path, text.message)], []);

  const source = new YamlSource(path, text.text);
  const root = rootOf(source);
  if (!root.ok) return refuse(root.problems, []);
  const layers = new Layers(source, root.tree);
  const laid = layOver(layers, options.env, options.overrides ?? []);
  const earlier = { problems: [...source.problems, ...laid.problems], warnings: laid.warnings };
  return settle(layers, cwd, earlier, glance);
}

interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Runs every check, also after one has failed, and accepts when none did. */
async function settle(
  layers: Layers,
  cwd: string,
  earlier: Findings,
  glance: GlanceAtApp,
): Promise<ConfigCheck> {
  const secret = await readKey(layers, cwd);
  const shape = fileSchema.safeParse(layers.tree);
  const misshapen = shape.success ? [] : problemsOf(layers, shape.error);
  const { app, problems: appProblems } = await readApp(layers, cwd, glance);
  const named = app === null ? { problems: [], warnings: [] } : checkNames(layers, app);
  const files = await settleFiles(layers, cwd);

  const times = settleTiming(layers);
  const watchdog = settleWatchdog(layers);
  const serial = checkSerial(layers);

  const problems = [
    ...[...earlier.problems, ...misshapen, ...secret.problems, ...appProblems],
    ...[...checkNodes(layers), ...times, ...settleDetection(layers), ...watchdog.problems],
    ...[...settleRestarts(layers), ...settleState(layers), ...serial.problems],
    ...[...named.problems, ...files.problems],
  ];
  const warnings = [
    ...[...earlier.warnings, ...secret.warnings, ...watchdog.warnings],
    ...[...warnOfCount(layers), ...serial.warnings, ...named.warnings],
  ];
  if (problems.length > 0) return refuse(problems, warnings);

  assert(app !== null && secret.key !== null, "no app or no key, and no problem says so");
  return {
    ok: true,
    content: fileSchema.parse(layers.tree),
    key: secret.key,
    paths: files.paths,
    warnings: sortProblems(warnings),
    values: effectiveValues(layers),
  };
}

type App = Extract<AppGlance, { readonly ok: true }>;

/** What names the app's sensors and outputs, or counts them. */
function checkNames(layers: Layers, { sensors, outputs: spans, letGo }: App): Findings {
  const outputs = [...spans.keys()];
  const nodes = nodeIdsIn(layers);
  const { problems, warnings } = checkSensors(layers, sensors, nodes);
  const wired = outputs.filter((name) => !isAtVoter(layers, name));
  const needs = {
    inputs: channelsIn(layers, sensors),
    outputs: nodes.flatMap((node) => wired.map((name) => ({ node, name }))),
    nodes,
    letGo,
  };
  // Without settled channels nobody knows what is to be wired.
  const wiring = problems.length > 0 ? [] : checkWiring(layers, needs);
  return {
    problems: [
      ...problems,
      ...checkOutputs(layers, spans, nodes),
      ...settleProtection(layers, sensors, outputs, nodes),
      ...wiring,
    ],
    warnings,
  };
}

/** Null for an app that could not be loaded. */
async function readApp(
  layers: Layers,
  cwd: string,
  glance: GlanceAtApp,
): Promise<{ readonly app: App | null; readonly problems: readonly Problem[] }> {
  const file = layers.fileAt(["app"], cwd);
  if (file === null) return { app: null, problems: [] };
  const app = await glance(file);
  if (app.ok) return { app, problems: [] };
  return { app: null, problems: [layers.problem(["app"], app.message)] };
}

type TextReading =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** Reads no more than the maximum, so that a device or an image named by mistake does no harm. */
async function readConfig(file: string): Promise<TextReading> {
  try {
    const handle = await open(file);
    try {
      const buffer = Buffer.alloc(configBytesMax + 1);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      if (bytesRead > configBytesMax)
        return { ok: false, message: "expected at most 1MiB of YAML" };
      return decode(buffer.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    return { ok: false, message: `expected a file that can be read (${reason})` };
  }
}

function decode(bytes: Uint8Array): TextReading {
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, message: "expected text in UTF-8" };
  }
}

const wholeFile = (file: string, message: string): Problem => ({
  origin: { kind: "whole-file", file },
  path: [],
  message,
});

const refuse = (problems: readonly Problem[], warnings: readonly Problem[]): ConfigRefusal => ({
  ok: false,
  problems: sortProblems(problems),
  warnings: sortProblems(warnings),
});
