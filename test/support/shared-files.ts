/**
 * The recordings and oracles beside the repository. They are not part of it: where they are absent,
 * the tests that need them are skipped, and say so.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "vitest";

const folder = join(process.cwd(), "..", "shared");

/** Path of a file beside the repository, for instance `data/library-triple-3-4-5.csv`. */
export const sharedPath = (name: string): string => join(folder, name);

export const readShared = (name: string): string => readFileSync(sharedPath(name), "utf8");

/** Describes tests that need shared files; skipped, and loudly, where one is absent. */
export function describeShared(title: string, names: readonly string[], tests: () => void): void {
  const absent = names.filter((name) => !existsSync(sharedPath(name)));
  if (absent.length > 0) console.warn(`SKIPPED: ${title}: absent: ${absent.join(", ")}`);
  describe.skipIf(absent.length > 0)(title, tests);
}
