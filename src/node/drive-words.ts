/** What a node tells its right to drive, and tells of it. */
import type { Unfitness } from "../control/cycle/ports.js";
import type { OutputGateOutput } from "../control/gate/output-gate.js";
import type { CommandProtection } from "../control/protection/command-protection.js";
import type { GiveUpReason } from "../control/right/ports.js";
import type { NodeId } from "../kernel/ids.js";
import type { ReplicaOutput } from "../replication/replica/ports.js";
import type { Replica } from "../replication/replica/replica.js";
import type { NodeOutput } from "./ports.js";

export function giveUpReason(unfit: Unfitness): GiveUpReason {
  return unfit === "unsynchronised" ? "released" : unfit;
}

/** A command is protected where it is made: every hop after this is on its way. */
export function commanded(
  output: OutputGateOutput,
  protection: CommandProtection | null,
): NodeOutput {
  if (output.kind === "release") return output;
  const { output: name, value, until, token = null } = output;
  return { ...output, frame: protection?.protect(name, value, until, token) ?? null };
}

/**
 * Whether this replica would hear that it has the right. A witness keeps no copy of the state that
 * says so, nor does one that is in no group yet: they would hold it and not know.
 */
export function wouldHear(replica: Replica, self: NodeId): boolean {
  const role = replica.status().raft?.group.members.get(self);
  return role === "voter" || role === "learner";
}

/** What may have changed the answer to `wouldHear`. */
export const isOfGroup = (output: ReplicaOutput): boolean =>
  output.kind === "event" && (output.event.kind === "role" || output.event.kind === "group");
