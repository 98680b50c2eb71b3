/** The other paths and plain defaults of a config: recording, state folder, recorder, log. */
import { access, constants } from "node:fs/promises";
import { resolve } from "node:path";
import type { Layers } from "./layers.js";
import type { Problem } from "./problem.js";
import type { ConfigPaths } from "./settings.js";

export interface FilesSettled {
  readonly problems: readonly Problem[];
  readonly paths: ConfigPaths;
}

/** Fills in what nobody set, and looks whether the files that must exist do. */
export async function settleFiles(layers: Layers, cwd: string): Promise<FilesSettled> {
  setDefault(layers, ["stateDir"], "state", "beside the config");
  setDefault(layers, ["log", "level"], "info", "");
  setDefault(layers, ["faultsAllowed"], false, "");
  setDefault(layers, ["rereads"], 0, "");
  const stateDir = layers.fileAt(["stateDir"], cwd) ?? "";
  const recorderPath = settleRecorder(layers, cwd, stateDir);
  settleBoard(layers);
  settleDependability(layers);
  const recorded = layers.get(["board", "kind"]) === "recorded";
  const boardFile = recorded ? (layers.fileAt(["board", "file"], cwd) ?? "") : "";
  const problems = boardFile === "" ? [] : await checkReadable(layers, boardFile);
  return { problems, paths: { stateDir, recorderPath, boardFile } };
}

function settleRecorder(layers: Layers, cwd: string, stateDir: string): string {
  if (layers.get(["recorder"]) === undefined) return "";
  setDefault(layers, ["recorder", "path"], resolve(stateDir, "recordings"), "in the stateDir");
  setDefault(layers, ["recorder", "bytesMax"], "16MiB", "");
  setDefault(layers, ["recorder", "bytesPerSecondMax"], "256KiB", "");
  return layers.fileAt(["recorder", "path"], cwd) ?? "";
}

function settleBoard(layers: Layers): void {
  const kind = layers.get(["board", "kind"]);
  if (kind === "mock") setDefault(layers, ["board", "seed"], 1, "");
  if (kind === "recorded") setDefault(layers, ["board", "speed"], 1, "as it was recorded");
}

/** Of rates there is no default; of what they are reckoned over there is. */
function settleDependability(layers: Layers): void {
  if (layers.get(["dependability"]) === undefined) return;
  setDefault(layers, ["dependability", "mission"], "1y", "");
  setDefault(layers, ["dependability", "coverage"], 1, "the best case");
  setDefault(layers, ["dependability", "commonCause"], 0, "the best case");
}

function setDefault(layers: Layers, path: readonly string[], value: unknown, rule: string): void {
  if (layers.get(path) === undefined) layers.set(path, value, { kind: "default", rule });
}

async function checkReadable(layers: Layers, file: string): Promise<readonly Problem[]> {
  try {
    await access(file, constants.R_OK);
    return [];
  } catch {
    return [layers.problem(["board", "file"], `expected a file that can be read: ${file}`)];
  }
}
