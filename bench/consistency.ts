/**
 * How fast histories are judged, and what the memory of visited configurations is worth: the same
 * histories with and without it, in turns, in one run.
 *
 * Run: node dist/bench/consistency.js
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { checkHistory } from "../src/consistency/check.js";
import { readHistory } from "../src/consistency/history/read-text.js";
import { modelNamed } from "../src/consistency/models/models.js";
import type { Model } from "../src/consistency/models/port.js";
import { register } from "../src/consistency/models/register.js";
import type { History } from "../src/consistency/operation.js";
import { answered } from "./consistency/histories.js";

interface Case {
  readonly history: History;
  readonly model: Model<unknown>;
}

interface Measured {
  readonly millis: number;
  readonly steps: number;
  readonly verdicts: ReadonlyMap<string, number>;
}

/** Without memory some searches would not end. */
const stepsMax = 1_000_000;

function measure(cases: readonly Case[], visitedBytesMax: number): Measured {
  const verdicts = new Map<string, number>();
  let steps = 0;
  const began = performance.now();
  for (const { history, model } of cases) {
    const verdict = checkHistory(history, { model, stepsMax, visitedBytesMax });
    verdicts.set(verdict.verdict, (verdicts.get(verdict.verdict) ?? 0) + 1);
    if (verdict.verdict !== "refused") steps += verdict.work.steps;
  }
  return { millis: performance.now() - began, steps, verdicts };
}

/** The published histories, where they lie beside the repository. */
function published(): readonly Case[] {
  const folder = resolve(process.cwd(), "../shared/oracles/histories");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.includes("__"));
  return files.flatMap((name) => {
    const read = readHistory(readFileSync(join(folder, name), "utf8"));
    const model = read.ok ? modelNamed(read.model) : null;
    return read.ok && model !== null ? [{ history: read.history, model }] : [];
  });
}

const made = (count: number, load: Parameters<typeof answered>[0]): readonly Case[] =>
  Array.from({ length: count }, (_, seed) => ({ history: answered(load, seed), model: register }));

const sure = { unknown: 0, fault: false };
const suites: readonly (readonly [string, readonly Case[]])[] = [
  ["published histories", published()],
  [
    "20,000 operations, 64 clients, 100 keys",
    made(1, { clients: 64, keys: 100, operations: 20_000, ...sure }),
  ],
  [
    "20,000 operations, 16 clients, 1 key",
    made(1, { clients: 16, keys: 1, operations: 20_000, ...sure }),
  ],
  [
    "300 operations, 8 clients, 1 key, a fault",
    made(10, { clients: 8, keys: 1, operations: 300, unknown: 0, fault: true }),
  ],
  [
    "300 operations, 8 clients, 5 % unknown, a fault",
    made(10, { clients: 8, keys: 1, operations: 300, unknown: 0.05, fault: true }),
  ],
];

console.log(`machine: ${cpus()[0]?.model}, ${cpus().length} cores, node ${process.version}`);
for (const [name, cases] of suites) {
  if (cases.length === 0) continue;
  measure(cases, 268_435_456);
  const [kept, none] = [measure(cases, 268_435_456), measure(cases, 0)];
  const operations = cases.reduce((sum, { history }) => sum + history.operations.length, 0);
  console.log(`\n${name}: ${cases.length} histories, ${operations} operations`);
  for (const [how, { millis, steps, verdicts }] of [
    ["with memory", kept],
    ["without", none],
  ] as const) {
    const rate = Math.round(steps / millis);
    const told = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
    console.log(
      `  ${how.padEnd(12)} ${millis.toFixed(1)}ms, ${steps} steps, ${rate}k steps/s: ${told}`,
    );
  }
  const [steps, millis] = [none.steps / kept.steps, none.millis / kept.millis];
  const ratio = `${steps.toFixed(1)} times the steps, ${millis.toFixed(1)} times as long`;
  console.log(`  without takes ${ratio}`);
}
