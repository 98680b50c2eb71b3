/**
 * The replicated state beside etcd, three members each on loopback, in the same run on the same
 * disk: durable writes of 100 bytes a second, how long each takes, how soon there is an answer
 * after the leader was killed, memory, and bytes written to the disk for each write. Before them
 * stands what the disk allows.
 *
 * The systems have their turns one after the other, several times, and medians are told: so a
 * neighbour meets both. The clients are one process with the same code for both, and what that
 * takes of the processor is told as well, for it has to share the cores.
 *
 * Run: node dist/bench/replication.js [turns] [seconds a level] [kills] [folder on the disk]
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { median, quantile } from "./median.js";
import {
  type Cluster,
  factsOf,
  type ProcessFacts,
  type System,
  type Times,
  wait,
} from "./replication/cluster.js";
import { etcd } from "./replication/etcd.js";
import { measureFloor } from "./replication/floor.js";
import { holdfast } from "./replication/holdfast.js";
import type { LoadResult } from "./replication/load.js";

const levels = [1, 16, 64, 256];
const warmUpSeconds = 1;

/** Before the first level, with so many clients: a program in JavaScript is slow until it ran. */
const heating = { clients: 64, seconds: 10 };

/** As etcd comes, and tuned as its manual tells for a local network. */
const standard: Times = { heartbeatMs: 100, electionMs: 1_000 };
const tuned: Times = { heartbeatMs: 10, electionMs: 100 };

/** After the start, before memory is looked at. */
const idleMs = 3_000;

const [turns = "3", seconds = "3", kills = "7", disk = tmpdir()] = process.argv.slice(2);
const fileOf = (name: string): string =>
  fileURLToPath(new URL(`./replication/${name}.js`, import.meta.url));

/** One level of one turn: what the clients saw, and what it cost the members. */
interface Level {
  readonly clients: number;
  readonly load: LoadResult;
  readonly residentMax: number;
  /** Of a member, for each write. */
  readonly bytesPerPut: number;
  /** Of all members together, in us for each write. */
  readonly cpuPerPut: number;
}

interface Turn {
  readonly levels: readonly Level[];
  readonly idleResidentMax: number;
}

async function withCluster<T>(
  system: System,
  times: Times,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(disk, "holdfast-bench-"));
  try {
    const cluster = await system.start(folder, times);
    try {
      return await use(cluster);
    } finally {
      await cluster.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function turnOf(system: System, cluster: Cluster): Promise<Turn> {
  await wait(idleMs);
  const idle = factsAll(cluster).map(({ residentBytes }) => residentBytes);
  const target = cluster.members[await cluster.leader()]?.target ?? "";
  const words = [system.name, String(heating.clients), "0", String(heating.seconds), target];
  await lastLine<LoadResult>(fileOf("load"), words);
  const done: Level[] = [];
  for (const clients of levels) done.push(await levelOf(system, cluster, clients));
  return { levels: done, idleResidentMax: Math.max(...idle) };
}

/** All clients speak to the leader, as a client of either may that looks for the shortest way. */
async function levelOf({ name }: System, cluster: Cluster, clients: number): Promise<Level> {
  const target = cluster.members[await cluster.leader()]?.target ?? "";
  const before = factsAll(cluster);
  const words = [name, String(clients), String(warmUpSeconds), seconds, target];
  const load = await lastLine<LoadResult>(fileOf("load"), words);
  const after = factsAll(cluster);
  // What was written in the warm-up as well: it cost as much, and is counted on both sides.
  const puts = load.puts * (1 + warmUpSeconds / Number(seconds));
  const spent = (of: (facts: ProcessFacts) => number): number =>
    sum(after.map(of)) - sum(before.map(of));
  return {
    clients,
    load,
    residentMax: Math.max(...after.map(({ residentBytes }) => residentBytes)),
    bytesPerPut: spent(({ bytesWritten }) => bytesWritten) / cluster.members.length / puts,
    cpuPerPut: spent(({ cpu }) => cpu) / puts,
  };
}

const factsAll = ({ members }: Cluster): ProcessFacts[] => members.map(({ pid }) => factsOf(pid));

const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0);

function lastLine<T>(file: string, words: readonly string[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...words], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(text) as T);
      else reject(new Error(`${file} ended with ${code}`));
    });
  });
}

/** In ms, from the kill of the leader to the answer of a write that was sent afterwards. */
async function failover({ name }: System, cluster: Cluster): Promise<number> {
  const place = await cluster.leader();
  const survivors = cluster.members.filter((_, index) => index !== place);
  const targets = survivors.map(({ target }) => target);
  const child = spawn(process.execPath, [fileOf("failover"), name, ...targets], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await lines.next();
  // Somewhere between two heartbeats.
  await wait(500 + 200 * Math.random());
  cluster.members[place]?.kill();
  child.stdin?.write(`${Number(process.hrtime.bigint()) / 1e6}\n`);
  const late = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const answer = await lines.next();
  clearTimeout(late);
  return answer.done === true ? Number.NaN : Number(answer.value);
}

async function failovers(system: System, times: Times): Promise<number[]> {
  const all: number[] = [];
  while (all.length < Number(kills)) {
    all.push(await withCluster(system, times, (cluster) => failover(system, cluster)));
  }
  return all;
}

function tellFloor(): void {
  console.log("\nthe floor: one writer, write and fdatasync in a file of full length");
  const folder = mkdtempSync(join(disk, "holdfast-bench-"));
  for (const records of levels) {
    const { p50, p99, rate } = measureFloor(folder, records, 2_000);
    const times = `p50 ${p50.toFixed(3)} ms, p99 ${p99.toFixed(3)} ms`;
    console.log(`  ${cell(records, 4)} records a sync: ${times}, ${cell(rate, 8)} records/s`);
  }
  rmSync(folder, { recursive: true, force: true });
}

const cell = (value: number | string, width: number, digits = 0): string =>
  (typeof value === "string" ? value : value.toFixed(digits)).padStart(width);

/** The middle of all turns. */
const middle = (all: readonly Turn[], at: number, of: (level: Level) => number): number =>
  median(all.flatMap(({ levels: each }) => each[at] ?? []).map(of));

function tellLoads(turnsOf: ReadonlyMap<string, readonly Turn[]>): void {
  const heads = ["clients", "writes/s", "p50 ms", "p99 ms", "B/write", "members us", "client us"];
  const further = ["loaded MB", "failed"];
  console.log(`\n${"".padEnd(10)}${[...heads, ...further].map((one) => cell(one, 12)).join("")}`);
  for (const [index, clients] of levels.entries()) {
    for (const [name, all] of turnsOf) {
      const of = (pick: (level: Level) => number): number => middle(all, index, pick);
      const cells = [
        cell(clients, 12),
        cell(of(rateOf), 12),
        cell(
          of(({ load }) => load.p50),
          12,
          2,
        ),
        cell(
          of(({ load }) => load.p99),
          12,
          2,
        ),
        cell(
          of(({ bytesPerPut }) => bytesPerPut),
          12,
        ),
        cell(
          of(({ cpuPerPut }) => cpuPerPut),
          12,
          1,
        ),
        cell(
          of(({ load }) => load.cpuPerPut),
          12,
          1,
        ),
        cell(
          of(({ residentMax }) => residentMax / 1e6),
          12,
        ),
        cell(
          of(({ load }) => load.failed),
          12,
        ),
      ];
      console.log(`${name.padEnd(10)}${cells.join("")}`);
    }
  }
  for (const [name, all] of turnsOf) {
    const idle = median(all.map(({ idleResidentMax }) => idleResidentMax / 1e6));
    console.log(`${name}: ${idle.toFixed(0)} MB resident when idle, the largest member`);
  }
}

const rateOf = ({ load }: Level): number => load.puts / load.seconds;

function tellRatios(ours: readonly Turn[], theirs: readonly Turn[]): void {
  console.log("\nours to etcd's: below 1 etcd is ahead in writes/s, above 1 in all else");
  const ratio = (at: number, of: (level: Level) => number): string =>
    (middle(ours, at, of) / middle(theirs, at, of)).toFixed(2);
  for (const [index, clients] of levels.entries()) {
    const words = [
      `writes/s ${ratio(index, rateOf)}`,
      `p50 ${ratio(index, ({ load }) => load.p50)}`,
      `p99 ${ratio(index, ({ load }) => load.p99)}`,
      `bytes a write ${ratio(index, ({ bytesPerPut }) => bytesPerPut)}`,
      `processor of members ${ratio(index, ({ cpuPerPut }) => cpuPerPut)}`,
      `memory ${ratio(index, ({ residentMax }) => residentMax)}`,
    ];
    console.log(`  ${cell(clients, 4)} clients: ${words.join(", ")}`);
  }
}

async function measureLoads(systems: readonly System[]): Promise<void> {
  const turnsOf = new Map<string, Turn[]>(systems.map(({ name }) => [name, []]));
  for (let turn = 0; turn < Number(turns); turn += 1) {
    for (const system of systems) {
      const use = (cluster: Cluster) => turnOf(system, cluster);
      turnsOf.get(system.name)?.push(await withCluster(system, standard, use));
    }
  }
  tellLoads(turnsOf);
  const [ours, theirs] = [turnsOf.get("holdfast"), turnsOf.get("etcd")];
  if (ours !== undefined && theirs !== undefined) tellRatios(ours, theirs);
}

async function measureFailovers(systems: readonly System[]): Promise<void> {
  console.log("\nfrom kill -9 of the leader to the next acknowledged write, ms");
  for (const times of [standard, tuned]) {
    for (const system of systems) {
      const all = await failovers(system, times);
      const [least, most] = [quantile(all, 0), quantile(all, 1)];
      console.log(
        `  ${system.name.padEnd(9)} heartbeat ${times.heartbeatMs} ms, election ` +
          `${times.electionMs} ms: ${median(all).toFixed(0)} (${least.toFixed(0)} to ` +
          `${most.toFixed(0)} of ${all.length})`,
      );
    }
  }
}

const filesystem = spawnSync("stat", ["-f", "-c", "%T", disk], { encoding: "utf8" }).stdout.trim();
console.log(`machine: ${cpus()[0]?.model}, ${cpus().length} cores, node ${process.version}`);
console.log(`disk: ${disk} (${filesystem})`);
const systems = [holdfast, etcd].filter(({ name, version }) => {
  console.log(version === null ? `SKIPPED: no ${name} here` : `${name} ${version}`);
  return version !== null;
});
tellFloor();
await measureLoads(systems);
await measureFailovers(systems);
