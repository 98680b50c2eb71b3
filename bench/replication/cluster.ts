/** Three members of one system on this machine, as processes. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Times {
  readonly heartbeatMs: number;
  readonly electionMs: number;
}

export interface MemberProcess {
  readonly pid: number;
  /** Where clients find it. */
  readonly target: string;
  kill(): void;
}

export interface Cluster {
  readonly members: readonly MemberProcess[];
  /** The place of the leader among the members, once there is one. */
  leader(): Promise<number>;
  stop(): Promise<void>;
}

export interface System {
  readonly name: string;
  /** Of what is compared, as it says itself; null where it is not on this machine. */
  readonly version: string | null;
  /** @param folder empty; the members keep their state in it */
  start(folder: string, times: Times): Promise<Cluster>;
}

export const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** A child whose output goes nowhere, and which is dead when `stop` has come back. */
export class Child {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(program: string, words: readonly string[], env = process.env) {
    this.#child = spawn(program, words, { stdio: ["ignore", "ignore", "pipe"], env });
    let last = "";
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      last = (last + text).slice(-2_000);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on("exit", (code, signal) => {
        if (code !== 0 && signal === null) console.error(`${program} ended with ${code}: ${last}`);
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  stop(): Promise<void> {
    this.kill();
    return this.#ended;
  }
}

/** What the kernel counts of a process. */
export interface ProcessFacts {
  readonly residentBytes: number;
  /** Bytes that it caused to be written to the disk, in whole pages (proc(5), `write_bytes`). */
  readonly bytesWritten: number;
  /** Of the processor, in us. */
  readonly cpu: number;
}

export function factsOf(pid: number): ProcessFacts {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return {
    residentBytes: 1_024 * field(`/proc/${pid}/status`, "VmRSS"),
    bytesWritten: field(`/proc/${pid}/io`, "write_bytes"),
    // Of 100 ticks a second, as on every Linux that Node runs on.
    cpu: 10_000 * (Number(stat[11]) + Number(stat[12])),
  };
}

function field(file: string, name: string): number {
  const found = new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(readFileSync(file, "utf8"));
  return Number(found?.[1] ?? Number.NaN);
}
