/** The parts of a node, made from the cluster's settings. How they are wired is in node.ts. */
import { channelsOf } from "../control/channels.js";
import { ControlCycle } from "../control/cycle/control-cycle.js";
import { OutputGate } from "../control/gate/output-gate.js";
import { CommandProtection } from "../control/protection/command-protection.js";
import { protectedBytes } from "../control/protection/protection.js";
import { appCommandsOf } from "../control/replicated/app-commands.js";
import { Right } from "../control/right/right.js";
import { PathWatch } from "../detection/paths/path-watch.js";
import type { NodeId } from "../kernel/ids.js";
import { Prng } from "../kernel/prng.js";
import { type Instant, micros } from "../kernel/time.js";
import { Membership } from "../membership/membership.js";
import type { MembershipOptions } from "../membership/options.js";
import { Replica } from "../replication/replica/replica.js";
import { Supervision } from "../watchdog/supervision/supervision.js";
import type { Mac } from "../wire/mac.js";
import type { Roster } from "./incoming.js";
import { Outgoing } from "./outgoing.js";
import { pathReportEvery } from "./path-settings.js";
import { Reception } from "./reception.js";
import type { ClusterSettings } from "./settings.js";
import { raftOf } from "./state-settings.js";
import { supervisionOf } from "./supervision.js";

export interface NodeOptions {
  readonly settings: ClusterSettings;
  readonly self: NodeId;
  readonly now: Instant;
  /** Of this start; greater than that of every earlier start of this node. */
  readonly bootId: number;
  /** The authenticator made from the cluster's key. */
  readonly mac: Mac;
}

export interface NodeParts {
  readonly outgoing: Outgoing;
  readonly reception: Reception;
  readonly cycle: ControlCycle;
  readonly membership: Membership;
  readonly paths: PathWatch;
  readonly right: Right;
  readonly gate: OutputGate;
  /** Null where commands are not protected. */
  readonly commands: CommandProtection | null;
  readonly supervision: Supervision;
  readonly replica: Replica;
}

/** Commands outlive so many missed cycles; then the outputs are released. */
const commandCyclesMax = 3;

export function partsOf({ settings, self, now, bootId, mac }: NodeOptions): NodeParts {
  const { nodes, app, channels, voting, rereadsMax, timing, protection, paths } = settings;
  const peers = nodes.filter((node) => node !== self);
  const wire = { cluster: settings.cluster, self, bootId, peers, mac };
  const { samples: sampleProtection, commands: profile } = protection;
  const cluster = { self, nodes, app, channels, voting, rereadsMax, sampleProtection };
  const outputs = Object.keys(app.outputs);
  const commandAgeMax = micros(commandCyclesMax * timing.cycle);
  return {
    outgoing: new Outgoing(wire),
    reception: new Reception(wire, rosterOf(settings)),
    cycle: new ControlCycle(now, { ...cluster, ...timing }),
    membership: new Membership(membershipOf({ settings, self, now, bootId, mac })),
    paths: new PathWatch({ now, self, peers, paths, reportEvery: pathReportEvery(timing) }),
    right: rightOf({ settings, self, now, bootId, mac }),
    gate: new OutputGate({ outputs, votedOutputs: settings.votedOutputs ?? [], commandAgeMax }),
    commands: profile === null ? null : new CommandProtection({ profile, self, nodes, outputs }),
    supervision: new Supervision(supervisionOf(now, settings)),
    replica: replicaOf({ settings, self, now, bootId, mac }),
  };
}

function rightOf({ settings, self, bootId }: NodeOptions): Right {
  const { heartbeat, lease, clockDriftMaxPpm: driftMaxPpm } = settings.timing;
  const seed = new Prng(bootId).split(`right of ${self}`).below(2 ** 31);
  const nodes = settings.nodes.filter((node) => mayEverDrive(settings, node) || node === self);
  return new Right({ self, nodes, seed, lease, pause: heartbeat, driftMaxPpm });
}

function replicaOf({ settings, self, now, bootId }: NodeOptions): Replica {
  const { state, timing } = settings;
  return new Replica({
    now,
    self,
    // Who is not of the first group waits to be added.
    group: state.group.has(self) ? state.group : null,
    nodes: settings.nodes,
    life: bootId,
    dice: new Prng(bootId).split(`replica of ${self}`),
    raft: raftOf(state, timing.clockDriftMaxPpm),
    log: logOf(state),
    app: appCommandsOf(settings.app),
  });
}

function logOf({ stallAfter, canaryEvery, bytesPerHourMax }: ClusterSettings["state"]) {
  const canary = canaryEvery === undefined ? {} : { canaryEvery };
  return { stallAfter, bytesPerHourMax, ...canary };
}

/** Who boots again throws other dice: two lives need not choose alike. */
function membershipOf({ settings, self, now, bootId }: NodeOptions): MembershipOptions {
  const { nodes, detection } = settings;
  const { detector, detectorSettings, membership } = detection;
  return {
    now,
    self,
    life: bootId,
    address: null,
    roster: nodes,
    rosterStarts: "expected",
    settings: membership,
    detector,
    detectorSettings,
    dice: new Prng(bootId).split(`membership of ${self}`),
  };
}

function rosterOf({ nodes, channels, protection }: ClusterSettings): Roster {
  const channelCounts = new Map(nodes.map((node) => [node, channelsOf(channels, node).length]));
  const { samples } = protection;
  const frameBytes = samples === null ? null : protectedBytes(samples);
  return { nodes, sensorCount: channels.size, channelCounts, channels, frameBytes };
}

/** A witness would not hear of the right. */
const mayEverDrive = ({ state }: ClusterSettings, node: NodeId): boolean =>
  state.group.get(node) !== "witness";
