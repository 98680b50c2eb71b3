/** The cluster's key: given in the config, or in a file of its own that only its owner can read. */
import { readFile, stat } from "node:fs/promises";
import type { Layers } from "./layers.js";
import type { Origin, Problem } from "./problem.js";

export const keyBytesMin = 16;
export const keyBytesMax = 64;

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
  if (typeof key === "string") return { ...nothing, key: fromHex(key) };
  const file = layers.fileAt(["keyFile"], cwd);
  return file === null ? nothing : readKeyFile(layers, file);
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

async function readKeyFile(layers: Layers, file: string): Promise<KeyReading> {
  let bytes: Uint8Array;
  let mode: number;
  try {
    bytes = await readFile(file);
    mode = (await stat(file)).mode;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    const hint = reason === "ENOENT" ? `; make one: openssl rand -hex 32 > ${file}` : "";
    const message = `expected a file that can be read: ${file} (${reason})${hint}`;
    return refuse(layers.problem(["keyFile"], message));
  }
  const key = keyIn(bytes);
  if (key === null) {
    const expected = `${keyBytesMin} to ${keyBytesMax} bytes, raw or in hex`;
    const message = `expected ${expected}, ${file} has ${bytes.length} bytes`;
    return refuse(layers.problem(["keyFile"], message));
  }
  return { key, problems: [], warnings: warnOfMode(layers, file, mode) };
}

/** Text of hexadecimal digits is read as such; anything else counts as it is. */
function keyIn(bytes: Uint8Array): Uint8Array | null {
  const text = new TextDecoder("latin1").decode(bytes).trim();
  const key = /^([0-9a-fA-F]{2})+$/.test(text) ? fromHex(text) : new Uint8Array(bytes);
  return key.length >= keyBytesMin && key.length <= keyBytesMax ? key : null;
}

const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

function warnOfMode(layers: Layers, file: string, mode: number): readonly Problem[] {
  if (process.platform === "win32" || (mode & 0o077) === 0) return [];
  const message = `others can read the key: chmod 600 ${file}`;
  return [layers.problem(["keyFile"], message)];
}

const refuse = (problem: Problem): KeyReading => ({ ...nothing, problems: [problem] });
