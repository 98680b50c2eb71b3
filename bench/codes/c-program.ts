/**
 * A C source of this folder, compiled with `gcc -O2` into a folder that is removed at the end. The
 * program times itself, so that its start does not count: called with its words and the number of
 * times, it prints the nanoseconds that they took and the sum of what it computed.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export class CProgram {
  readonly #folder: string;
  readonly #program: string;

  /** Null where there is no compiler, and that is said. */
  static compile(source: string): CProgram | null {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
    const program = join(folder, "program");
    const path = fileURLToPath(new URL(`../../../bench/codes/${source}`, import.meta.url));
    const { error, status, stderr } = spawnSync("gcc", ["-O2", "-o", program, path]);
    if (error === undefined && status === 0) return new CProgram(folder, program);
    rmSync(folder, { recursive: true, force: true });
    console.log(`SKIPPED: C, ${source}: ${error?.message ?? stderr.toString()}`);
    return null;
  }

  private constructor(folder: string, program: string) {
    this.#folder = folder;
    this.#program = program;
  }

  run(words: readonly (string | number)[], times: number): { took: number; sum: number } {
    const all = [...words, times].map(String);
    const { status, stdout } = spawnSync(this.#program, all, { encoding: "utf8" });
    const [took, sum] = stdout.split(" ").map(Number);
    if (status !== 0 || took === undefined || sum === undefined) throw new Error(`C: ${stdout}`);
    return { took, sum };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
