/** Where the sockets of the replicas on this machine are. */
import { resolve } from "node:path";
import { loadConfig } from "../../config/load.js";
import { type ConfigFlags, requireConfig } from "../config-source.js";
import type { CliIo } from "../io.js";

export interface StateDirFlags extends ConfigFlags {
  readonly stateDir?: string;
}

/** That of the flag, or else that of the config. */
export async function stateDirOf(io: CliIo, flags: StateDirFlags): Promise<string> {
  if (flags.stateDir !== undefined) return resolve(io.cwd, flags.stateDir);
  return (await requireConfig(io, flags, loadConfig)).settings.stateDir;
}
