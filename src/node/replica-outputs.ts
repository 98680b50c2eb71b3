/** What the replica of the replicated state says, as outputs of its node. */
import { unreachable } from "../kernel/assert.js";
import { ownClient, type ReplicaOutput } from "../replication/replica/ports.js";
import type { Outgoing } from "./outgoing.js";
import type { NodeOutput } from "./ports.js";
import type { Reception } from "./reception.js";
import { replicaNodeEvent } from "./replica-events.js";

export function replicaOutputs(
  output: ReplicaOutput,
  outgoing: Outgoing,
  reception: Reception,
): readonly NodeOutput[] {
  switch (output.kind) {
    case "disk":
      return [output];
    case "send":
      return outgoing.replicate(output.target, output.body);
    case "reply":
      // What the node itself has asked is not for any connection.
      return output.client === ownClient ? [] : [output];
    case "app-state":
      // For the control cycle of this node.
      return [];
    case "event":
      return [{ kind: "report", event: replicaNodeEvent(output.event) }];
    case "refused":
      return [{ kind: "report", event: reception.refuse("bad-replication", output.from) }];
    default:
      return unreachable(output);
  }
}
