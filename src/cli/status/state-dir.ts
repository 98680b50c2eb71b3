/** Where the sockets of the replicas on this machine are. */
import { resolve } from "node:path";
import { loadConfig } from "../../config/load.js";
import type { Problem } from "../../config/problem.js";
import {
  type ConfigFlags,
  configFileOf,
  invalidConfig,
  loadFlagged,
  tellWarnings,
} from "../config-source.js";
import type { CliIo } from "../io.js";

export interface StateDirFlags extends ConfigFlags {
  readonly stateDir?: string;
}

/**
 * That of the flag, or else that of the config. What the file makes one wonder about is told by
 * `run` and `config check`, and is not said again with each question to a replica; a variable or a
 * flag that is not understood is, for the folder may hang on it.
 *
 * @throws CliFailure where the config is none
 */
export async function stateDirOf(io: CliIo, flags: StateDirFlags): Promise<string> {
  if (flags.stateDir !== undefined) return resolve(io.cwd, flags.stateDir);
  const load = await loadFlagged(io, flags, loadConfig);
  tellWarnings(io, load.warnings.filter(isOfCaller));
  if (!load.ok) throw invalidConfig(configFileOf(io, flags), load.problems);
  return load.settings.stateDir;
}

const isOfCaller = ({ origin: { kind } }: Problem): boolean =>
  kind === "environment" || kind === "flag";
