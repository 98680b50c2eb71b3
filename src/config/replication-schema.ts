/**
 * The section `replication` of `holdfast.yaml`: the replicated state, and the disk below it. See
 * docs/state.md.
 */
import { z } from "zod";
import { duration, mapping, size } from "./schema-parts.js";

export const replicationRoles = ["voter", "witness", "learner", "none"] as const;

/** Of a node, in the list of nodes. */
export const replicationRole = z
  .enum(replicationRoles, { error: `one of ${replicationRoles.join(", ")}` })
  .meta({
    description:
      "What it is in the first group that keeps the replicated state: a `voter` has a copy and a " +
      "vote, a `witness` a vote only, a `learner` a copy only; `none` waits until it is added. " +
      "Afterwards the group itself knows: see `holdfast member`.",
    "x-default": "voter",
  });

export const replication = mapping({
  heartbeat: duration("The leader is heard at least so often.", "timing.heartbeat"),
  electionTimeout: duration(
    "A follower that hears no leader for so long, or up to twice as long, calls an election.",
    "8 heartbeats",
  ),
  leaseReads: z.boolean({ error: "true or false" }).meta({
    description:
      "Does the leader answer reads without asking the others, trusting `timing.clockDriftMaxPpm`?",
    "x-default": "false",
  }),
  stallAfter: duration(
    "A disk that does not answer for so long is stalled, and a leader on it steps down.",
    "500ms",
  ),
  snapshotEvery: duration("The log is cut at least so often, if anything was written.", "1h"),
  snapshotBytes: size("It is cut as well when it has grown by so much.", "8MiB"),
  writeBudgetPerHour: size("More written to the disk in an hour is told as an alarm.", "no alarm"),
}).partial();
