/** What the replica of the replicated state says, as outputs of its node. */
import { unreachable } from "../kernel/assert.js";
import type { Timeout } from "../kernel/machine.js";
import { ownClient, type ReplicaInput, type ReplicaOutput } from "../replication/replica/ports.js";
import { requestIdOf } from "../replication/service/request-bodies.js";
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

/** What comes of an input where the cluster keeps no replicated state. */
export function outputsWithout(
  input: ReplicaInput | Timeout,
  reception: Reception,
): readonly NodeOutput[] {
  if (input.kind === "message") {
    return [{ kind: "report", event: reception.refuse("no-replication", input.from) }];
  }
  if (input.kind !== "requests") return [];
  return input.requests.map(({ client, body }) => {
    const reply = {
      kind: "refused",
      id: requestIdOf(body),
      reason: "no-leader",
      leader: null,
      detail: "this cluster keeps no replicated state",
    } as const;
    return { kind: "reply", client, reply };
  });
}
