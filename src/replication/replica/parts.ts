/** The parts of a replica, and how they are made. How they are wired is in replica.ts. */
import type { NodeId } from "../../kernel/ids.js";
import type { Machine } from "../../kernel/machine.js";
import type { Prng } from "../../kernel/prng.js";
import type { Instant } from "../../kernel/time.js";
import { LogStore } from "../../recovery/log/log-store.js";
import { type LogStoreOptions, logStoreDefaults } from "../../recovery/log/options.js";
import type { LogInput, LogOutput, RecoveredLog } from "../../recovery/log/ports.js";
import type { RaftOptions } from "../raft/options.js";
import type { MemberRoles, RaftInput, RaftOutput, RaftStatus } from "../raft/ports.js";
import { Raft } from "../raft/raft.js";
import { type AppCommands, noAppCommands } from "../service/app-commands.js";
import { Service, type ServiceLimits } from "../service/service.js";

export interface ReplicaOptions {
  readonly now: Instant;
  readonly self: NodeId;
  /**
   * The first members of a group that has never run, the same at all of them; null at a replica
   * that waits to be added. Of no effect on a disk that is not blank.
   */
  readonly group: MemberRoles | null;
  /**
   * Whom frames reach, itself among them: nobody else can become a member, and to others nothing is
   * sent. Left out: everybody.
   */
  readonly nodes?: readonly NodeId[];
  /** A boot id: greater than at every earlier start under this name. */
  readonly life: number;
  readonly dice: Prng;
  readonly raft: RaftSettings;
  readonly log?: Partial<LogStoreOptions>;
  readonly service?: ServiceLimits;
  /** What the app keeps replicated; nothing where it is left out. */
  readonly app?: AppCommands;
}

/** What the group's settings say of Raft. */
export type RaftSettings = Pick<
  RaftOptions,
  | "heartbeat"
  | "electionTimeoutMin"
  | "electionTimeoutMax"
  | "driftMaxPpm"
  | "leaseReads"
  | "limits"
  | "mistake"
>;

export interface RaftMachine extends Machine<RaftInput, RaftOutput> {
  status(): RaftStatus;
}

/** How the parts are made; tests put others in their places. */
export interface ReplicaParts {
  log(): Machine<LogInput, LogOutput>;
  raft(now: Instant, recovered: RecoveredLog): RaftMachine;
  service(): Service;
}

export function replicaParts(options: ReplicaOptions): ReplicaParts {
  const { self, group, life, dice, raft } = options;
  return {
    log: () =>
      new LogStore(options.now, { ...logStoreDefaults, firstSequence: life, ...options.log }),
    raft: (now, recovered) => {
      const dies = dice.split("raft");
      return new Raft({ ...raft, now, self, recovered, bootstrap: group, life, dice: dies });
    },
    service: () => new Service(options.app ?? noAppCommands, options.service),
  };
}
