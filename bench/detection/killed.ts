/**
 * How soon a fleet knows that a member was killed: agents as processes on loopback, one of them
 * killed again and again. Told are the first suspicion of anybody, and when the last of the others
 * has declared it dead; medians and the worst. All instants are the agents' own: the processes of a
 * machine share their clock.
 *
 * Run: node dist/bench/detection/killed.js [kills] [members flags-of-the-agents]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { AgentEvent } from "../../src/node/agent-events.js";
import { median, quantile } from "../median.js";

interface Setting {
  readonly members: number;
  /** Flags of `holdfast agent`. */
  readonly flags: readonly string[];
}

const settings: readonly Setting[] = [
  { members: 3, flags: ["--profile", "local"] },
  { members: 3, flags: ["--profile", "lan"] },
  { members: 10, flags: ["--profile", "local"] },
  { members: 10, flags: ["--profile", "lan"] },
  { members: 3, flags: ["--detector", "all-to-all", "--profile", "local", "--period", "100ms"] },
];

const program = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const environment = { ...process.env, HOLDFAST_KEY: randomBytes(32).toString("hex") };

/** What any step here may take, in milliseconds. */
const stepMax = 90_000;
const settleMs = 2_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const now = (): number => Number(process.hrtime.bigint() / 1_000n);

async function until(fits: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < stepMax; waited += 20) {
    if (fits()) return;
    await wait(20);
  }
  throw new Error(`it took too long until ${what}`);
}

interface Told {
  readonly at: number;
  readonly event: AgentEvent;
}

/** One agent: its process, and what it told. */
class Watched {
  readonly name: string;
  readonly told: Told[] = [];
  readonly #child: ChildProcess;
  address: string | null = null;

  constructor(name: string, flags: readonly string[]) {
    this.name = name;
    const words = ["agent", "--name", name, "--cluster", "bench", "--bind", "127.0.0.1:0"];
    this.#child = spawn(process.execPath, [program, ...words, "--json", ...flags], {
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const { stdout } = this.#child;
    if (stdout !== null) createInterface(stdout).on("line", (line) => this.#hear(line));
  }

  kill(): number {
    this.#child.kill("SIGKILL");
    return now();
  }

  /** Of whom the newest that it told is that they live; itself is not among them. */
  alive(): number {
    const living = new Set<string>();
    for (const { event } of this.told) {
      if (!("member" in event)) continue;
      if (event.kind === "member-died" || event.kind === "member-left") living.delete(event.member);
      else living.add(event.member);
    }
    return living.size;
  }

  at(kind: AgentEvent["kind"], member: string, since: number): number | null {
    const isIt = ({ at, event }: Told): boolean =>
      at >= since && event.kind === kind && "member" in event && event.member === member;
    return this.told.find(isIt)?.at ?? null;
  }

  #hear(line: string): void {
    const said = JSON.parse(line) as Partial<Told> & { readonly up?: { readonly bind: string } };
    this.address = said.up?.bind ?? this.address;
    if (said.at !== undefined && said.event !== undefined) this.told.push(said as Told);
  }
}

class Fleet {
  readonly #flags: readonly string[];
  readonly #agents: Watched[] = [];

  constructor(flags: readonly string[]) {
    this.#flags = flags;
  }

  async grow(size: number): Promise<void> {
    while (this.#agents.length < size) await this.#add(`n${this.#agents.length + 1}`);
    await this.#untilWhole();
  }

  /** In seconds: the first suspicion, and the last declaration. The dead one is back afterwards. */
  async killOne(): Promise<readonly [number, number]> {
    // The random part of a period: an agent's probes lie on a grid of its own.
    await wait(settleMs + 1_000 * Math.random());
    const place = 1 + Math.floor(Math.random() * (this.#agents.length - 1));
    const [victim] = this.#agents.splice(place, 1);
    if (victim === undefined) throw new Error("there is nobody to kill");
    const killedAt = victim.kill();
    const timesOf = (kind: AgentEvent["kind"]): number[] =>
      this.#agents.flatMap((agent) => agent.at(kind, victim.name, killedAt) ?? []);
    const isKnown = (): boolean => timesOf("member-died").length === this.#agents.length;
    await until(isKnown, `all knew that ${victim.name} is dead`);
    const suspectedAt = Math.min(...timesOf("member-suspected"));
    const declaredAt = Math.max(...timesOf("member-died"));
    await this.#add(victim.name);
    await this.#untilWhole();
    return [(suspectedAt - killedAt) / 1e6, (declaredAt - killedAt) / 1e6];
  }

  end(): void {
    for (const agent of this.#agents) agent.kill();
  }

  async #add(name: string): Promise<void> {
    const seed = this.#agents[0]?.address ?? null;
    const agent = new Watched(name, [...this.#flags, ...(seed === null ? [] : ["--join", seed])]);
    this.#agents.push(agent);
    await until(() => agent.address !== null, `${name} is up`);
  }

  #untilWhole(): Promise<void> {
    const others = this.#agents.length - 1;
    return until(() => this.#agents.every((agent) => agent.alive() === others), "all know all");
  }
}

function text(times: readonly number[]): string {
  const [middle, least, most] = [median(times), quantile(times, 0), quantile(times, 1)];
  return `${middle.toFixed(2)} s (${least.toFixed(2)} to ${most.toFixed(2)})`;
}

async function measure({ members, flags }: Setting, kills: number): Promise<void> {
  const fleet = new Fleet(flags);
  try {
    await fleet.grow(members);
    const found: (readonly [number, number])[] = [];
    while (found.length < kills) found.push(await fleet.killOne());
    console.log(
      `${members} members, ${flags.join(" ")}, ${kills} kills: ` +
        `suspected after ${text(found.map(([suspected]) => suspected))}, ` +
        `dead for all after ${text(found.map(([, declared]) => declared))}`,
    );
  } finally {
    fleet.end();
  }
}

const [kills = "9", members, ...flags] = process.argv.slice(2);
console.log(`machine: ${cpus()[0]?.model}, ${cpus().length} cores, node ${process.version}`);
const wanted = members === undefined ? settings : [{ members: Number(members), flags }];
for (const setting of wanted) await measure(setting, Number(kills));
