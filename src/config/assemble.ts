/**
 * The last step to the settings of a run: what was checked is plain data, the app is not, for it
 * has functions. So a config may be checked in another thread, and is put together with the app
 * here.
 *
 * Invariant: nothing that is imported from here loads the parsers of schema and YAML.
 */
import type { App } from "../control/app.js";
import { assert } from "../kernel/assert.js";
import { loadApp } from "./app-module.js";
import type { EffectiveValue } from "./effective.js";
import type { Environment } from "./environment.js";
import type { Override } from "./layers.js";
import type { Problem } from "./problem.js";
import type { FileContent } from "./schema.js";
import { type ConfigPaths, type RunSettings, settingsOf } from "./settings.js";

export interface LoadOptions {
  readonly env: Environment;
  readonly overrides?: readonly Override[];
  /** Where relative paths of the environment and of flags begin; by default the process's. */
  readonly cwd?: string;
}

/** Sorted by line. At least one problem. */
export interface ConfigRefusal {
  readonly ok: false;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export type ConfigLoad =
  | {
      readonly ok: true;
      readonly settings: RunSettings;
      readonly warnings: readonly Problem[];
      /** Every value in force, defaults included, with where it came from. */
      readonly values: readonly EffectiveValue[];
    }
  | ConfigRefusal;

/** A config in which nothing is wrong. Plain data: it passes from thread to thread. */
export interface CheckedConfig {
  readonly ok: true;
  /** Complete: every key that has a default is there. */
  readonly content: FileContent;
  /** 16 to 64 bytes; never to be logged. */
  readonly key: Uint8Array;
  readonly paths: ConfigPaths;
  readonly warnings: readonly Problem[];
  readonly values: readonly EffectiveValue[];
}

export type ConfigCheck = CheckedConfig | ConfigRefusal;

/** What the checks must know of the app; `message` says why there is none. */
export type AppGlance =
  | {
      readonly ok: true;
      readonly sensors: readonly string[];
      /** How far the range of each reaches, in its unit. */
      readonly outputs: ReadonlyMap<string, number>;
      /** Outputs of which it is safe to let go. */
      readonly letGo: readonly string[];
    }
  | { readonly ok: false; readonly message: string };

/** @param file of the app's module, an absolute path */
export type GlanceAtApp = (file: string) => Promise<AppGlance>;

/** @param check is asked once; it calls `glance` at most once, and before it accepts */
export async function assemble(
  check: (glance: GlanceAtApp) => Promise<ConfigCheck>,
): Promise<ConfigLoad> {
  let app: App | null = null;
  const checked = await check(async (file) => {
    const load = await loadApp(file);
    if (!load.ok) return load;
    app = load.app;
    const { sensors, outputs } = load.app;
    const spans = Object.entries(outputs).map(([name, { min, max }]) => [name, max - min] as const);
    const letGo = Object.keys(outputs).filter((name) => outputs[name]?.safe.kind === "input");
    return { ok: true, sensors: Object.keys(sensors), outputs: new Map(spans), letGo };
  });
  if (!checked.ok) return checked;
  assert(app !== null, "a config without an app was accepted");
  const { content, key, paths, warnings, values } = checked;
  return { ok: true, settings: settingsOf(content, { app, key, ...paths }), warnings, values };
}
