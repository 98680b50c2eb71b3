/**
 * The ground on which a demo stands: a folder of its own with a config like any user's, a new key,
 * and ports that are free on this machine. The folder stays when the demo is over, for its logs and
 * recordings; see leftovers.ts.
 */
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noProfile, type Protection, unprotected } from "../../control/protection/protection.js";
import type { NodeId } from "../../kernel/ids.js";
import { folderPrefix, markOwned, removeLeftovers } from "./leftovers.js";

/** As in the config. */
export interface StateTimes {
  readonly heartbeat: string;
  readonly election: string;
}

/** On one machine, which may be busy: no pause of a process is taken for its death. */
const stateTimes: StateTimes = { heartbeat: "50ms", election: "400ms" };

export interface GroundOptions {
  readonly nodes: readonly NodeId[];
  /** The path of the app's module. */
  readonly app: string;
  /** As in the config, for instance `100ms`. */
  readonly cycle: string;
  readonly heartbeat: string;
  /** Of the replicated state; left out, for a takeover that nobody has to wait for. */
  readonly state?: StateTimes;
  readonly protection?: Protection;
  /** Outputs that a voter in firmware drives. */
  readonly votedOutputs?: readonly string[];
}

export interface Ground {
  readonly folder: string;
  readonly configFile: string;
  readonly nodes: readonly NodeId[];
  readonly logFile: (node: NodeId) => string;
}

export async function layGround(options: GroundOptions): Promise<Ground> {
  removeLeftovers(tmpdir(), Date.now());
  const folder = mkdtempSync(join(tmpdir(), folderPrefix));
  markOwned(folder);
  const { nodes } = options;
  const ports = await freePorts(nodes.length);
  const configFile = join(folder, "holdfast.yaml");
  mkdirSync(join(folder, "state"));
  const mode = 0o600;
  writeFileSync(configFile, configText(options, ports), { mode });
  return { folder, configFile, nodes, logFile: (node) => join(folder, `${node}.log`) };
}

function configText(options: GroundOptions, ports: readonly number[]): string {
  const { nodes, app, cycle, heartbeat, protection = unprotected, state = stateTimes } = options;
  const voted = (options.votedOutputs ?? []).map((name) => `${name}: { right: voter }`);
  const { samples, commands } = protection;
  // Simulated microcontrollers that a busy machine holds up make up for it; so do their samples.
  const sampleAge = voted.length === 0 ? "" : ", sampleAgeMax: 2s";
  return [
    "# Written by `holdfast demo`. It is a config like any other: try `holdfast config check`.",
    "cluster: demo",
    `key: ${randomBytes(32).toString("hex")}`,
    `app: ${JSON.stringify(app)}`,
    "nodes:",
    ...nodes.map((node, index) => `  - { id: ${node}, address: "127.0.0.1:${ports[index]}" }`),
    "board: { kind: mock }",
    `timing: { cycle: ${cycle}, heartbeat: ${heartbeat}${sampleAge} }`,
    `state: { heartbeat: ${state.heartbeat}, election: ${state.election} }`,
    `protection: { samples: ${samples ?? noProfile}, commands: ${commands ?? noProfile} }`,
    ...(voted.length === 0 ? [] : [`outputs: { ${voted.join(", ")} }`]),
    "recorder: { path: recordings }",
    "stateDir: state",
    "faultsAllowed: true",
    "",
  ].join("\n");
}

/** Ports that were free a moment ago: all are held at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket("udp4"));
  for (const socket of sockets) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  }
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) socket.close();
  return ports;
}
