/**
 * Mistakes that are planted between the parts of a replica, as somebody might make them. Each must
 * be found by the same sweep that finds nothing in the replica as it is.
 */
import { type Duration, millis } from "../../../../src/kernel/time.js";
import type { LogInput, LogOutput } from "../../../../src/recovery/log/ports.js";
import { encodeGroup } from "../../../../src/replication/raft/group.js";
import { GroupHistory } from "../../../../src/replication/raft/group-history.js";
import { encodeHardState, parseHardState } from "../../../../src/replication/raft/hard-state.js";
import type { RaftInput, RaftOutput } from "../../../../src/replication/raft/ports.js";
import type { Quorum } from "../../../../src/replication/raft/quorum.js";
import type { RaftMachine, ReplicaParts } from "../../../../src/replication/replica/parts.js";
import { encodeCommand, parseCommand } from "../../../../src/replication/service/command-bytes.js";
import type { Service } from "../../../../src/replication/service/service.js";
import type { Session } from "../../../../src/replication/service/sessions.js";
import type { Tampering } from "../../../../src/sim/replicas/run.js";
import type { FaultKind } from "../../../../src/sim/replicas/swarm.js";
import { type Between, Wrapped } from "./wrapped.js";

export interface Planted {
  readonly name: string;
  readonly tampering: Tampering;
  /** What is wrong while it runs; it is right again afterwards. */
  readonly during?: (run: () => void) => void;
}

export const planted: readonly Planted[] = [
  {
    name: "a vote is not persisted",
    tampering: logs(() => ({
      hears: (input) => [
        input.kind === "save" ? { ...input, meta: withoutVote(input.meta) } : input,
      ],
    })),
  },
  {
    name: "an entry of an old term is committed by count",
    tampering: {
      // It takes three leaders that fall one after the other, each right after it was elected
      // (figure 8 of the paper): among all other faults some thousand seeds have none of it.
      swarm: (swarm) => ({
        ...swarm,
        ...{ faults: fallingLeaders, witness: false },
        raft: { ...swarm.raft, leaseReads: false, mistake: "commits-by-count-alone" },
      }),
    },
  },
  {
    name: "a read asks no quorum",
    tampering: rafts((raft) => ({
      saysFirst: (input) => {
        if (input.kind !== "read" || raft.status().role !== "leader") return [];
        return [{ kind: "read-ready", ticket: input.ticket, index: raft.status().committed }];
      },
      hears: (input) => (input.kind === "read" && raft.status().role === "leader" ? [] : [input]),
    })),
  },
  {
    name: "what should be synced is not",
    tampering: logs(() => ({
      says: (output) => [output.kind === "disk" ? unsynced(output) : output],
    })),
  },
  {
    name: "a snapshot has not the members",
    tampering: {
      parts: (parts, { group }) => ({
        ...parts,
        log: () => {
          const head = group === null ? null : encodeGroup({ members: group, ...alone });
          return new Wrapped<LogInput, LogOutput>(parts.log(), {
            hears: (input) => [
              input.kind === "save-snapshot" && head !== null
                ? { ...input, snapshot: { ...input.snapshot, head } }
                : input,
            ],
          });
        },
      }),
    },
  },
  {
    name: "an entry is acknowledged before it is saved",
    tampering: logs(() => ({
      saysFirst: (input) =>
        input.kind === "save" ? [{ kind: "saved", ticket: input.ticket }] : [],
      says: (output) => (output.kind === "saved" ? [] : [output]),
    })),
  },
  {
    name: "a session's command is applied each time that it comes",
    tampering: services((service) => {
      const apply = service.apply.bind(service);
      service.apply = (index, bytes) => {
        const logged = parseCommand(bytes);
        const session = service.openSessions.get(logged?.session ?? 0);
        if (logged === null || session === undefined) return apply(index, bytes);
        if (logged.sequence !== session.sequence) return apply(index, bytes);
        return apply(index, encodeCommand(session.id, session.sequence + 1, logged.command));
      };
    }),
  },
  {
    name: "a joint group needs the new majority alone",
    // Two majorities without a common member need a replacement, and a network that parts then.
    tampering: {
      swarm: (swarm) => ({ ...swarm, ...{ faults: partedChanges, witness: false, voters: 3 } }),
    },
    during: (run) => {
      const right = Object.getOwnPropertyDescriptor(GroupHistory.prototype, "quorum");
      const get = right?.get;
      if (right === undefined || get === undefined) throw new Error("the getter has moved");
      Object.defineProperty(GroupHistory.prototype, "quorum", {
        ...right,
        get(): Quorum {
          return { ...(get.call(this) as Quorum), outgoing: null };
        },
      });
      try {
        run();
      } finally {
        Object.defineProperty(GroupHistory.prototype, "quorum", right);
      }
    },
  },
  {
    name: "a new leader does not wait for the leases of the sessions that it finds",
    tampering: services((service) => {
      let newest = 0;
      const found = (sessions: ReadonlyMap<number, Session>): ReadonlyMap<number, Session> => {
        const before = newest;
        for (const id of sessions.keys()) newest = Math.max(newest, id);
        const short = [...sessions].map(([id, session]) =>
          id > before && before > 0
            ? ([id, session] as const)
            : ([id, { ...session, lease: shortLease as Session["lease"] }] as const),
        );
        return new Map(short);
      };
      const right = Object.getOwnPropertyDescriptor(
        Object.getPrototypeOf(Object.getPrototypeOf(service)),
        "openSessions",
      );
      if (right?.get === undefined) throw new Error("the getter has moved");
      const get = right.get;
      Object.defineProperty(service, "openSessions", {
        get: () => found(get.call(service) as ReadonlyMap<number, Session>),
      });
    }),
  },
  {
    name: "a vote is given to a candidate whose log is behind",
    tampering: rafts(() => ({
      hears: (input) => [
        input.kind === "message" && input.message.kind === "vote-request"
          ? { ...input, message: { ...input.message, lastTerm: 1e9, lastIndex: 1e9 } }
          : input,
      ],
    })),
  },
  {
    name: "the repair of a log cuts one record too many",
    tampering: logs(() => ({
      says: (output) => {
        if (output.kind !== "recovered" || output.log.entries.length < 2) return [output];
        return [{ ...output, log: { ...output.log, entries: output.log.entries.slice(0, -1) } }];
      },
    })),
  },
  {
    name: "a condition is not looked at",
    tampering: services((service) => {
      const apply = service.apply.bind(service);
      service.apply = (index, bytes) => {
        const logged = parseCommand(bytes);
        if (logged?.command.kind !== "put") return apply(index, bytes);
        const command = { ...logged.command, condition: null };
        return apply(index, encodeCommand(logged.session, logged.sequence, command));
      };
    }),
  },
];

const fallingLeaders = new Map<FaultKind, Duration>([
  ["crash-at-lead", millis(300)],
  ["isolate-at-lead", millis(300)],
]);

const partedChanges = new Map<FaultKind, Duration>([
  ["replace", millis(200)],
  ["partition-at-change", millis(150)],
]);

const alone = { outgoing: null, lives: new Map() } as const;
/** In microseconds. */
const shortLease = 1_000;

function logs(between: () => Between<LogInput, LogOutput>): Tampering {
  return {
    parts: (parts) => ({
      ...parts,
      log: () => new Wrapped<LogInput, LogOutput>(parts.log(), between()),
    }),
  };
}

function rafts(between: (raft: RaftMachine) => Between<RaftInput, RaftOutput>): Tampering {
  const wrap = (raft: RaftMachine): RaftMachine => {
    const wrapped = new Wrapped<RaftInput, RaftOutput>(raft, between(raft));
    return {
      step: (now, input) => wrapped.step(now, input),
      deadline: () => wrapped.deadline(),
      status: () => raft.status(),
    };
  };
  return {
    parts: (parts): ReplicaParts => ({
      ...parts,
      raft: (now, recovered) => wrap(parts.raft(now, recovered)),
    }),
  };
}

function services(change: (service: Service) => void): Tampering {
  return {
    parts: (parts) => ({
      ...parts,
      service: () => {
        const service = parts.service();
        change(service);
        return service;
      },
    }),
  };
}

function withoutVote(meta: Uint8Array | null): Uint8Array | null {
  const state = meta === null ? null : parseHardState(meta);
  return state === null ? meta : encodeHardState({ ...state, vote: null });
}

function unsynced(request: Extract<LogOutput, { readonly kind: "disk" }>): LogOutput {
  const { operation } = request;
  if (operation.kind !== "write") return request;
  return { ...request, operation: { ...operation, synced: false } };
}
