/**
 * One running replica of the replicated state alone, without a control program: its machine with
 * clock, UDP link, disk and client socket around it. It owns the order in which the parts begin and
 * end. A node that also controls carries the same machine within its own (see live-node.ts); this
 * is for a third board that only votes, for the bench, and for tests of the state.
 */
import { mkdir } from "node:fs/promises";
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Machine } from "../../kernel/machine.js";
import type { Instant } from "../../kernel/time.js";
import type {
  MessageOfPeer,
  ReplicaEvent,
  ReplicaInput,
  ReplicaOutput,
} from "../../replication/replica/ports.js";
import type { Mac } from "../../wire/mac.js";
import { Opener } from "../../wire/opener.js";
import { Sealer } from "../../wire/sealer.js";
import { SharedSeals } from "../../wire/shared-seals.js";
import { nextBootId } from "../boot-id.js";
import { MachineLoop } from "../machine-loop.js";
import { MonotonicClock } from "../monotonic-clock.js";
import type { HostPort } from "../peer-addresses.js";
import { UdpLink } from "../udp-link.js";
import { LiveState, type LiveStateStatus } from "./live-state.js";

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

export class LiveReplica<M extends Machine<ReplicaInput, ReplicaOutput>> {
  readonly #options: LiveReplicaOptions<M>;
  readonly #clock = new MonotonicClock();
  readonly #seals: SharedSeals;
  readonly #opener: Opener;
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #answers: ReplicaInput[] = [];
  /** Until the end of the turn: what comes together shares a write of the disk. */
  #heard: MessageOfPeer[] = [];
  readonly machine: M;
  #loop: MachineLoop<ReplicaInput, ReplicaOutput> | null = null;
  #link: UdpLink | null = null;
  #state: LiveState | null = null;

  private constructor(options: LiveReplicaOptions<M>, bootId: number) {
    this.#options = options;
    const { self, cluster, mac } = options;
    const wire = { self, cluster, bootId, mac, peers: [...options.peers.keys()] };
    this.#seals = new SharedSeals(new Sealer(wire), "replication");
    this.#opener = new Opener(wire);
    this.machine = options.makeMachine(this.#clock.now(), bootId);
  }

  /**
   * Rejects with `LinkOpenFailure`, `SocketOpenFailure`, `StateOpenFailure` or the file system's
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

  status(): LiveStateStatus | null {
    return this.#state?.status() ?? null;
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
    const state = await LiveState.open({
      ...{ stateDir, node: self, now: () => this.#clock.now() },
      onDone: (done) => {
        this.#answers.push(done);
        this.#loop?.answered();
      },
      onClient: (input) => this.#loop?.offer(input),
    });
    this.#state = state;
    this.#closers.push(() => state.close());
    const link = await UdpLink.open({
      ...{ bind, peers },
      onDatagram: (bytes) => this.#hear(bytes),
      onTrouble: () => undefined,
    });
    this.#link = link;
    this.#closers.push(() => link.close());
    this.#startLoop();
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
    if (!opened.ok || opened.kind !== "replication") return;
    if (this.#heard.length === 0) setImmediate(() => this.#handOn());
    this.#heard.push({ from: opened.source, body: opened.body });
  }

  #handOn(): void {
    const messages = this.#heard;
    this.#heard = [];
    this.#loop?.offer({ kind: "messages", messages });
  }

  #carry(output: ReplicaOutput): void {
    switch (output.kind) {
      case "disk":
        this.#state?.request(output);
        break;
      case "send":
        this.#link?.send([output.target], this.#seals.seal(output.body));
        break;
      case "reply":
        this.#state?.reply(output.client, output.reply);
        break;
      case "event":
        this.#options.onEvent(this.#clock.now(), output.event);
        break;
      case "app-state":
        // Nothing is controlled here.
        break;
      case "refused":
        // A peer of another version, or broken: nothing has changed.
        break;
      default:
        unreachable(output);
    }
  }
}
