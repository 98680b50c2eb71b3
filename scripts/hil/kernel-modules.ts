/**
 * Which kernel modules a guest needs: those that are named, and what they depend on. Each module
 * says what it depends on in a line of its .modinfo section (`depends=a,b`), so nothing but the
 * files of the package is needed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const key = Buffer.from("\0depends=");

export interface ModuleFile {
  /** With _ for -, as the kernel has it. */
  readonly name: string;
  readonly content: Buffer;
}

/** What a module depends on. @throws Error where this is no module */
export function dependenciesOf({ name, content }: ModuleFile): readonly string[] {
  const at = content.indexOf(key);
  if (at < 0) throw new Error(`${name} does not say what it depends on: is it a kernel module?`);
  const start = at + key.length;
  const words = content.toString("latin1", start, content.indexOf(0, start));
  return words === "" ? [] : words.split(",").map(moduleName);
}

const moduleName = (word: string): string => word.replaceAll("-", "_");

/**
 * @param wanted the names, in the order in which they are wanted
 * @param read null for a module that is built into the kernel
 * @returns each module once, after those that it depends on
 */
export function withDependencies(
  wanted: readonly string[],
  read: (name: string) => ModuleFile | null,
): readonly ModuleFile[] {
  const found = new Map<string, ModuleFile>();
  const visited = new Set<string>();
  const visit = (name: string): void => {
    if (visited.has(name)) return;
    visited.add(name);
    const file = read(name);
    if (file === null) return;
    for (const needed of dependenciesOf(file)) visit(needed);
    found.set(name, file);
  };
  for (const name of wanted) visit(moduleName(name));
  return [...found.values()];
}

/** @param folder lib/modules/<version> of an unpacked kernel */
export function moduleReader(folder: string): (name: string) => ModuleFile | null {
  const paths = new Map<string, string>();
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (path.endsWith(".ko")) paths.set(moduleName(basename(path, ".ko")), join(folder, path));
  }
  const builtin = readFileSync(join(folder, "modules.builtin"), "utf8").split("\n");
  const inKernel = new Set(builtin.map((path) => moduleName(basename(path, ".ko"))));
  return (name) => {
    const path = paths.get(name);
    if (path !== undefined) return { name, content: readFileSync(path) };
    if (inKernel.has(name)) return null;
    throw new Error(`the kernel in ${folder} has no module ${name}`);
  };
}
