/** The members of a group as processes, to be killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { stateSocketPath } from "../../../../src/host/state/state-socket.js";
import { nodeId } from "../../../../src/kernel/ids.js";
import { builtFile } from "../../support/built.js";
import { testFolder } from "../../support/folder.js";

export const memberProgram = "bench/replication/member.js";

export interface MemberTimes {
  readonly heartbeatMs: number;
  readonly electionMs: number;
}

export class Members {
  readonly names: readonly string[];
  readonly folder: string;
  readonly #ports: readonly number[];
  readonly #times: MemberTimes;
  readonly #processes = new Map<string, ChildProcess>();
  /** What members said on stderr, and how those ended that nobody killed. */
  readonly complaints: string[] = [];

  private constructor(
    names: readonly string[],
    folder: string,
    ports: readonly number[],
    times: MemberTimes,
  ) {
    this.names = names;
    this.folder = folder;
    this.#ports = ports;
    this.#times = times;
  }

  static async prepare(names: readonly string[], times: MemberTimes): Promise<Members> {
    const [folder, ports] = [await testFolder(), await freePorts(names.length)];
    const members = new Members(names, folder, ports, times);
    onTestFinished(() => {
      for (const name of names) members.kill(name);
    });
    return members;
  }

  stateDir(name: string): string {
    return join(this.folder, name);
  }

  path(name: string): string {
    return stateSocketPath(this.stateDir(name), nodeId(name));
  }

  start(name: string): void {
    const { heartbeatMs, electionMs } = this.#times;
    const peers = this.names.map((peer, index) => `${peer}=${this.#ports[index]}`).join(",");
    const words = [name, peers, this.stateDir(name), String(heartbeatMs), String(electionMs)];
    const child = spawn(process.execPath, [builtFile(memberProgram), ...words], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#processes.set(name, child);
    child.stderr?.on("data", (text) => this.complaints.push(`${name}: ${text}`));
    child.on("exit", (code, signal) => {
      if (signal !== "SIGKILL") this.complaints.push(`${name} ended with ${code ?? signal}`);
    });
  }

  /** At once, as a loss of power does, but for what the kernel still writes. */
  kill(name: string): void {
    this.#processes.get(name)?.kill("SIGKILL");
    this.#processes.delete(name);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket("udp4"));
  for (const socket of sockets) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  }
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) socket.close();
  return ports;
}
