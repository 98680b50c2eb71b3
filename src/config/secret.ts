/** The cluster's key: given in the config, or in a file of its own that only its owner can read. */
import { keyFromHex, readKeyFile } from "./key-file.js";
import type { Layers } from "./layers.js";
import type { Origin, Problem } from "./problem.js";

export interface KeyReading {
  /** Null when there is a problem. */
  readonly key: Uint8Array | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const nothing: KeyReading = { key: null, problems: [], warnings: [] };

/** Reads the key from the upper layer that gives one; both in one layer contradict each other. */
export async function readKey(layers: Layers, cwd: string): Promise<KeyReading> {
  settleWhich(layers);
  const [key, keyFile] = [layers.get(["key"]), layers.get(["keyFile"])];
  if (key === undefined && keyFile === undefined) {
    return refuse(
      layers.problem([], "missing: expected keyFile (openssl rand -hex 32 makes a key) or key"),
    );
  }
  if (key !== undefined && keyFile !== undefined) {
    return refuse(layers.problem(["key"], "expected key or keyFile, not both", "key"));
  }
  // What is no key in hex is refused by the schema.
  if (typeof key === "string") return { ...nothing, key: keyFromHex(key) };
  const file = layers.fileAt(["keyFile"], cwd);
  return file === null ? nothing : readFrom(layers, file);
}

const height: Readonly<Record<Origin["kind"], number>> = {
  flag: 2,
  environment: 1,
  file: 0,
  "whole-file": 0,
  default: 0,
};

/** `HOLDFAST_KEY` beats a `keyFile` of the file, though it is another key. */
function settleWhich(layers: Layers): void {
  if (layers.get(["key"]) === undefined || layers.get(["keyFile"]) === undefined) return;
  const key = height[layers.originOf(["key"]).kind];
  const keyFile = height[layers.originOf(["keyFile"]).kind];
  if (key > keyFile) layers.drop("keyFile");
  if (keyFile > key) layers.drop("key");
}

async function readFrom(layers: Layers, file: string): Promise<KeyReading> {
  const reading = await readKeyFile(file);
  if (!reading.ok) return refuse(layers.problem(["keyFile"], reading.message));
  const { key, warning } = reading;
  const warnings = warning === null ? [] : [layers.problem(["keyFile"], warning)];
  return { key, problems: [], warnings };
}

const refuse = (problem: Problem): KeyReading => ({ ...nothing, problems: [problem] });
