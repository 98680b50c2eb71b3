/**
 * A group of replicas on a perfect network and good disks, in a test's hand: it asks a replica
 * something and runs until the answer has come, or until time is up.
 */
import { type NodeId, nodeId } from "../../../../src/kernel/ids.js";
import { Prng } from "../../../../src/kernel/prng.js";
import { type Duration, micros, millis, seconds } from "../../../../src/kernel/time.js";
import type { MemberRoles } from "../../../../src/replication/raft/ports.js";
import type { ReplicaOptions } from "../../../../src/replication/replica/parts.js";
import type { ReplicaEvent } from "../../../../src/replication/replica/ports.js";
import { Replica } from "../../../../src/replication/replica/replica.js";
import type { ClientReply, ClientRequest } from "../../../../src/replication/service/ports.js";
import { encodeRequest } from "../../../../src/replication/service/request-bodies.js";
import { instantLatency } from "../../../../src/sim/disk/latency.js";
import { Effect } from "../../../../src/sim/effect.js";
import type { LinkFault } from "../../../../src/sim/network.js";
import type { Board } from "../../../../src/sim/replicas/board.js";
import { counterCommands } from "../../../../src/sim/replicas/counter-app.js";
import { SimulatedGroup } from "../../../../src/sim/replicas/group.js";
import { drawSwarm, type Swarm } from "../../../../src/sim/replicas/swarm.js";
import { later, type TrueTime } from "../../../../src/sim/true-time.js";

export const heartbeat = millis(20);
export const election = millis(100);

function calmSwarm(voters: number): Swarm {
  const drawn = drawSwarm(1, new Prng(1));
  const boards = Array.from({ length: voters }, (_, index) => nodeId(`n${index + 1}`));
  return {
    ...drawn,
    ...{ boards, voters, witness: false, clockDriftPpm: 0, latenessMax: millis(20) },
    disk: instantLatency,
    network: {
      delay: { kind: "uniform", min: micros(100), max: micros(200) },
      ...{ loss: 0, duplication: 0, reordering: 0, reorderDelay: millis(1), corruption: 0 },
    },
    raft: {
      heartbeat,
      electionTimeoutMin: election,
      electionTimeoutMax: micros(2 * election),
      driftMaxPpm: 0,
      leaseReads: false,
    },
  };
}

export class SmallGroup {
  readonly group: SimulatedGroup;
  readonly events: { readonly node: NodeId; readonly event: ReplicaEvent }[] = [];
  /** Bodies of frames that are not Raft's. */
  readonly forwarded: Uint8Array[] = [];
  readonly #swarm: Swarm;
  readonly #cuts: { readonly from: number; readonly to: number; readonly fault: LinkFault }[] = [];
  #lastId = 0;

  constructor(voters = 3, change: (options: ReplicaOptions) => ReplicaOptions = (same) => same) {
    this.#swarm = calmSwarm(voters);
    this.group = new SimulatedGroup({
      swarm: this.#swarm,
      dice: new Prng(7),
      make: ({ id, now, life, dice }) =>
        new Replica(
          change({
            ...{ now, self: id, life, dice, group: this.#members() },
            ...{ raft: this.#swarm.raft, app: counterCommands },
          }),
        ),
      onSend: (_board, body) => {
        if (body instanceof Uint8Array) this.forwarded.push(body);
      },
      onEvent: (board, event) => this.events.push({ node: board.id, event }),
      onDiskFault: () => undefined,
      trace: null,
    });
    for (const board of this.group.boards) board.boot();
  }

  get boards(): readonly Board[] {
    return this.group.boards;
  }

  run(length: Duration): void {
    this.group.run(later(this.group.now, length));
  }

  /** Runs until somebody leads, of the boards that are given. */
  leader(among: readonly Board[] = this.boards): Board {
    for (let tries = 0; tries < 500; tries += 1) {
      const leads = among.find((board) => board.replica?.status().raft?.role === "leader");
      if (leads !== undefined && leads.replica?.status().applied !== 0) return leads;
      this.run(millis(10));
    }
    throw new Error("nobody leads");
  }

  follower(): Board {
    const leader = this.leader();
    return this.boards.find((board) => board !== leader && board.up) as Board;
  }

  /** Null where no answer came in time. */
  ask(
    board: Board,
    request: (id: number) => ClientRequest,
    patience: Duration = seconds(8),
  ): ClientReply | null {
    let answer: ClientReply | null = null;
    this.send(board, request, (reply) => {
      answer = reply;
    });
    const end = later(this.group.now, patience);
    while (answer === null && this.group.now < end) this.run(millis(1));
    return answer;
  }

  /** @returns the number of the connection, which stays */
  send(
    board: Board,
    request: (id: number) => ClientRequest,
    onReply: (reply: ClientReply) => void,
  ): number {
    const client = this.group.connect(board, onReply);
    if (client === null) throw new Error(`${board.id} is down`);
    this.#lastId += 1;
    this.group.request(client, encodeRequest(request(this.#lastId)));
    return client;
  }

  /** Nothing passes between the board and the others any more. */
  cut(board: Board): void {
    const at = this.group.indexOf(board.id);
    for (const other of this.boards) {
      const to = this.group.indexOf(other.id);
      if (to === at) continue;
      this.#block(at, to);
      this.#block(to, at);
    }
  }

  join(): void {
    for (const { from, to, fault } of this.#cuts.splice(0)) {
      this.group.network.removeFault(from, to, fault);
    }
  }

  /** Of the present. */
  get now(): TrueTime {
    return this.group.now;
  }

  #block(from: number, to: number): void {
    const fault: LinkFault = {
      ...{ blocked: true, loss: 0, duplication: 0, reordering: 0, reorderDelay: millis(1) },
      ...{ corruption: 0, delay: null, effect: new Effect() },
    };
    this.group.network.addFault(from, to, fault);
    this.#cuts.push({ from, to, fault });
  }

  #members(): MemberRoles {
    return new Map(this.#swarm.boards.map((board) => [board, "voter"]));
  }
}

export const put =
  (key: string, value: number, session = 0, sequence = 0) =>
  (id: number): ClientRequest => ({
    ...{ kind: "command", id, session, sequence },
    command: {
      ...{ kind: "put", key, value: Uint8Array.of(value), condition: null, ephemeral: false },
    },
  });

export const get =
  (key: string, freshness: "linearizable" | "stale" = "linearizable") =>
  (id: number): ClientRequest => ({ kind: "query", id, freshness, query: { kind: "get", key } });

export const count =
  (counter: string, session = 0, sequence = 0) =>
  (id: number): ClientRequest => ({
    ...{ kind: "command", id, session, sequence },
    command: { kind: "app", name: "count", argument: { counter } },
  });

export const openSession =
  (lease: Duration) =>
  (id: number): ClientRequest => ({
    ...{ kind: "command", id, session: 0, sequence: 0 },
    command: { kind: "open-session", name: "c", lease },
  });

/** The value that a read has found; undefined where it was not answered. */
export function foundValue(reply: ClientReply | null): number | null | undefined {
  if (reply?.kind !== "answer" || reply.result.kind !== "key") return undefined;
  return reply.result.found?.value[0] ?? null;
}
