/** The parts of a node, made from the cluster's settings. How they are wired is in node.ts. */
import { channelsOf } from "../control/channels.js";
import { ControlCycle } from "../control/cycle/control-cycle.js";
import { OutputGate } from "../control/gate/output-gate.js";
import { Lease } from "../control/lease/lease.js";
import { CommandProtection } from "../control/protection/command-protection.js";
import { protectedBytes } from "../control/protection/protection.js";
import { HeartbeatMonitor } from "../detection/heartbeat/monitor.js";
import type { NodeId } from "../kernel/ids.js";
import { type Instant, micros } from "../kernel/time.js";
import { AliveSupervision } from "../watchdog/alive.js";
import type { Mac } from "../wire/mac.js";
import type { Roster } from "./incoming.js";
import { Outgoing } from "./outgoing.js";
import { Reception } from "./reception.js";
import type { ClusterSettings } from "./settings.js";
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
  readonly monitor: HeartbeatMonitor;
  readonly lease: Lease;
  readonly gate: OutputGate;
  /** Null where commands are not protected. */
  readonly commands: CommandProtection | null;
  readonly supervision: AliveSupervision;
}

/** Commands outlive so many missed cycles; then the outputs are released. */
const commandCyclesMax = 3;

export function partsOf({ settings, self, now, bootId, mac }: NodeOptions): NodeParts {
  const { nodes, app, channels, voting, rereadsMax, timing, protection } = settings;
  const peers = nodes.filter((node) => node !== self);
  const wire = { cluster: settings.cluster, self, bootId, peers, mac };
  const { samples: sampleProtection, commands: profile } = protection;
  const cluster = { self, nodes, app, channels, voting, rereadsMax, sampleProtection };
  const { heartbeat: period, suspectAfter, lease: length, clockDriftMaxPpm: driftMaxPpm } = timing;
  const outputs = Object.keys(app.outputs);
  return {
    outgoing: new Outgoing(wire),
    reception: new Reception(wire, rosterOf(settings)),
    cycle: new ControlCycle(now, { ...cluster, ...timing }),
    monitor: new HeartbeatMonitor({ now, peers, period, suspectAfter }),
    lease: new Lease({ now, self, bootId, nodes, period, length, driftMaxPpm }),
    gate: new OutputGate({ outputs, commandAgeMax: micros(commandCyclesMax * timing.cycle) }),
    commands: profile === null ? null : new CommandProtection({ profile, self, nodes, outputs }),
    supervision: new AliveSupervision(supervisionOf(now, timing)),
  };
}

function rosterOf({ nodes, channels, protection }: ClusterSettings): Roster {
  const channelCounts = new Map(nodes.map((node) => [node, channelsOf(channels, node).length]));
  const { samples } = protection;
  const frameBytes = samples === null ? null : protectedBytes(samples);
  return { nodes, sensorCount: channels.size, channelCounts, channels, frameBytes };
}
