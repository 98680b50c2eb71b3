/**
 * What a replica's process loads stays in its memory for months: so it is a budget, kept here.
 * Walks the static imports from the program and from `run`; other commands are imported only when
 * asked for.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

/** Imports that remain when types are erased; our formatter writes them so. */
const staticImport = /^(?:import|export) (?!type )(?:[^"';]*? from )?"([^"]+)";/gm;

interface Walk {
  /** Paths from the root of the repository. */
  readonly files: readonly string[];
  /** Imports that are neither ours nor Node's. */
  readonly packages: readonly string[];
}

function walk(starts: readonly string[]): Walk {
  const files = new Set(starts);
  const packages = new Set<string>();
  for (const file of files) {
    for (const [, target = ""] of readFileSync(file, "utf8").matchAll(staticImport)) {
      if (target.startsWith(".")) files.add(join(dirname(file), target.replace(/\.js$/, ".ts")));
      else if (!target.startsWith("node:")) packages.add(target);
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}

const run = walk(["src/cli/main.ts", "src/cli/run.ts"]);

describe("the process of `holdfast run`", () => {
  it("loads these packages, and no parser of schema or YAML (CLI-7)", () => {
    const hashes = ["hmac", "sha2", "utils"].map((name) => `@noble/hashes/${name}.js`);
    expect(run.packages).toEqual([...hashes, "cbor-x", "commander", "pino"]);
  });

  it("loads neither the simulator, nor a simulated board that it may not need (CLI-7)", () => {
    const folders = /^(?:src\/sim|src\/observe|src\/faults|boards\/mock|boards\/recording)\//;
    expect(run.files.filter((file) => folders.test(file))).toEqual([]);
  });

  it("is walked to its leaves: the same walk finds both parsers from `config`", () => {
    expect(run.files).toContain("src/kernel/time.ts");
    expect(walk(["src/cli/config.ts"]).packages).toEqual(expect.arrayContaining(["yaml", "zod"]));
  });
});
