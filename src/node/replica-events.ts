/**
 * What the replica of the replicated state tells, as events of its node, and in words. A group is
 * told as plain data, for events are written to logs.
 */
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Group, MemberRole } from "../replication/raft/ports.js";
import type { ReplicaEvent } from "../replication/replica/ports.js";
import type { NodeEvent } from "./events.js";

type Told<Event> = Event extends { readonly kind: "group"; readonly index: number }
  ? {
      readonly kind: "replica-group";
      readonly index: number;
      readonly members: Readonly<Record<NodeId, MemberRole>>;
      /** Whose majority counts as well, while the group changes; empty where it does not. */
      readonly outgoing: readonly NodeId[];
    }
  : Event extends { readonly kind: infer Kind extends string }
    ? Omit<Event, "kind"> & { readonly kind: `replica-${Kind}` }
    : never;

export type ReplicaNodeEvent = Told<ReplicaEvent>;

export function replicaNodeEvent(event: ReplicaEvent): ReplicaNodeEvent {
  if (event.kind === "group") return groupEvent(event.group, event.index);
  return { ...event, kind: `replica-${event.kind}` } as ReplicaNodeEvent;
}

export const isReplicaEvent = (event: NodeEvent): event is ReplicaNodeEvent =>
  event.kind.startsWith("replica-");

/** One line, without the node and the time. */
export function replicaText(event: ReplicaNodeEvent): string {
  switch (event.kind) {
    case "replica-role":
      return roleText(event);
    case "replica-stepped-down":
      return `leads the replicated state no longer: ${event.reason}`;
    case "replica-group":
      return `the group of the replicated state: ${membersText(event)}`;
    case "replica-snapshot-sent":
      return `sent ${event.target} a snapshot up to entry ${event.index}`;
    case "replica-blank-member":
      return `${event.member} has lost its disk: it counts as nobody until it is replaced`;
    case "replica-disk-health":
      return `its disk is ${event.health}`;
    case "replica-log-recovered":
      return recoveredText(event);
    case "replica-log-refused":
      return `takes no part in the replicated state, its log is ${event.reason}: ${event.detail}`;
    case "replica-write-budget": {
      const rate = `${(event.bytesPerHour / 1e6).toFixed(1)} MB an hour`;
      return event.over
        ? `writes more than its budget: ${rate}`
        : `writes within its budget: ${rate}`;
    }
    case "replica-app-state":
      return `the app's replicated state has changed at entry ${event.at}`;
    default:
      return unreachable(event);
  }
}

type Of<Kind extends ReplicaNodeEvent["kind"]> = Extract<ReplicaNodeEvent, { kind: Kind }>;

function groupEvent({ members, outgoing }: Group, index: number): ReplicaNodeEvent {
  return {
    kind: "replica-group",
    index,
    members: Object.fromEntries(members) as Record<NodeId, MemberRole>,
    outgoing: outgoing === null ? [] : [...outgoing.keys()],
  };
}

function roleText({ role, term, leader }: Of<"replica-role">): string {
  if (role === "leader") return `leads the replicated state, term ${term}`;
  if (role !== "follower") return `asks for votes, term ${term}`;
  return leader === null ? "knows no leader" : `follows ${leader}, term ${term}`;
}

function membersText({ members, outgoing }: Of<"replica-group">): string {
  const names = Object.entries(members).map(([member, role]) =>
    role === "voter" ? member : `${member} (${role})`,
  );
  const before = outgoing.length === 0 ? "" : `; until it has changed also ${outgoing.join(", ")}`;
  return `${names.join(", ") || "nobody"}${before}`;
}

function recoveredText({ last, repairs }: Of<"replica-log-recovered">): string {
  const cut = repairs.map(({ what, file, bytes }) => `${what} of ${file}, ${bytes} bytes`);
  const repaired = cut.length === 0 ? "" : `; repaired: ${cut.join("; ")}`;
  return `read its log up to entry ${last}${repaired}`;
}
