/**
 * The section `state` of `holdfast.yaml`: the replicated state, and the disk below it. See
 * docs/state.md.
 */
import { z } from "zod";
import { duration, mapping, size } from "./schema-parts.js";

export const stateRoles = ["voter", "witness", "learner", "none"] as const;

/** Of a node, in the list of nodes. */
export const stateRole = z.enum(stateRoles, { error: `one of ${stateRoles.join(", ")}` }).meta({
  description:
    "What it is in the first group that keeps the replicated state: a `voter` has a copy and a " +
    "vote, a `witness` a vote only, a `learner` a copy only; `none` waits until it is added. " +
    "Later the group itself knows: see `holdfast member`.",
  "x-default": "voter",
});

export const state = mapping({
  heartbeat: duration(
    "The leader is heard at least so often.",
    "2 of `timing.heartbeat`, at least 100ms",
  ),
  election: duration(
    "A follower that hears no leader for so long, or up to a quarter longer, calls an election.",
    "1s, at least 10 heartbeats",
  ),
  leaseReads: z.boolean({ error: "true or false" }).meta({
    description:
      "Does the leader answer reads without asking the others, trusting `timing.clockDriftMaxPpm`?",
    "x-default": "false",
  }),
  stallAfter: duration(
    "A disk that does not answer for so long is stalled: it leads no more.",
    "500ms",
  ),
  canaryEvery: duration(
    "A disk on which nothing was made durable for so long is tried with a small write.",
    "2s",
  ),
  snapshotEvery: duration("The log is cut at least so often, if anything was written.", "1h"),
  bytesPerHourMax: size(
    "More written to the disk in an hour, in whole pages of 4 KiB, is told as an alarm.",
    "no alarm",
  ),
}).partial();
