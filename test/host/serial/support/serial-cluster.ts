/** Three replicas as processes, with UDP that can be cut and a triangle of serial cables. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { askStatus } from "../../../../src/host/ask-replica.js";
import { socketPath } from "../../../../src/host/control-socket.js";
import type { LiveStatus } from "../../../../src/host/live-status.js";
import type { LineStatus } from "../../../../src/host/stream-link.js";
import { nodeId } from "../../../../src/kernel/ids.js";
import { program, type Started, startNode } from "../../support/built.js";
import { testFolder } from "../../support/folder.js";
import { Cable } from "./cable.js";
import { UdpRelay } from "./udp-relay.js";

export const names = ["a", "b", "c"] as const;
export type Name = (typeof names)[number];

const pairs = [
  ["a", "b"],
  ["b", "c"],
  ["a", "c"],
] as const;

/** Far more than anything here takes; a test that waits for so long has failed. */
const waitMax = 40_000;

const appModule = `
export const app = {
  name: "boiler",
  sensors: { temperature: { unit: "degC", min: 0, max: 120, tolerance: 5 } },
  outputs: { heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: {},
  control: ({ state }) => ({ state, commands: { heater: 0.5 } }),
};
`;

export class SerialCluster {
  readonly folder: string;
  readonly relay: UdpRelay;
  readonly cables = new Map<string, Cable>();
  readonly #processes = new Map<Name, Started>();

  private constructor(folder: string, relay: UdpRelay) {
    this.folder = folder;
    this.relay = relay;
    for (const pair of pairs) this.cables.set(pair.join("-"), new Cable(folder, pair.join("-")));
  }

  /** All are up, hear one another by both paths, and one of them drives. */
  static async open(timing: string): Promise<SerialCluster> {
    const cluster = new SerialCluster(await testFolder(), await UdpRelay.open(names));
    await writeFile(join(cluster.folder, "app.mjs"), appModule);
    for (const name of names)
      await writeFile(cluster.#configOf(name), cluster.#config(name, timing));
    for (const name of names) cluster.start(name);
    await cluster.when(isWhole);
    return cluster;
  }

  get stateDir(): string {
    return join(this.folder, "state");
  }

  start(name: Name): void {
    const words = [program, "run", "--config", this.#configOf(name), "--node", name];
    const started = startNode([...words, "--no-watchdog"], { cwd: this.folder });
    this.#processes.set(name, started);
  }

  async kill(name: Name): Promise<void> {
    const started = this.#processes.get(name);
    started?.child.kill("SIGKILL");
    await started?.ended;
  }

  cable(name: string): Cable {
    const cable = this.cables.get(name);
    if (cable === undefined) throw new Error(`no cable ${name}`);
    return cable;
  }

  async all(): Promise<readonly LiveStatus[]> {
    const found: LiveStatus[] = [];
    for (const name of names) {
      const status = await this.statusOf(name);
      if (status !== undefined) found.push(status);
    }
    return found;
  }

  async statusOf(name: Name): Promise<LiveStatus | undefined> {
    const answer = await askStatus(socketPath(this.stateDir, nodeId(name)), 2_000);
    return answer.ok ? answer.status : undefined;
  }

  async when(fits: (all: readonly LiveStatus[]) => boolean): Promise<readonly LiveStatus[]> {
    const ends = performance.now() + waitMax;
    for (;;) {
      const all = await this.all();
      if (all.length === names.length && fits(all)) return all;
      if (performance.now() > ends) {
        throw new Error(`the status never fits: ${JSON.stringify(all.map(briefly))}`);
      }
      await wait(20);
    }
  }

  #configOf = (name: Name): string => join(this.folder, `${name}.yaml`);

  #config(self: Name, timing: string): string {
    const lines = pairs.map((pair) => {
      const ends = this.cable(pair.join("-")).ends;
      const ports = pair.map((name, index) => `${name}: ${ends[index]}`).join(", ");
      return `  - { baudRate: 115200, ports: { ${ports} } }`;
    });
    return [
      ...["cluster: test", 'key: "00112233445566778899aabbccddeeff"', "app: app.mjs"],
      ...["board: { kind: mock }", "nodes:"],
      ...names.map((name) => `  - { id: ${name}, address: "${this.relay.address(self, name)}" }`),
      ...["serial:", ...lines, `timing: ${timing}`, ""],
    ].join("\n");
  }
}

export const isWhole = (all: readonly LiveStatus[]): boolean =>
  all.every(({ node }) => node.driver !== null && node.paths.every(isBothWays));

const isBothWays = ({ paths }: LiveStatus["node"]["paths"][number]): boolean =>
  paths.length === 2 && paths.every(({ direction }) => direction === "both");

export function lineOf(status: LiveStatus | undefined, name: string): LineStatus {
  const lines = status?.host.paths.flatMap(({ lines = [] }) => lines) ?? [];
  const line = lines.find((one) => one.line === name);
  if (line === undefined) throw new Error(`no line ${name}`);
  return line;
}

const briefly = ({ node, host }: LiveStatus) => ({
  ...{ node: node.node, driver: node.driver, paths: node.paths },
  lines: host.paths.flatMap(({ lines = [] }) => lines),
});
