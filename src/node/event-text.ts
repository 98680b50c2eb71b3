/** Events in words, for people: in the demo, in logs and in what a replay shows. */
import type { VoterEvent } from "../control/cycle/voter-watch.js";
import { unreachable } from "../kernel/assert.js";
import { membershipEventText } from "../membership/event-text.js";
import type { FaultClass } from "../voting/voter.js";
import { reasonText } from "../watchdog/restart/boot-reason.js";
import type { NodeEvent } from "./events.js";
import { isPathEvent, pathText } from "./path-text.js";
import { isReplicaEvent, replicaText } from "./replica-events.js";
import { isSupervisionEvent, supervisionText } from "./supervision-text.js";

/** One line, without the node and the time. */
export function eventText(event: NodeEvent): string {
  if (isPathEvent(event)) return pathText(event);
  if (isSupervisionEvent(event)) return supervisionText(event);
  if (isReplicaEvent(event)) return replicaText(event);
  switch (event.kind) {
    case "started":
    case "boot-explained":
      return startText(event);
    case "synchronised":
      return `synchronised with a majority, ${ms(event.skew)} from the farthest`;
    case "desynchronised":
      return "lost the majority's time";
    case "voted":
      return votedText(event);
    case "channel-excluded":
    case "channel-latched":
    case "channel-readmitted":
    case "channel-overridden":
      return channelText(event);
    case "sensor-suspected":
      return `doubts ${event.sensor}: ${event.reason}`;
    case "sensor-cleared":
      return `doubts ${event.sensor} no longer: ${event.reason}`;
    case "channel-released":
    case "reread":
      return channelText(event);
    case "voter-suspected":
    case "voter-trusted":
    case "voters-differ":
    case "voters-agree":
      return voterText(event);
    case "cycles-skipped":
      return `skipped ${event.count} cycles before cycle ${event.cycle}`;
    case "state-joined":
    case "state-diverged":
    case "state-repaired":
      return stateText(event);
    case "app-faulted":
      return `the app failed: ${event.reason}: ${event.message}`;
    case "app-recovered":
      return "the app works again";
    case "peer-suspected":
      return `suspects ${event.peer}, silent for ${ms(event.evidence.silence)}`;
    case "peer-trusted":
      return `hears ${event.peer} again`;
    case "lease-acquired":
    case "lease-lost":
      return leaseText(event);
    case "was-late":
      return `was itself late by ${ms(event.by)}`;
    case "refused":
      return `refused a datagram of ${event.source ?? "nobody known"}: ${event.reason}`;
    case "write-refused":
      return `the board refused to drive ${event.output}: ${event.reason}${tokenText(event)}`;
    default:
      return membershipEventText(event);
  }
}

function tokenText({ token, newest }: Extract<NodeEvent, { kind: "write-refused" }>): string {
  if (newest === undefined) return "";
  return `, by right ${token ?? "none"}, and it has seen ${newest}`;
}

const ms = (us: number): string => `${(us / 1_000).toFixed(1)} ms`;

function votedText(event: Extract<NodeEvent, { kind: "voted" }>): string {
  const { value, status } = event.verdict;
  return `voted ${event.sensor} = ${value ?? "none"} (${status}) in cycle ${event.cycle}`;
}

function leaseText(event: Extract<NodeEvent, { kind: `lease-${string}` }>): string {
  if (event.kind === "lease-lost") return `drives no longer: ${event.reason}`;
  return `drives the outputs, by right ${event.token}`;
}

function startText(event: Extract<NodeEvent, { kind: "started" | "boot-explained" }>): string {
  if (event.kind === "started") return `started, boot ${event.bootId}`;
  return `${reasonText(event.reason)}${event.safeMode ? "; it runs in safe mode" : ""}`;
}

type ChannelKind = Extract<NodeEvent, { readonly channel: string }>;

const classText = (fault: FaultClass | null): string =>
  fault === null ? "" : `, ${fault.persistence} ${fault.kind}`;

function channelText(event: ChannelKind): string {
  switch (event.kind) {
    case "channel-excluded":
      return `excluded ${event.channel}: ${event.reason}${classText(event.fault)}`;
    case "channel-latched":
      return `excluded ${event.channel} until a person releases it: ${event.reason}`;
    case "channel-readmitted":
      return `re-admitted ${event.channel}`;
    case "channel-overridden":
      return `was told by a person: ${event.override} ${event.channel}`;
    case "channel-released":
      return `was told by a person: release ${event.channel}`;
    case "reread":
      return `read ${event.channel} again: ${event.outcome}`;
    default:
      return unreachable(event);
  }
}

type StateKind = Extract<NodeEvent, { readonly kind: `state-${string}` }>;

function stateText(event: StateKind): string {
  switch (event.kind) {
    case "state-joined":
      return event.from === null ? "began with the app's state" : `took the state of ${event.from}`;
    case "state-diverged":
      return `state differs from the majority's after cycle ${event.cycle}`;
    case "state-repaired":
      return event.from === null ? "took its own state back" : `state repaired from ${event.from}`;
    default:
      return unreachable(event);
  }
}

function voterText(event: VoterEvent): string {
  switch (event.kind) {
    case "voter-suspected":
      return `suspects the voter of ${event.node}: ${event.sensor} is not what the majority votes`;
    case "voter-trusted":
      return `trusts the voter of ${event.node} again: ${event.sensor}`;
    case "voters-differ":
      return `the replicas vote ${event.sensor} differently: cannot isolate which is wrong`;
    case "voters-agree":
      return `the replicas vote ${event.sensor} alike again`;
    default:
      return unreachable(event);
  }
}
