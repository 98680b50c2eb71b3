/**
 * How fast voters are. One vote of three channels, with every voter: what it costs and what it
 * allocates. Votes in a batch, with mid-value select, beside the same loop in C, compiled here by
 * gcc -O2 where there is one: both vote the same columns, and must find the same.
 *
 * What is allocated is the growth of the heap over 20,000 votes right after a collection: that is
 * too little for another collection, which would hide it.
 *
 * Beside the median stands that of the npm package simple-statistics where it is installed (`npm
 * install --no-save simple-statistics`); it only finds a middle, and says of nobody whether it
 * agrees.
 *
 * Run: node dist/bench/voting.js [voter]
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Prng } from "../src/kernel/prng.js";
import { Ballots } from "../src/voting/ballots.js";
import { voteBatch } from "../src/voting/batch.js";
import { midValueSelect } from "../src/voting/mid-value-select.js";
import { Tally } from "../src/voting/tally.js";
import type { Voter } from "../src/voting/voter.js";
import { voters } from "../src/voting/voters.js";
import { median } from "./median.js";
import { threeInC } from "./voting-in-c.js";

const rowCount = 1_000_000;
const tolerance = 0.75;
const runs = 25;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Three sensors around 20, of which one in a hundred rows is far off. */
function columnsOf(): Float64Array[] {
  const dice = new Prng(1);
  const value = () => 20 + 0.2 * dice.normal() + (dice.chance(0.01) ? 5 : 0);
  return [0, 1, 2].map(() => Float64Array.from({ length: rowCount }, value));
}

const fewRows = 100_000;
/** What so many take of the heap does not fill the room of new objects. */
const fewestRows = 20_000;

/** Votes `count` rows one at a time, as a sensor does; how many had a value. */
function voteEach(voter: Voter, columns: readonly Float64Array[], count: number): () => number {
  const voting = voter.open({ channels: 3, tolerance });
  const ballots = new Ballots(3);
  const tally = new Tally();
  const [one, two, three] = columns as [Float64Array, Float64Array, Float64Array];
  return () => {
    let standing = 0;
    for (let row = 0; row < count; row += 1) {
      ballots.clear();
      ballots.add(0, one[row] as number);
      ballots.add(1, two[row] as number);
      ballots.add(2, three[row] as number);
      tally.count(voter, ballots, voting.valueOf(ballots), tolerance);
      if (tally.stands) standing += 1;
    }
    return standing;
  };
}

/** Nanoseconds for each of `count`, the fastest of several runs: neighbours only make it slower. */
function nsFor(count: number, work: () => unknown): number {
  const times = Array.from({ length: runs }, () => {
    const begin = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - begin) / count;
  });
  return Math.min(...times);
}

/** Bytes for each of `count`, less what it takes to ask. */
function bytesFor(count: number, work: () => unknown): number {
  const asking = grownBy(() => null);
  return (grownBy(work) - asking) / count;
}

function grownBy(work: () => unknown): number {
  const grown = Array.from({ length: runs }, () => {
    collect();
    const before = getHeapStatistics().used_heap_size;
    work();
    return getHeapStatistics().used_heap_size - before;
  });
  return median(grown);
}

/** Each in a process of its own: a call that has seen many voters is slower than any app's. */
function benchVoters(): void {
  const file = fileURLToPath(import.meta.url);
  for (const name of voters.keys()) {
    spawnSync(process.execPath, [file, name], { stdio: "inherit" });
  }
}

function benchVoter(voter: Voter, columns: readonly Float64Array[]): void {
  const ns = nsFor(fewRows, voteEach(voter, columns, fewRows));
  const bytes = bytesFor(fewestRows, voteEach(voter, columns, fewestRows));
  console.log(`one vote of three, ${voter.name}: ${ns.toFixed(1)} ns, ${bytes.toFixed(2)} bytes`);
}

function benchBatch(columns: readonly Float64Array[]): void {
  const values = new Float64Array(rowCount);
  const agreeing = new Uint32Array(rowCount);
  const batch = { voter: midValueSelect, tolerance, columns, values, agreeing };
  const ns = nsFor(rowCount, () => voteBatch(batch));
  console.log(`batch of three, mid-value: ${Math.round(1_000 / ns)} million votes/s`);
  const found = agreeing.reduce((sum, mask) => sum + mask, 0);
  const inC = withTemporaryFolder((folder) => benchC(folder, columns));
  if (inC === null) return;
  if (inC.found !== found) throw new Error(`C finds ${inC.found}, and we ${found}`);
  const ratio = (ns / inC.ns).toFixed(2);
  console.log(
    `the same in C: ${Math.round(1_000 / inC.ns)} million votes/s; ${ratio} times faster`,
  );
}

function withTemporaryFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Null, and it says so, without a compiler. */
function benchC(
  folder: string,
  columns: readonly Float64Array[],
): { ns: number; found: number } | null {
  const [source, data, program] = ["vote.c", "columns", "vote"].map((name) => join(folder, name));
  if (source === undefined || data === undefined || program === undefined) return null;
  writeFileSync(source, threeInC);
  writeFileSync(
    data,
    Buffer.concat(columns.map(({ buffer }) => Buffer.from(buffer as ArrayBuffer))),
  );
  try {
    execFileSync("gcc", ["-O2", "-o", program, source, "-lm"], { stdio: "pipe" });
  } catch (error) {
    console.warn(`SKIPPED: the loop in C: no gcc that compiles it: ${String(error)}`);
    return null;
  }
  const text = execFileSync(program, [data, `${rowCount}`, `${tolerance}`, `${runs}`]);
  const [ns = Number.NaN, found = Number.NaN] = text.toString().trim().split(" ").map(Number);
  return { ns, found };
}

/** Other packages are no dependency of this one: their names are not known to the compiler. */
async function benchPackage(columns: readonly Float64Array[]): Promise<void> {
  const name = "simple-statistics";
  try {
    const { median: theirs } = (await import(name)) as { median: (of: number[]) => number };
    const [one, two, three] = columns as [Float64Array, Float64Array, Float64Array];
    const ns = nsFor(fewRows, () => {
      let sum = 0;
      for (let row = 0; row < fewRows; row += 1) {
        sum += theirs([one[row] as number, two[row] as number, three[row] as number]);
      }
      return sum;
    });
    console.log(`median of three, ${name}: ${ns.toFixed(1)} ns, the middle alone`);
  } catch {
    console.warn(`SKIPPED: ${name} is not installed (npm install --no-save ${name})`);
  }
}

const columns = columnsOf();
const [, , name] = process.argv;
const one = voters.get(name ?? "");
if (one !== undefined) {
  benchVoter(one, columns);
} else {
  const cpu = cpus()[0]?.model ?? "unknown";
  console.log(`machine: ${cpu}, ${cpus().length} cores, node ${process.version}`);
  benchBatch(columns);
  benchVoters();
  await benchPackage(columns);
}
