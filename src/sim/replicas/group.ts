/**
 * A simulated group: boards, the network between them, clients, and one line of true time. It does
 * nothing wrong by itself beyond what its network and disks were drawn to do; see nemesis.ts.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Prng } from "../../kernel/prng.js";
import { type Duration, micros } from "../../kernel/time.js";
import type { Group } from "../../replication/raft/ports.js";
import type { ClientNumber, ReplicaEvent } from "../../replication/replica/ports.js";
import type { Replica } from "../../replication/replica/replica.js";
import type { ClientReply } from "../../replication/service/ports.js";
import { decodeBody, encodeBody } from "../../wire/cbor.js";
import { ReplayWindow } from "../../wire/replay-window.js";
import type { DiskFault } from "../disk/disk-faults.js";
import { ModelledDisk } from "../disk/modelled-disk.js";
import { EventHeap } from "../event-heap.js";
import { Network } from "../network.js";
import { later, type TrueTime, worldBegins } from "../true-time.js";
import { type Birth, Board } from "./board.js";
import { firstMembers, type Swarm } from "./swarm.js";

/** What a replica says must fit into a frame with this many bytes beside it. */
export const frameRoomBytes = 8_192 - 160;

/** Source, and the number of the frame: what the envelope would tell. */
const headBytes = 5;

export interface GroupOptions {
  readonly swarm: Swarm;
  readonly dice: Prng;
  readonly make: (birth: Birth, index: number) => Replica;
  readonly makeDisk?: (make: () => ModelledDisk, id: NodeId) => ModelledDisk;
  readonly onSend: (board: Board, body: unknown) => void;
  readonly onEvent: (board: Board, event: ReplicaEvent) => void;
  readonly onDiskFault: (fault: DiskFault) => void;
  readonly trace: ((line: string) => void) | null;
}

type OnReply = (reply: ClientReply) => void;

export class SimulatedGroup {
  readonly boards: readonly Board[];
  readonly network: Network;
  readonly counts = { frames: 0, frameBytesMax: 0, copiesDropped: 0 };
  readonly #options: GroupOptions;
  readonly #heap = new EventHeap<() => void>();
  readonly #indices: ReadonlyMap<NodeId, number>;
  readonly #clients = new Map<ClientNumber, { readonly board: Board; readonly onReply: OnReply }>();
  /** By receiver and sender, and only within a life of both, as the envelope has it. */
  readonly #windows = new Map<string, ReplayWindow>();
  readonly #dice: Prng;
  #members: Group;
  #membersTerm = 0;
  #numbers = 0;
  /** By sender and receiver, how many frames. */
  readonly #frameNumbers: Uint32Array;
  #now: TrueTime = worldBegins;

  constructor(options: GroupOptions) {
    const { swarm, dice } = options;
    this.#options = options;
    this.#dice = dice.split("group");
    this.#members = { members: firstMembers(swarm), outgoing: null, lives: new Map() };
    this.#indices = new Map(swarm.boards.map((id, index) => [id, index]));
    this.network = new Network({
      nodeCount: swarm.boards.length,
      model: swarm.network,
      dice: dice.split("network"),
      deliver: (at, target, bytes) => this.#heap.put(at, () => this.#deliver(target, bytes)),
    });
    this.#frameNumbers = new Uint32Array(swarm.boards.length ** 2);
    this.boards = swarm.boards.map((id) => this.#makeBoard(id));
  }

  get now(): TrueTime {
    return this.#now;
  }

  board(id: NodeId): Board {
    const board = this.boards[this.#indices.get(id) ?? -1];
    assert(board !== undefined, `no board ${id}`);
    return board;
  }

  indexOf(id: NodeId): number {
    const index = this.#indices.get(id);
    assert(index !== undefined, `no board ${id}`);
    return index;
  }

  /** As the newest leader knew it when it was looked at last. */
  get members(): Group {
    this.noteMembers();
    return this.#members;
  }

  noteMembers(): void {
    for (const board of this.boards) {
      const raft = board.replica?.status().raft ?? null;
      if (raft?.role !== "leader" || raft.term < this.#membersTerm) continue;
      this.#membersTerm = raft.term;
      this.#members = raft.group;
    }
  }

  after(wait: Duration, run: () => void): void {
    this.#heap.put(later(this.#now, wait), run);
  }

  run(end: TrueTime): void {
    while (this.#heap.nextAt <= end) {
      this.#now = this.#heap.nextAt;
      this.#heap.take()?.();
    }
    this.#now = end;
  }

  /** A connection: its number, or null where the board is down. Answers come a little later. */
  connect(board: Board, onReply: OnReply): ClientNumber | null {
    if (!board.up) return null;
    this.#numbers += 1;
    this.#clients.set(this.#numbers, { board, onReply });
    return this.#numbers;
  }

  disconnect(client: ClientNumber): void {
    const found = this.#clients.get(client);
    this.#clients.delete(client);
    found?.board.offer({ kind: "client-gone", client });
  }

  /** Comes to the board a little later, if the connection is still there. */
  request(client: ClientNumber, body: unknown): void {
    const found = this.#clients.get(client);
    if (found === undefined) return;
    const { life } = found.board;
    this.after(micros(50 + this.#dice.below(400)), () => {
      if (found.board.life !== life || !this.#clients.has(client)) return;
      found.board.offer({ kind: "requests", requests: [{ client, body }] });
    });
  }

  /** The board is down: its connections are gone. */
  dropConnections(board: Board): void {
    for (const [client, found] of this.#clients) {
      if (found.board === board) this.#clients.delete(client);
    }
  }

  isConnected(client: ClientNumber): boolean {
    return this.#clients.has(client);
  }

  trace(line: () => string): void {
    this.#options.trace?.(`${this.#now} ${line()}`);
  }

  #makeBoard(id: NodeId): Board {
    const { swarm, dice, makeDisk } = this.#options;
    const own = dice.split(`board ${id}`);
    const rate = own.below(2 * swarm.clockDriftPpm + 1) - swarm.clockDriftPpm;
    // A rate is given by how many true seconds a clock's second takes, so the bound is on both.
    return new Board(id, Math.round(rate * 0.98), own, {
      latenessMax: swarm.latenessMax,
      now: () => this.#now,
      schedule: (at, run) => this.#heap.put(at, run),
      make: (birth) => this.#options.make(birth, this.indexOf(id)),
      makeDisk: (name, generation) => {
        const make = () => this.#makeDisk(own.split(`disk ${generation}`));
        return makeDisk === undefined ? make() : makeDisk(make, name);
      },
      send: (source, target, body) => this.#send(source, target, body),
      reply: (board, client, reply) => this.#reply(board, client, reply),
      event: (board, event) => this.#options.onEvent(board, event),
      trace: (line) => this.trace(line),
    });
  }

  #makeDisk(dice: Prng): ModelledDisk {
    const { swarm, onDiskFault } = this.#options;
    return new ModelledDisk({
      dice,
      latency: swarm.disk,
      onFault: (_at, fault) => onDiskFault(fault),
    });
  }

  #send(source: NodeId, target: NodeId, body: unknown): void {
    const to = this.#indices.get(target);
    if (to === undefined) return;
    this.#options.onSend(this.board(source), body);
    const encoded = encodeBody(body);
    assert(encoded.length <= frameRoomBytes, `a body of ${encoded.length} bytes in a frame`);
    const frame = new Uint8Array(headBytes + encoded.length);
    const link = this.indexOf(source) * this.boards.length + to;
    const number = (this.#frameNumbers[link] ?? 0) + 1;
    this.#frameNumbers[link] = number;
    frame[0] = this.indexOf(source);
    new DataView(frame.buffer).setUint32(1, number);
    frame.set(encoded, headBytes);
    this.counts.frames += 1;
    this.counts.frameBytesMax = Math.max(this.counts.frameBytesMax, encoded.length);
    this.network.send(this.#now, this.indexOf(source), to, frame);
  }

  #deliver(target: number, frame: Uint8Array): void {
    const board = this.boards[target] as Board;
    const source = this.boards[frame[0] as number] as Board;
    const decoded = decodeBody(frame, headBytes, frame.length);
    assert(decoded.ok, "a frame that was sent cannot be read");
    const { body } = decoded;
    // Raft bears copies, and gets them; what is forwarded counts on the envelope.
    const isForwarded = body instanceof Uint8Array;
    if (isForwarded && !this.#isFirst(board, source, new DataView(frame.buffer).getUint32(1)))
      return;
    this.trace(() => `${source.id} -> ${board.id} ${frame.length}`);
    board.offer({ kind: "message", from: source.id, body });
  }

  #isFirst(board: Board, source: Board, number: number): boolean {
    const name = `${board.id} ${board.life} ${source.id}`;
    let window = this.#windows.get(name);
    if (window === undefined) {
      window = new ReplayWindow();
      this.#windows.set(name, window);
    }
    const standing = window.standing(number);
    if (standing === "seen" || standing === "too-old") {
      this.counts.copiesDropped += 1;
      return false;
    }
    window.accept(number);
    return true;
  }

  #reply(board: Board, client: ClientNumber, reply: ClientReply): void {
    const found = this.#clients.get(client);
    if (found === undefined || found.board !== board) return;
    this.trace(() => `${board.id} to client ${client}: ${JSON.stringify(reply)}`);
    this.after(micros(50 + this.#dice.below(400)), () => {
      if (this.#clients.has(client)) found.onReply(reply);
    });
  }
}
