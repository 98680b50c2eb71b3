/** What a node knows of itself and its cluster now, for the dashboard and `holdfast status`. */
import type { CycleStatus } from "../control/cycle/control-cycle.js";
import type { ProtectedChannel } from "../control/protection/sample-protection.js";
import type { PeerStanding } from "../detection/detector.js";
import type { PeerPathsStanding } from "../detection/paths/peer-paths.js";
import type { NodeId } from "../kernel/ids.js";
import type { Instant } from "../kernel/time.js";
import type { Membership } from "../membership/membership.js";
import type { CaseFile, Member } from "../membership/ports.js";
import type { ReplicaStatus } from "../replication/replica/status.js";
import type { ChannelStanding } from "../voting/sensor-voter.js";
import type { Verdict } from "../voting/voter.js";
import type { EntityStanding } from "../watchdog/supervision/entity.js";
import type { SupervisionStatus } from "../watchdog/supervision/ports.js";
import type { PeerCounts } from "../wire/opener.js";
import type { DetectionSettings } from "./detection-settings.js";
import type { NodeOptions, NodeParts } from "./parts.js";

export interface SensorStatus {
  readonly sensor: string;
  readonly verdict: Verdict | null;
  readonly channels: readonly ChannelStanding[];
}

/** The cluster as a group: who is in it, as far as this node knows. */
export interface GroupStatus {
  /** The detector's name, as in the config. */
  readonly detector: string;
  /** This node among them; sorted by name. */
  readonly members: readonly Member[];
  /** Why members are, or were, not alive; only of those that were ever doubted. */
  readonly cases: readonly CaseFile[];
  /** Whom this node trusts as leader; null while it knows of nobody. */
  readonly leader: NodeId | null;
  /** The local health multiplier, from 0 (well). */
  readonly healthScore: number;
}

export interface NodeStatus {
  readonly node: NodeId;
  readonly bootId: number;
  /** When this was true, on the node's own clock. */
  readonly at: Instant;
  readonly cycle: CycleStatus;
  /** Who drives, as far as this node knows. */
  readonly driver: NodeId | null;
  readonly drives: boolean;
  /** By which right; null where nobody ever had it, as far as this node knows. */
  readonly token: number | null;
  /** The outputs that this node drives now. */
  readonly driven: readonly string[];
  /** As this node's own detector sees those whom it watches. */
  readonly peers: readonly PeerStanding[];
  readonly group: GroupStatus;
  /** By which paths the peers are heard, and hear. */
  readonly paths: readonly PeerPathsStanding[];
  readonly links: readonly PeerCounts[];
  readonly refusals: Readonly<Record<string, number>>;
  readonly sensors: readonly SensorStatus[];
  readonly supervision: readonly EntityStanding[];
  /** Whether the dog is petted, and what stands against it. */
  readonly dog: DogStatus;
  /** The streams of protected samples; empty where samples are not protected. */
  readonly protection: readonly ProtectedChannel[];
  readonly replica: ReplicaStatus;
}

export type DogStatus = Omit<SupervisionStatus, "entities">;

export function nodeStatus(
  now: Instant,
  { self, bootId, settings }: NodeOptions,
  { cycle, right, gate, membership, paths, reception, supervision, replica }: NodeParts,
  verdicts: ReadonlyMap<string, Verdict>,
): NodeStatus {
  const { holder: driver, self: drives, token } = right.holder();
  const { entities, ...dog } = supervision.status();
  return {
    node: self,
    bootId,
    at: now,
    cycle: cycle.status(),
    driver,
    drives,
    token: token === 0 ? null : token,
    driven: gate.driven(),
    peers: membership.detectorStanding(),
    group: groupStatus(membership, settings.detection),
    paths: paths.standing(),
    links: reception.links(),
    refusals: reception.refusals(),
    sensors: sensorStatus(cycle.channels(), verdicts),
    supervision: entities,
    dog,
    protection: cycle.protectedChannels(),
    replica: replica.status(),
  };
}

/** The sensors as their channels stand, each with its newest verdict; null before the first. */
function sensorStatus(
  channels: ReadonlyMap<string, readonly ChannelStanding[]>,
  verdicts: ReadonlyMap<string, Verdict>,
): SensorStatus[] {
  return [...channels].map(([sensor, standing]) => ({
    sensor,
    verdict: verdicts.get(sensor) ?? null,
    channels: standing,
  }));
}

function groupStatus(membership: Membership, { detector }: DetectionSettings): GroupStatus {
  const members = membership.members();
  return {
    detector: detector.name,
    members,
    cases: members.flatMap(({ member }) => membership.caseOf(member) ?? []),
    leader: membership.leader(),
    healthScore: membership.healthScore(),
  };
}
