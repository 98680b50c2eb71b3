/** What brings everything down by failing alone, and what no config can show. */
import type { BoardSettings } from "./board-schema.js";
import type { SensorTolerance } from "./sensor-tolerance.js";
import type { RunSettings } from "./settings.js";

/** Each in a sentence. */
export function singlePointsOf(
  settings: RunSettings,
  sensors: readonly SensorTolerance[],
): readonly string[] {
  const { cluster } = settings;
  const outputs = Object.keys(cluster.app.outputs);
  return [
    ...replicaPoints(settings),
    ...sensors.flatMap(sensorPoints),
    ...(cluster.votedOutputs ?? []).map((name) => `the voter in firmware that drives ${name}`),
    ...outputs.map((name) => `the actuator of ${name} (relay and wiring), unless doubled outside`),
    ...(settings.board.kind === "recorded" ? ["the recording: all boards play one file"] : []),
    "the key: one for all, so whoever has it can speak as any replica",
    "the app and this config: the same on all replicas, which err alike",
  ];
}

function replicaPoints(settings: RunSettings): readonly string[] {
  const { cluster, addresses } = settings;
  const count = cluster.nodes.length;
  if (count === 1) return ["the only replica"];
  const points: string[] = [];
  const hosts = new Set([...addresses.values()].map(({ address }) => machineOf(address)));
  if (count === 2) points.push("either replica: alone, the other is no majority");
  if (hosts.size === 1) points.push("the machine: all replicas share one address");
  else if (hosts.size < count) points.push("a machine: replicas share an address");
  return [...points, ...networkPoints(settings)];
}

/** None where there are two networks, as far as addresses show. */
function networkPoints({ addresses, secondAddresses }: RunSettings): readonly string[] {
  if (secondAddresses === null) return ["the network: every replica has one address on it"];
  const onOne = [...addresses].filter(
    ([node, { address }]) => secondAddresses.get(node)?.address === address,
  );
  if (onOne.length === 0) return [];
  const names = onOne.map(([node]) => node).join(", ");
  return [`the network: of ${names} both addresses are at one host and differ in the port alone`];
}

function sensorPoints(tolerance: SensorTolerance): readonly string[] {
  const { sensor, channels, channelsOnOneNode, nodes } = tolerance;
  if (channels === 1) return [`the only channel of the sensor ${sensor}, and its node`];
  const points: string[] = [];
  if (channels === 2) points.push(`either channel of the sensor ${sensor}: both are needed`);
  if (nodes === 1) return [...points, `one node: it has all channels of ${sensor}`];
  if (channels > 2 && channelsOnOneNode * 2 >= channels) {
    points.push(`one node: it has ${channelsOnOneNode} of ${channels} channels of ${sensor}`);
  }
  return points;
}

/** All of 127.0.0.0/8 is one machine, and so are the names for it. */
const machineOf = (address: string): string =>
  /^(127\.|localhost$|::1$)/.test(address) ? "localhost" : address;

/** What the check would have to look at the boards for. */
export function notSeenIn({ board, secondAddresses }: RunSettings): readonly string[] {
  return [
    "power: boards on one supply fail together",
    "wiring: channels may share a sensor element, a bus or a place",
    ...(secondAddresses === null ? [] : ["networks: the two may share a switch or a cable"]),
    hardwareOf(board),
    "hung replicas: a pin is let go at once only by a board that ends commands by itself",
  ];
}

function hardwareOf(board: BoardSettings): string {
  if (board.kind === "mock") return "hardware: the board is `mock`, and touches none";
  if (board.kind === "recorded") return "hardware: the board is `recorded`, and drives none";
  return "hardware: whether the boards are there, and wired as the config says";
}
