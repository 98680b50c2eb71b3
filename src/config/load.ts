/**
 * From a `holdfast.yaml` to checked settings. Everything that is wrong is found in one run: a person
 * who edits on a board over a slow line should not meet the problems one after the other.
 */
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import type { App } from "../control/app.js";
import { assert } from "../kernel/assert.js";
import { loadApp } from "./app-module.js";
import { type EffectiveValue, effectiveValues } from "./effective.js";
import type { Environment } from "./environment.js";
import { settleFiles } from "./files.js";
import { Layers, layOver, type Override } from "./layers.js";
import { type Problem, show, sortProblems } from "./problem.js";
import { problemsOf } from "./refuse.js";
import { checkNodes, nodeIdsIn, warnOfCount } from "./replicas.js";
import { fileSchema } from "./schema.js";
import { readKey } from "./secret.js";
import { checkSensors } from "./sensors.js";
import { type RunSettings, settingsOf } from "./settings.js";
import { settleTiming } from "./timing.js";
import { YamlSource } from "./yaml-source.js";

/** A config has a few dozen lines; a file beyond this was named by mistake. */
export const configBytesMax = 1_048_576;

export interface LoadOptions {
  readonly env: Environment;
  readonly overrides?: readonly Override[];
  /** Where relative paths of the environment and of flags begin; by default the process's. */
  readonly cwd?: string;
}

export type ConfigLoad =
  | {
      readonly ok: true;
      readonly settings: RunSettings;
      readonly warnings: readonly Problem[];
      /** Every value in force, defaults included, with where it came from. */
      readonly values: readonly EffectiveValue[];
    }
  /** Sorted by line. At least one problem. */
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      readonly warnings: readonly Problem[];
    };

/** @param path of the config, and the name by which problems call it */
export async function loadConfig(path: string, options: LoadOptions): Promise<ConfigLoad> {
  const cwd = options.cwd ?? process.cwd();
  const text = await readConfig(resolve(cwd, path));
  if (!text.ok) return refuse([wholeFile(path, text.message)], []);

  const source = new YamlSource(path, text.text);
  const { tree } = source;
  if (!isMapping(tree)) {
    const message = `expected a mapping of keys to values, got ${show(tree)}`;
    const origin = source.locate([], "value");
    return refuse(
      source.problems.length > 0 ? source.problems : [{ origin, path: [], message }],
      [],
    );
  }
  const layers = new Layers(source, tree);
  const laid = layOver(layers, options.env, options.overrides ?? []);
  return settle(layers, cwd, [...source.problems, ...laid.problems], laid.warnings);
}

/** Runs every check, also after one has failed, and makes the settings when none did. */
async function settle(
  layers: Layers,
  cwd: string,
  earlier: readonly Problem[],
  laid: readonly Problem[],
): Promise<ConfigLoad> {
  const secret = await readKey(layers, cwd);
  const shape = fileSchema.safeParse(layers.tree);
  const misshapen = shape.success ? [] : problemsOf(layers, shape.error);
  const { app, problems: appProblems } = await readApp(layers, cwd);
  const sensors =
    app === null ? { problems: [], warnings: [] } : checkSensors(layers, app, nodeIdsIn(layers));
  const files = await settleFiles(layers, cwd);

  const problems = [
    ...[...earlier, ...misshapen, ...secret.problems, ...appProblems],
    ...[...checkNodes(layers), ...settleTiming(layers), ...sensors.problems, ...files.problems],
  ];
  const warnings = [...laid, ...secret.warnings, ...warnOfCount(layers), ...sensors.warnings];
  if (problems.length > 0) return refuse(problems, warnings);

  assert(app !== null && secret.key !== null, "an app or key is missing, and no problem says so");
  const around = { app, key: secret.key, ...files.paths };
  const settings = settingsOf(fileSchema.parse(layers.tree), around);
  return { ok: true, settings, warnings: sortProblems(warnings), values: effectiveValues(layers) };
}

async function readApp(
  layers: Layers,
  cwd: string,
): Promise<{ readonly app: App | null; readonly problems: readonly Problem[] }> {
  const file = layers.fileAt(["app"], cwd);
  if (file === null) return { app: null, problems: [] };
  const load = await loadApp(file);
  if (load.ok) return { app: load.app, problems: [] };
  return { app: null, problems: [layers.problem(["app"], load.message)] };
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

const isMapping = (tree: unknown): tree is object =>
  typeof tree === "object" && tree !== null && !Array.isArray(tree);

const wholeFile = (file: string, message: string): Problem => ({
  origin: { kind: "whole-file", file },
  path: [],
  message,
});

const refuse = (problems: readonly Problem[], warnings: readonly Problem[]): ConfigLoad => ({
  ok: false,
  problems: sortProblems(problems),
  warnings: sortProblems(warnings),
});
