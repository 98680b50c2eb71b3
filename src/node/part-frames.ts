/** What the parts of a node say to other nodes, as frames. */
import {
  orderBody,
  sampleBody,
  sampleRequestBody,
  stateReplyBody,
  stateRequestBody,
} from "../control/cycle/messages.js";
import type { CycleOutput } from "../control/cycle/ports.js";
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { MembershipOutput } from "../membership/ports.js";
import type { Outgoing } from "./outgoing.js";
import type { NodeOutput } from "./ports.js";

export type CycleMessage = Extract<
  CycleOutput,
  { readonly kind: `send-${string}` | "resend-sample" }
>;
export type MembershipMessage = Extract<MembershipOutput, { readonly kind: "send" }>;

/** @param nodes of the cluster, in the order in which requests name them */
export function cycleFrames(
  outgoing: Outgoing,
  message: CycleMessage,
  nodes: readonly NodeId[],
): NodeOutput[] {
  switch (message.kind) {
    case "send-sample":
      return outgoing.sample(sampleBody(message.message));
    case "send-sample-request":
      return outgoing.broadcast("sample-request", sampleRequestBody(message.request, nodes));
    case "resend-sample":
      return outgoing.resendSample(message.source, message.target);
    case "send-state-request":
      return outgoing.tell(message.target, "state-request", stateRequestBody(message.cycle));
    case "send-state-reply":
      return outgoing.tell(message.target, "state-reply", stateReplyBody(message.reply));
    case "send-order":
      return outgoing.broadcast("override", orderBody(message.order));
    default:
      return unreachable(message);
  }
}

export function membershipFrames(
  outgoing: Outgoing,
  { isBeat, body, targets }: MembershipMessage,
): NodeOutput[] {
  return outgoing.send(isBeat ? "heartbeat" : "membership", body, targets);
}
