/**
 * One running replica of the replicated state alone, without a control program: its machine with
 * clock, UDP link, disk and client socket around it. It owns the order in which the parts begin and
 * end. A node that also controls carries the same machine within its own (see live-node.ts); this
 * is for a third board that only votes, for the bench, and for tests of the state.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Machine } from "../../kernel/machine.js";
import type { Instant } from "../../kernel/time.js";
import type { ReplicaEvent, ReplicaInput, ReplicaOutput } from "../../replication/replica/ports.js";
import type { Mac } from "../../wire/mac.js";
import { Opener } from "../../wire/opener.js";
import { Sealer } from "../../wire/sealer.js";
import { nextBootId } from "../boot-id.js";
import { FileDisk } from "../disk/file-disk.js";
import { MachineLoop } from "../machine-loop.js";
import { MonotonicClock } from "../monotonic-clock.js";
import type { HostPort } from "../peer-addresses.js";
import { UdpLink } from "../udp-link.js";
import { StateSocket, type StateSocketCounts, stateSocketPath } from "./state-socket.js";

export interface LiveReplicaOptions<M extends Machine<ReplicaInput, ReplicaOutput>> {
  readonly self: NodeId;
  readonly cluster: string;
  readonly mac: Mac;
  readonly bind: HostPort;
  /** The others, with where they listen. */
  readonly peers: ReadonlyMap<NodeId, HostPort>;
  /** For the boot id, the state and the client socket. */
  readonly stateDir: string;
  readonly makeMachine: (now: Instant, bootId: number) => M;
  readonly onEvent: (at: Instant, event: ReplicaEvent) => void;
  /** Called once; it has stopped, and the process should end with a code that is not 0. */
  readonly onFailure: (error: unknown) => void;
}

/** The folder of the state cannot be used, or another process uses it. */
export class DiskOpenFailure extends Error {
  override readonly name = "DiskOpenFailure";
}

export const stateFolder = (stateDir: string, node: NodeId): string =>
  join(stateDir, `${node}.state`);

export class LiveReplica<M extends Machine<ReplicaInput, ReplicaOutput>> {
  readonly #options: LiveReplicaOptions<M>;
  readonly #clock = new MonotonicClock();
  readonly #sealer: Sealer;
  readonly #opener: Opener;
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #answers: ReplicaInput[] = [];
  readonly machine: M;
  #loop: MachineLoop<ReplicaInput, ReplicaOutput> | null = null;
  #link: UdpLink | null = null;
  #disk: FileDisk | null = null;
  #socket: StateSocket | null = null;

  private constructor(options: LiveReplicaOptions<M>, bootId: number) {
    this.#options = options;
    const { self, cluster, mac } = options;
    const wire = { self, cluster, bootId, mac, peers: [...options.peers.keys()] };
    this.#sealer = new Sealer(wire);
    this.#opener = new Opener(wire);
    this.machine = options.makeMachine(this.#clock.now(), bootId);
  }

  /**
   * Rejects with `LinkOpenFailure`, `SocketOpenFailure`, `DiskOpenFailure` or the file system's
   * error; nothing is left open then.
   */
  static async start<M extends Machine<ReplicaInput, ReplicaOutput>>(
    options: LiveReplicaOptions<M>,
  ): Promise<LiveReplica<M>> {
    const { stateDir, self: node } = options;
    await mkdir(stateDir, { recursive: true });
    const { bootId } = await nextBootId({ node, stateDir, wallClock: Date.now() });
    const live = new LiveReplica(options, bootId);
    try {
      await live.#begin();
    } catch (error) {
      await live.stop();
      throw error;
    }
    return live;
  }

  now(): Instant {
    return this.#clock.now();
  }

  clients(): StateSocketCounts | null {
    return this.#socket?.counts() ?? null;
  }

  /** Stops without a word, as a crash does, and gives everything back. Twice is harmless. */
  async stop(): Promise<void> {
    this.#loop?.stop();
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      await close();
    }
  }

  async #begin(): Promise<void> {
    const { stateDir, self, bind, peers } = this.#options;
    await this.#openDisk(stateFolder(stateDir, self));
    const link = await UdpLink.open({
      ...{ bind, peers },
      onDatagram: (bytes) => this.#hear(bytes),
      onTrouble: () => undefined,
    });
    this.#link = link;
    this.#closers.push(() => link.close());
    const socket = await StateSocket.open({
      path: stateSocketPath(stateDir, self),
      onRequests: (client, bodies) => {
        for (const body of bodies) this.#loop?.offer({ kind: "request", client, body });
      },
      onGone: (client) => this.#loop?.offer({ kind: "client-gone", client }),
    });
    this.#socket = socket;
    this.#closers.push(() => socket.close());
    this.#startLoop();
  }

  async #openDisk(folder: string): Promise<void> {
    const opened = await FileDisk.open({
      folder,
      onDone: (done) => {
        this.#answers.push(done);
        this.#loop?.answered();
      },
    });
    if (!opened.ok) throw new DiskOpenFailure(opened.reason);
    const { disk } = opened;
    this.#disk = disk;
    this.#closers.push(() => disk.close());
  }

  #startLoop(): void {
    this.#loop = new MachineLoop<ReplicaInput, ReplicaOutput>({
      clock: this.#clock,
      machine: this.machine,
      carry: (output) => this.#carry(output),
      answers: () => this.#answers.shift(),
      recorder: null,
      onStop: () => undefined,
      onFailure: ({ error }) => this.#options.onFailure(error),
    });
    this.#loop.start();
  }

  #hear(bytes: Uint8Array): void {
    const opened = this.#opener.open(bytes);
    if (!opened.ok || opened.kind !== "state") return;
    this.#loop?.offer({ kind: "message", from: opened.source, body: opened.body });
  }

  #carry(output: ReplicaOutput): void {
    switch (output.kind) {
      case "disk":
        this.#disk?.request(output);
        break;
      case "send":
        this.#link?.send([output.target], this.#sealer.seal("state", output.body, "some"));
        break;
      case "reply":
        this.#socket?.reply(output.client, output.reply);
        break;
      case "event":
        this.#options.onEvent(this.#clock.now(), output.event);
        break;
      default:
        unreachable(output);
    }
  }
}
