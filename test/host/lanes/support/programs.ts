/** Programs with threads of their own, in ../programs; each prints one JSON object. */
import { resolve } from "node:path";
import { expect } from "vitest";
import { startNode } from "../../support/built.js";

export const programFile = (name: string): string =>
  resolve(process.cwd(), "test/host/lanes/programs", name);

/** Before Node: with a program that it loads first. */
export const preloaded = (name: string): readonly string[] => [
  "env",
  `NODE_OPTIONS=--require=${programFile(name)}`,
];

/** Before Node: as a user who may do nothing special. Only root can. */
export const nobody = 65_534;
export const asNobody = [
  "setpriv",
  `--reuid=${nobody}`,
  `--regid=${nobody}`,
  "--clear-groups",
] as const;

export const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn("SKIPPED, only root can become another user: what EPERM comes to");

export async function play<Told = Record<string, unknown>>(
  words: readonly string[],
  through: readonly string[] = [],
): Promise<Told> {
  const [file = "", ...rest] = words;
  const { stdout, stderr } = await startNode([programFile(file), ...rest], { through }).ended;
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Told;
}
