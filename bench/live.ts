/**
 * How fast three live replicas are on this machine, as processes with UDP between them: from
 * sampling to the voted value at 100 Hz, cycles without a vote in a minute without faults, resident
 * memory, the time from the start to the first voted value, and how long a takeover takes when the
 * driving replica is killed, at a heartbeat of 10 ms.
 *
 * Beside them stands what the machine itself does to any program: how late a timer of an idle
 * process is. Where that reaches the length of a cycle, so will everything else.
 *
 * Run: node dist/bench/live.js [seconds] [kills] [E2E profile of samples and commands]
 */
import { rmSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { layGround } from "../src/cli/demo/ground.js";
import { boilerFile, openSite } from "../src/cli/demo/open-site.js";
import { Replica } from "../src/cli/demo/replica.js";
import type { DemoSite } from "../src/cli/demo/site.js";
import { type Protection, profileOf } from "../src/control/protection/protection.js";
import type { ReplicaMessage } from "../src/host/board-channel.js";
import { MonotonicClock } from "../src/host/monotonic-clock.js";
import { type NodeId, nodeId } from "../src/kernel/ids.js";
import type { NodeEvent } from "../src/node/events.js";
import { median, quantile } from "./median.js";

const cycle = "10ms";
const heartbeat = "10ms";
const state = { heartbeat: "25ms", election: "100ms" };
const samplingMs = 5;
const nodes = ["pi-1", "pi-2", "pi-3"].map(nodeId);
const program = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Three replicas on one plant, and what they tell. */
class Bench {
  readonly clock = new MonotonicClock();
  readonly latencies: number[] = [];
  readonly takeovers: number[] = [];
  readonly voted = new Set<number>();
  readonly counts = new Map<string, number>();
  readonly folder: string;
  readonly #site: DemoSite;
  readonly #replicas: readonly Replica[];
  readonly #startedAt = this.clock.now();
  readonly #sampling: NodeJS.Timeout;
  firstVoteMs: number | null = null;
  residentBytesMax = 0;
  #driver: NodeId | null = null;
  #killedAt: number | null = null;

  static async open(protection: Protection): Promise<Bench> {
    const begins = new MonotonicClock().now();
    const site = await openSite(nodes, null, begins, protection);
    const ground = { nodes, app: boilerFile, cycle, heartbeat, state, protection };
    return new Bench(site, await layGround(ground));
  }

  constructor(site: DemoSite, ground: Awaited<ReturnType<typeof layGround>>) {
    this.#site = site;
    this.folder = ground.folder;
    this.#replicas = nodes.map(
      (node) =>
        new Replica({
          node,
          program,
          configFile: ground.configFile,
          logFile: ground.logFile(node),
          bootMs: 200,
          onMessage: (message) => this.#onMessage(node, message),
          onDown: () => site.boardDown(node, this.clock.now()),
        }),
    );
    for (const replica of this.#replicas) replica.start();
    this.#sampling = setInterval(() => this.#sample(), samplingMs);
  }

  /** Forgets what was counted so far: a measurement begins. */
  begin(): void {
    this.latencies.length = 0;
    this.voted.clear();
    this.counts.clear();
  }

  isReady(): boolean {
    return this.#driver !== null && this.#replicas.every(({ state }) => state === "up");
  }

  /** Stops the driver as a hanging system would, for longer than its lease lasts. */
  async pause(ms: number): Promise<void> {
    const replica = this.#driving();
    replica?.pause();
    await wait(ms);
    replica?.resume();
  }

  kill(): void {
    const replica = this.#driving();
    this.#driver = null;
    this.#killedAt = this.clock.now();
    replica?.kill();
  }

  get drivenTwice(): number {
    return this.#site.drivenTwice;
  }

  async close(): Promise<void> {
    clearInterval(this.#sampling);
    await Promise.all(this.#replicas.map((replica) => replica.stop(2_000)));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #driving(): Replica | undefined {
    return this.#replicas.find(({ node }) => node === this.#driver);
  }

  #sample(): void {
    this.#site.advance(this.clock.now());
    for (const replica of this.#replicas) {
      if (replica.state !== "up") continue;
      replica.send({ kind: "readings", readings: this.#site.readings(replica.node) });
    }
  }

  #onMessage(node: NodeId, message: ReplicaMessage): void {
    if (message.kind === "write") {
      this.#site.write(node, message, (reason) => this.#count(`${reason} at the board`));
    }
    if (message.kind === "release") this.#site.release(node, message);
    if (message.kind === "event") this.#onEvent(node, message.at, message.event);
    if (message.kind !== "status") return;
    const { residentBytes } = message.status.host;
    this.residentBytesMax = Math.max(this.residentBytesMax, residentBytes);
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  #onEvent(node: NodeId, at: number, event: NodeEvent): void {
    this.#count(event.kind);
    if (event.kind === "voted" && event.verdict.value !== null) {
      this.firstVoteMs ??= (at - this.#startedAt) / 1_000;
      this.latencies.push(event.latency / 1_000);
      this.voted.add(event.cycle);
    }
    if (event.kind === "lease-lost" && this.#driver === node) this.#driver = null;
    if (event.kind !== "lease-acquired") return;
    if (this.#killedAt !== null) this.takeovers.push((at - this.#killedAt) / 1_000);
    this.#killedAt = null;
    this.#driver = node;
  }
}

/** How late the timers of a process are that does nothing else, in milliseconds. */
async function machineLateness(count: number): Promise<number[]> {
  const late: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const began = performance.now();
    await wait(10);
    late.push(performance.now() - began - 10);
  }
  return late;
}

async function benchMinute(bench: Bench, secondsLong: number): Promise<void> {
  await settle(bench);
  bench.begin();
  await wait(secondsLong * 1_000);
  const cycles = [...bench.voted].sort((one, other) => one - other);
  const all = (cycles.at(-1) ?? 0) - (cycles[0] ?? 0) + 1;
  const count = (kind: string) => bench.counts.get(kind) ?? 0;
  tell("sampling to vote, p50 / p99 (ms)", [
    quantile(bench.latencies, 0.5),
    quantile(bench.latencies, 0.99),
  ]);
  tell(`cycles without a vote, of ${all}`, [all - cycles.length]);
  tell("takeovers / state faults / late wake-ups", [
    count("lease-acquired"),
    count("state-diverged"),
    count("was-late"),
  ]);
  tell("commands refused at a board as corrupt", [count("corrupt-command at the board")]);
  tell("resident, largest replica (MB)", [bench.residentBytesMax / 1e6]);
}

async function benchTakeover(bench: Bench, kills: number): Promise<void> {
  for (let index = 0; index < kills; index += 1) {
    await settle(bench);
    bench.kill();
    await wait(1_000);
  }
  tell(`takeover after a kill, p50 / max of ${bench.takeovers.length} (ms)`, [
    median(bench.takeovers),
    quantile(bench.takeovers, 1),
  ]);
}

/** keepalived's weak spot: a master that is stopped and continued believes that it still is one. */
async function benchPause(bench: Bench, pauses: number): Promise<void> {
  for (let index = 0; index < pauses; index += 1) {
    await settle(bench);
    await bench.pause(200);
  }
  tell(`driven twice, after the kills and ${pauses} stops of the driver`, [bench.drivenTwice]);
}

/** All replicas up and one of them driving, for a while; at most half a minute. */
async function settle(bench: Bench): Promise<void> {
  for (let tries = 0; tries < 300 && !bench.isReady(); tries += 1) await wait(100);
  await wait(1_000);
}

function tell(what: string, figures: readonly number[]): void {
  const words = figures.map((figure) => figure.toFixed(Number.isInteger(figure) ? 0 : 2));
  console.log(`${what}: ${words.join(" / ")}`);
}

async function main(): Promise<void> {
  const [first = "60", second = "15", word] = process.argv.slice(2);
  const [secondsLong, kills, profile] = [Number(first), Number(second), profileOf(word)];
  console.log(`machine: ${cpus()[0]?.model}, ${cpus().length} cores, node ${process.version}`);
  const late = await machineLateness(200);
  tell("an idle timer of 10 ms is late, p50 / p99 (ms)", [median(late), quantile(late, 0.99)]);
  console.log(`protection of samples and commands: ${profile ?? "none"}`);
  const bench = await Bench.open({ samples: profile, commands: profile });
  try {
    await benchMinute(bench, secondsLong);
    tell("first voted value after the start (ms)", [bench.firstVoteMs ?? Number.NaN]);
    await benchTakeover(bench, kills);
    await benchPause(bench, kills);
  } finally {
    await bench.close();
  }
}

await main();
