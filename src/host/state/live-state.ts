/**
 * What a replica of the replicated state has of its host: the folder on the disk and the socket for
 * clients. Their answers and requests become inputs of the machine.
 */
import { join } from "node:path";
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { DiskDone, DiskOperation, DiskRequest } from "../../recovery/disk.js";
import { pageBytesOf } from "../../recovery/log/disk-use.js";
import { WriteBudget } from "../../recovery/log/write-budget.js";
import type { ClientNumber, ReplicaInput } from "../../replication/replica/ports.js";
import type { ClientReply } from "../../replication/service/ports.js";
import { FileDisk } from "../disk/file-disk.js";
import { StateSocket, type StateSocketCounts, stateSocketPath } from "./state-socket.js";

export type ClientInput = Extract<
  ReplicaInput,
  { readonly kind: "requests" | "client-gone" | "client-paused" }
>;

export interface LiveStateOptions {
  readonly stateDir: string;
  readonly node: NodeId;
  readonly now: () => Instant;
  readonly onDone: (done: DiskDone) => void;
  readonly onClient: (input: ClientInput) => void;
}

/** Since the start, but for the last hour's bytes. */
export interface LiveStateStatus {
  readonly folder: string;
  /** In whole pages, as `state.bytesPerHourMax` counts them. */
  readonly bytesLastHour: number;
  /** Writes that were to be durable, and syncs of their own. */
  readonly syncsLastHour: number;
  readonly bytesWritten: number;
  readonly writes: number;
  /** Writes that were to be durable, and syncs of their own. */
  readonly syncs: number;
  readonly clients: StateSocketCounts;
}

/**
 * In milliseconds. Whoever is there for good has the control socket as well, and no second start
 * comes so far; this is for a killed predecessor that has not ended yet.
 */
const lockWait = 10_000;

/** The folder of the state cannot be used, or another process uses it. */
export class StateOpenFailure extends Error {
  override readonly name = "StateOpenFailure";
}

export const stateFolder = (stateDir: string, node: NodeId): string =>
  join(stateDir, `${node}.state`);

export class LiveState {
  readonly #options: LiveStateOptions;
  readonly #folder: string;
  readonly #disk: FileDisk;
  readonly #socket: StateSocket;
  readonly #hour: WriteBudget;
  readonly #syncsOfHour: WriteBudget;
  #bytesWritten = 0;
  #writes = 0;
  #syncs = 0;

  private constructor(options: LiveStateOptions, disk: FileDisk, socket: StateSocket) {
    this.#options = options;
    this.#folder = stateFolder(options.stateDir, options.node);
    this.#disk = disk;
    this.#socket = socket;
    this.#hour = new WriteBudget(options.now(), null);
    this.#syncsOfHour = new WriteBudget(options.now(), null);
  }

  /** Rejects with a `StateOpenFailure` or a `SocketOpenFailure`; nothing is left open then. */
  static async open(options: LiveStateOptions): Promise<LiveState> {
    const { stateDir, node, onDone, onClient } = options;
    const opened = await FileDisk.open({ folder: stateFolder(stateDir, node), onDone, lockWait });
    if (!opened.ok) throw new StateOpenFailure(opened.reason);
    const { disk } = opened;
    try {
      const socket = await StateSocket.open({
        path: stateSocketPath(stateDir, node),
        onRequests: (requests) => onClient({ kind: "requests", requests }),
        onPaused: (client, paused) => onClient({ kind: "client-paused", client, paused }),
        onGone: (client) => onClient({ kind: "client-gone", client }),
      });
      return new LiveState(options, disk, socket);
    } catch (error) {
      await disk.close();
      throw error;
    }
  }

  request(request: DiskRequest): void {
    this.#count(request.operation);
    this.#disk.request(request);
  }

  #count(operation: DiskOperation): void {
    const now = this.#options.now();
    this.#hour.add(now, pageBytesOf(operation));
    if (operation.kind === "create") this.#bytesWritten += operation.bytes;
    if (operation.kind === "write") {
      this.#writes += 1;
      this.#bytesWritten += operation.bytes.length;
    }
    const isSync = operation.kind === "sync" || operation.kind === "sync-folder";
    if (!isSync && !(operation.kind === "write" && operation.synced)) return;
    this.#syncs += 1;
    this.#syncsOfHour.add(now, 1);
  }

  reply(client: ClientNumber, reply: ClientReply): void {
    this.#socket.reply(client, reply);
  }

  status(): LiveStateStatus {
    // The hour goes on also while nothing is written.
    const now = this.#options.now();
    this.#hour.add(now, 0);
    this.#syncsOfHour.add(now, 0);
    return {
      folder: this.#folder,
      bytesLastHour: this.#hour.bytesPerHour,
      syncsLastHour: this.#syncsOfHour.bytesPerHour,
      bytesWritten: this.#bytesWritten,
      writes: this.#writes,
      syncs: this.#syncs,
      clients: this.#socket.counts(),
    };
  }

  async close(): Promise<void> {
    await this.#socket.close();
    await this.#disk.close();
  }
}
