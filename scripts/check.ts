/**
 * What `npm test` runs after the set-up, which has type-checked everything: the tidy, Biome, and
 * the tests. Each runs even if the one before it failed, so that one run tells all that is wrong.
 *
 * Words after `npm test --` go to vitest; then only the tests run, for somebody is after one of
 * them.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  countsText,
  failedOnce,
  passedOnce,
  reportFolder,
  type Step,
  writeReport,
} from "./lane-report.js";
import { countTests, failureLines, rerunCommands, type VitestReport } from "./vitest-report.js";

/** So many commands are printed at most; whoever broke more than that begins at the first. */
const rerunsMax = 20;

const vitestJson = join(reportFolder, "vitest.json");

const vitestWords = [
  join("node_modules", "vitest", "vitest.mjs"),
  "run",
  ...["--config", join("test", "vitest.config.ts")],
  ...["--reporter", "default", "--reporter", "json", "--outputFile.json", vitestJson],
];

const biomeWords = [
  join("node_modules", "@biomejs", "biome", "bin", "biome"),
  ...["check", "--error-on-warnings", "."],
];

/** Runs a program of ours with this Node; true when it ended with 0. */
function runNode(words: readonly string[]): boolean {
  const { status, error } = spawnSync(process.execPath, words, { stdio: "inherit" });
  if (error !== undefined) console.error(error.message);
  return status === 0;
}

type Outcome = Pick<Step, "counts" | "failures">;

const once = (ok: boolean): Outcome => ({ counts: ok ? passedOnce : failedOnce });

function step(name: string, run: () => Outcome): Step {
  console.log(`\n== ${name}`);
  const start = performance.now();
  const outcome = run();
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  console.log(`${name}: ${countsText(outcome.counts)}, ${seconds} s`);
  return { name, ...outcome, seconds };
}

function runVitest(words: readonly string[]): Outcome {
  rmSync(vitestJson, { force: true });
  const ok = runNode([...vitestWords, ...words]);
  const report = readVitestReport();
  if (report === null) return once(false);
  const counts = countTests(report);
  for (const command of rerunCommands(report, process.cwd()).slice(0, rerunsMax)) {
    console.log(`again: ${command}`);
  }
  const failures = failureLines(report, process.cwd());
  if (ok || counts.failed > 0) return { counts, failures };
  // Vitest fails a run in which every test passed, for instance for an error that no test awaited.
  return { counts: { ...counts, failed: 1 } };
}

function readVitestReport(): VitestReport | null {
  try {
    return JSON.parse(readFileSync(vitestJson, "utf8")) as VitestReport;
  } catch {
    console.error("vitest ended without a report");
    return null;
  }
}

const words = process.argv.slice(2);
const steps: Step[] = [];
mkdirSync(reportFolder, { recursive: true });
if (words.length === 0) {
  steps.push(step("tidy", () => once(runNode([join("dist", "scripts", "tidy.js")]))));
  steps.push(step("biome", () => once(runNode(biomeWords))));
}
steps.push(step("tests", () => runVitest(words)));
const { counts } = writeReport("test", steps);
console.log(`\nnpm test: ${countsText(counts)}`);
process.exitCode = counts.failed === 0 ? 0 : 1;
