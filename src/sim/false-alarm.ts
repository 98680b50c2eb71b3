/**
 * A false alarm: a replica that nothing ails accuses a channel, a peer or a voter (perhaps its own)
 * that nothing ails. Whoever is ailing, or has just recovered, may accuse and be accused.
 */
import type { Facts } from "./facts.js";
import type { Observation } from "./observation.js";

export interface Alarm {
  readonly kind:
    | "channel-excluded"
    | "peer-suspected"
    | "member-died"
    | "voter-suspected"
    | "supervision-failed";
  /** The channel, the peer, the replica that votes, or the supervised part. */
  readonly subject: string;
  readonly reason: string | null;
}

/** The alarm that an observation is, if it is a false one; null otherwise. */
export function falseAlarmOf(observation: Observation, facts: Facts): Alarm | null {
  const alarm = alarmOf(observation);
  if (alarm === null) return null;
  const { at, node } = observation;
  if (facts.isNodeFaulty(node, at)) return null;
  const accusedFaulty =
    (alarm.kind === "channel-excluded" && facts.isChannelFaulty(alarm.subject, at)) ||
    (accusesNode(alarm) && facts.isNodeFaulty(alarm.subject as typeof node, at));
  return accusedFaulty ? null : alarm;
}

const accusesNode = ({ kind }: Alarm): boolean =>
  kind === "peer-suspected" || kind === "member-died" || kind === "voter-suspected";

function alarmOf(observation: Observation): Alarm | null {
  if (observation.kind !== "reported") return null;
  const { event } = observation;
  switch (event.kind) {
    case "channel-excluded":
      return { kind: event.kind, subject: event.channel, reason: event.reason };
    case "peer-suspected":
      return { kind: event.kind, subject: event.peer, reason: null };
    case "member-died":
      return { kind: event.kind, subject: event.member, reason: null };
    case "voter-suspected":
      return { kind: event.kind, subject: event.node, reason: null };
    case "supervision-failed":
      return { kind: event.kind, subject: event.entity, reason: null };
    default:
      return null;
  }
}
