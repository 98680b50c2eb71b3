/**
 * Three replicas as processes, all of whose events come to the test with the instants at which they
 * happened. The processes of a machine share CLOCK_MONOTONIC, so the test compares those with the
 * instant of its own deed, and it does not matter how late it hears of them.
 *
 * The replicas take their boards from the test, which has none: nothing is sampled or driven.
 */
import { setTimeout as wait } from "node:timers/promises";
import { vi } from "vitest";
import type { ParentMessage, ReplicaMessage } from "../../../src/host/board-channel.js";
import { boardFromParentFlag } from "../../../src/host/board-channel.js";
import type { LinkFaults } from "../../../src/host/faulty-link.js";
import type { LiveStatus } from "../../../src/host/live-status.js";
import type { Member } from "../../../src/membership/ports.js";
import type { NodeEvent } from "../../../src/node/events.js";
import { program, type Started, startNode } from "../../host/support/built.js";
import { jsonOf, run } from "./captured-io.js";
import { folderOf, freePorts, nodes } from "./cluster-folder.js";

export type Name = (typeof nodes)[number];
type Kind = NodeEvent["kind"];
type EventOf<K extends Kind> = Extract<NodeEvent, { readonly kind: K }>;

export interface Told<E extends NodeEvent = NodeEvent> {
  readonly node: Name;
  /** On the shared clock, in microseconds. */
  readonly at: number;
  readonly event: E;
}

/** Where the replicas stand: on this machine's loopback, or in networks of their own. */
export interface Network {
  /** Of each replica in the order of `nodes`. */
  readonly addresses: readonly string[];
  /** See `StartOptions`. */
  through(name: Name): readonly string[];
}

async function loopback(): Promise<Network> {
  const ports = await freePorts(nodes.length);
  return { addresses: ports.map((port) => `127.0.0.1:${port}`), through: () => [] };
}

/** Far more than anything here takes; a test that waits for so long has failed. */
const waitMax = 45_000;

export const monotonicNow = (): number => Number(process.hrtime.bigint() / 1_000n);

export class WatchedReplicas {
  readonly events: Told[] = [];
  readonly path: string;
  readonly #network: Network;
  readonly #started = new Map<Name, Started>();

  private constructor(path: string, network: Network) {
    this.path = path;
    this.#network = network;
  }

  /** All are up, and each holds all for alive. */
  static async open(config: string, where: Network | null = null): Promise<WatchedReplicas> {
    const network = where ?? (await loopback());
    const path = await folderOf(network.addresses, config);
    const cluster = new WatchedReplicas(path, network);
    for (const name of nodes) cluster.start(name);
    await cluster.allAlive();
    return cluster;
  }

  start(name: Name): void {
    const words = [program, "run", "--node", name, boardFromParentFlag];
    const through = this.#network.through(name);
    const started = startNode(words, { cwd: this.path, ipc: true, through });
    this.#started.set(name, started);
    started.child.on("message", (message) => {
      const heard = message as ReplicaMessage;
      if (heard.kind !== "event") return;
      this.events.push({ node: name, at: heard.at, event: heard.event });
    });
  }

  /** @returns when it was done */
  signal(name: Name, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): number {
    this.#started.get(name)?.child.kill(signal);
    return monotonicNow();
  }

  setLinkFaults(name: Name, faults: Partial<LinkFaults>): void {
    const message: ParentMessage = { kind: "link-faults", faults };
    this.#started.get(name)?.child.send(message);
  }

  /** What a replica, or any, told of a kind, from an instant on. */
  told<K extends Kind>(kind: K, by: Name | null = null, since = 0): readonly Told<EventOf<K>>[] {
    const isIt = ({ node, at, event }: Told): boolean =>
      event.kind === kind && at >= since && (by === null || node === by);
    return this.events.filter(isIt) as readonly Told[] as readonly Told<EventOf<K>>[];
  }

  /** The first of a kind about a member; the test fails where none ever comes. */
  first<K extends Kind>(kind: K, by: Name, about: Name, since: number): Promise<Told<EventOf<K>>> {
    return soon(() => this.told(kind, by, since).find(({ event }) => aboutWhom(event) === about));
  }

  /** The first of a kind from an instant on; the test fails where none ever comes. */
  next<K extends Kind>(kind: K, by: Name, since: number): Promise<Told<EventOf<K>>> {
    return soon(() => this.told(kind, by, since)[0]);
  }

  /** What `holdfast status --json` says, once it fits. */
  async statusWhen(
    fits: (replicas: readonly LiveStatus[]) => boolean,
  ): Promise<readonly LiveStatus[]> {
    const ends = monotonicNow() + waitMax * 1_000;
    for (;;) {
      const result = await run(["status", "--json"], { cwd: this.path });
      const replicas = result.code === 0 ? (jsonOf(result)["replicas"] as LiveStatus[]) : [];
      if (fits(replicas)) return replicas;
      if (monotonicNow() > ends) throw new Error(`the status never fits: ${result.stdout}`);
      await wait(100);
    }
  }

  allAlive(): Promise<readonly LiveStatus[]> {
    const isWell = (replica: LiveStatus): boolean =>
      replica.node.group.members.every(({ state }) => state === "alive") &&
      replica.node.peers.every(({ status }) => status === "trusted");
    return this.statusWhen((all) => all.length === nodes.length && all.every(isWell));
  }
}

export const memberIn = (replica: LiveStatus, name: Name): Member | undefined =>
  replica.node.group.members.find(({ member }) => member === name);

const soon = <T extends object>(find: () => T | undefined): Promise<T> =>
  vi.waitUntil(() => find() ?? false, { timeout: waitMax, interval: 20 });

function aboutWhom(event: NodeEvent): string | null {
  if ("member" in event) return event.member;
  return "peer" in event ? event.peer : null;
}
