/**
 * The lane with a microcontroller: the firmware in simavr, which is another's model of the AVR than
 * the one in `npm test`, and knows the ATmega2560. The .hex files are built anew, and must be those
 * of the repository to the last byte.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { failedOnce, passedOnce, type Step, skippedOnce } from "../lane-report.js";
import { lastLines, runBounded } from "./bounded.js";
import {
  install,
  needTools,
  type Tools,
  Unavailable,
  updateLists,
  whyNoPackages,
} from "./debian.js";
import { runFirmwareDemo } from "./demo-firmware.js";
import { chosen, indented, tell } from "./guest-lane.js";
import { countsOf, parseVerdicts } from "./guest-verdicts.js";
import type { Lane, LaneRun } from "./lane.js";
import { cacheFolder, root } from "./places.js";

/** In seconds. */
const compileMax = 120;
const firmwareMax = 240;
const checksMax = 420;

const source = join(root, "scripts", "hil", "avr", "simavr-harness.c");
const firmware = join(root, "firmware-bridge");

interface AvrTest {
  readonly name: string;
  run(): Promise<Step["counts"]>;
}

const tests: readonly AvrTest[] = [
  { name: "hex", run: rebuild },
  { name: "simavr", run: runChecks },
  { name: "demo-firmware", run: runFirmwareDemo },
];

export const avrLane = (only: readonly string[]): Lane => ({
  name: "avr",
  proves: "the firmware, built anew, and in simavr",
  run: async (): Promise<LaneRun> => {
    const steps: Step[] = [];
    for (const test of chosen("avr", tests, only)) steps.push(await runTest(test));
    return { kind: "ran", steps };
  },
});

async function runTest({ name, run }: AvrTest): Promise<Step> {
  const start = performance.now();
  const counts = await run().catch((error: unknown) => {
    if (!(error instanceof Unavailable)) throw error;
    console.warn(`SKIPPED avr/${name}: ${error.message}`);
    return skippedOnce;
  });
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  return { name: `avr/${name}`, counts, seconds };
}

const compilers: Tools = new Map([
  ["avr-gcc", "gcc-avr"],
  ["avr-objcopy", "binutils-avr"],
  ["make", "make"],
]);

/** Every .hex file below firmware-bridge, by the Makefile of the folder above it. */
async function rebuild(): Promise<Step["counts"]> {
  await needTools(compilers, tell);
  if (!existsSync("/usr/lib/avr/include/avr/io.h")) await installLibrary("avr-libc");
  await mkdir(cacheFolder, { recursive: true });
  const place = await mkdtemp(join(cacheFolder, "firmware-"));
  try {
    const copy = join(place, "firmware-bridge");
    await cp(firmware, copy, { recursive: true });
    await rm(join(copy, "build"), { recursive: true, force: true });
    const files = await hexFilesIn(firmware);
    const complaints = files.length === 0 ? ["there are no .hex files"] : [];
    for (const file of files) await rm(join(copy, file));
    for (const folder of new Set(files.map(builderOf))) {
      complaints.push(...(await build(join(copy, folder))));
    }
    for (const file of files) complaints.push(...(await compare(file, copy)));
    const ok = complaints.length === 0;
    tell(`${ok ? "ok" : "FAILED"}  hex: ${files.length} files are what their sources make of them`);
    if (!ok) tell(indented(complaints));
    return ok ? passedOnce : failedOnce;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function hexFilesIn(folder: string): Promise<readonly string[]> {
  const all = await readdir(folder, { recursive: true });
  return all.filter((path) => path.endsWith(".hex") && !/(^|\/)build\//.test(path)).sort();
}

/** The nearest folder above it that has a Makefile; the whole where there is none. */
function builderOf(file: string): string {
  let folder = dirname(file);
  while (folder !== "." && !existsSync(join(firmware, folder, "Makefile")))
    folder = dirname(folder);
  return folder;
}

async function build(folder: string): Promise<readonly string[]> {
  const end = await runBounded("make", [], { secondsMax: firmwareMax, cwd: folder });
  return end.ok ? [] : [`make in ${folder} failed:`, lastLines(end.text, 20)];
}

async function compare(file: string, copy: string): Promise<readonly string[]> {
  const committed = await readFile(join(firmware, file));
  const built = await readFile(join(copy, file)).catch(() => null);
  if (built === null) return [`${file} was not built`];
  if (built.equals(committed)) return [];
  const at = built.findIndex((byte, index) => byte !== committed[index]);
  return [`${file} is another from its sources (from byte ${at} on): run make in its folder`];
}

async function installLibrary(name: string): Promise<void> {
  const reason = whyNoPackages();
  if (reason !== null) throw new Unavailable(`${name} is missing: ${reason}`);
  tell(`installing ${name}`);
  await updateLists();
  await install([name]);
}

/** Made once for each version of its source. */
async function harness(): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(source)).digest("hex").slice(0, 12);
  const path = join(cacheFolder, `simavr-harness_${hash}`);
  if (existsSync(path)) return path;
  await needTools(new Map([["gcc", "gcc"]]), tell);
  const headers = ["/usr/include/simavr/sim_avr.h", "/usr/include/libelf.h"];
  if (!headers.every((header) => existsSync(header))) await installLibrary("libsimavr-dev");
  await mkdir(cacheFolder, { recursive: true });
  const made = `${path}.${process.pid}`;
  const warnings = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O2"];
  const words = [...warnings, "-o", made, source, "-lsimavr"];
  const end = await runBounded("gcc", words, { secondsMax: compileMax });
  if (!end.ok) throw new Error(`simavr-harness.c cannot be built:\n${lastLines(end.text, 20)}`);
  await rename(made, path);
  return path;
}

async function runChecks(): Promise<Step["counts"]> {
  const program = join(root, "dist", "test", "hil", "avr", "main.js");
  const vectors = join(firmware, "vectors", "vectors.json");
  const words = [program, await harness(), join(firmware, "hex"), vectors];
  const end = await runBounded(process.execPath, words, { secondsMax: checksMax });
  const verdicts = parseVerdicts(end.stdout);
  const counts = countsOf(verdicts);
  const ok = counts.failed === 0;
  tell(`${ok ? "ok" : "FAILED"}  simavr: ${counts.passed} checks of the firmware passed`);
  if (ok) return counts;
  const failed = verdicts.verdicts.filter(({ kind }) => kind === "failed");
  const said = join(cacheFolder, "runs", "avr-said");
  await mkdir(join(cacheFolder, "runs"), { recursive: true });
  await writeFile(said, end.text);
  const rest = verdicts.complete ? [] : ["not all checks were made", lastLines(end.text)];
  const texts = failed.map(({ name, text }) => `${name}: ${text}`);
  tell(indented([...texts, ...rest, `all that was said is in ${said}`]));
  return counts;
}
