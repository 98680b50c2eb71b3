/** From the settings of a run to what a replica of it is made of: for `run` and `replay`. */
import type { RunSettings } from "../config/settings.js";
import { fastHmacSha256 } from "../host/fast-mac.js";
import type { Beginning, RecordingOptions } from "../host/live-node.js";
import { type FurtherPath, type UdpEnds, udpPath } from "../host/live-paths.js";
import type { HostPort } from "../host/peer-addresses.js";
import { plansOf } from "../host/serial/line-plan.js";
import { serialPath } from "../host/serial/serial-path.js";
import { type NodeId, parseNodeId } from "../kernel/ids.js";
import type { Timeout } from "../kernel/machine.js";
import type { Instant } from "../kernel/time.js";
import type { NodeOptions } from "../node/parts.js";
import { secondPath } from "../node/path-settings.js";
import type { NodeInput, NodeOutput } from "../node/ports.js";
import { RecordingEncoder } from "../replay/format.js";
import { keyCheck, type RecordingHeader, recordingSchema } from "../replay/header.js";
import { outlineOf } from "../replay/settings-outline.js";
import { inputText, outputText } from "../replay/step-text.js";
import { CliFailure } from "./exit.js";

/** What makes a node's machine, but for the time and number of its start. */
export type MachineOptions = Omit<NodeOptions, "now" | "bootId">;

export const machineOptions = (settings: RunSettings, self: NodeId): MachineOptions => ({
  settings: settings.cluster,
  self,
  mac: fastHmacSha256(settings.key),
});

/** @throws CliFailure (usage) for a name that is not one of the cluster's nodes */
export function requireNode(settings: RunSettings, name: string): NodeId {
  const node = parseNodeId(name);
  const { nodes } = settings.cluster;
  if (node !== null && nodes.includes(node)) return node;
  throw new CliFailure("usage", `no node ${name}: expected one of ${nodes.join(", ")}`);
}

export const addressesOf = ({ addresses }: RunSettings, self: NodeId): UdpEnds =>
  endsOf(addresses, self);

/** What lies beside the first path. */
export function furtherPathsOf(
  { secondAddresses, serial, cluster }: RunSettings,
  self: NodeId,
): readonly FurtherPath[] {
  const second =
    secondAddresses === null ? [] : [udpPath(secondPath, endsOf(secondAddresses, self))];
  if (serial.length === 0) return second;
  const { heartbeat } = cluster.timing;
  const plans = plansOf(serial, cluster);
  return [...second, serialPath({ self, lines: serial, plans, heartbeat })];
}

function endsOf(addresses: ReadonlyMap<NodeId, HostPort>, self: NodeId): UdpEnds {
  const peers = new Map(addresses);
  const bind = peers.get(self);
  peers.delete(self);
  if (bind === undefined) throw new CliFailure("invalidFile", `${self} has no address`);
  return { bind, peers };
}

export interface RecordedProgram {
  readonly version: string;
  /** An absolute path. */
  readonly config: string;
}

/** Null where the config has no recorder. */
export function recordingOptions(
  settings: RunSettings,
  machine: MachineOptions,
  program: RecordedProgram,
): RecordingOptions | null {
  const { recorder } = settings;
  if (recorder === null) return null;
  const { path: folder, bytesMax, bytesPerSecondMax } = recorder;
  const encoderFor = (beginning: Beginning) =>
    new RecordingEncoder(headerOf(machine, program, beginning));
  return { folder, bytesMax, bytesPerSecondMax, encoderFor };
}

/** A step in a line, for evidence: as a recording tells it. */
export const stepLine = (
  at: Instant,
  input: NodeInput | Timeout,
  outputs: readonly NodeOutput[],
): string => {
  const answers = outputs.map((output) => outputText(at, output)).join("; ");
  const step = `${(at / 1e6).toFixed(6)} ${inputText(at, input)}`;
  return answers === "" ? step : `${step} -> ${answers}`;
};

const headerOf = (
  { self, mac, settings }: MachineOptions,
  program: RecordedProgram,
  { now, bootId, wallClock }: Beginning,
): RecordingHeader => ({
  schema: recordingSchema,
  node: self,
  bootId,
  startedAt: now,
  wallClock,
  version: program.version,
  config: program.config,
  keyCheck: keyCheck(mac),
  settings: outlineOf(settings),
});
