/** What a replica tells of itself, for `holdfast status`; nothing hangs on it. */
import type { DiskHealth } from "../../recovery/log/ports.js";
import type { RaftStatus } from "../raft/ports.js";

export interface ReplicaStatus {
  readonly phase: "opening" | "running" | "out";
  /** Why it takes no part; null where it does. */
  readonly out: { readonly reason: string; readonly detail: string } | null;
  readonly raft: RaftStatus | null;
  readonly applied: number;
  readonly disk: DiskHealth;
  readonly sessions: number;
  /** Requests of our clients, and work of the leader, that wait. */
  readonly waiting: number;
}
