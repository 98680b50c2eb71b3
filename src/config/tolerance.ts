/**
 * What a cluster tolerates, in numbers and in words, and what would still bring all of it down. Of
 * n replicas, any floor((n-1)/2) may crash or fall silent, for the rest is a majority and drives
 * on. Of the channels of a sensor as many may say something wrong, for the right ones outvote them.
 */
import type { ClusterSettings } from "../node/settings.js";
import type { NodeAddress } from "./address.js";

export const crashesTolerated = (replicas: number): number => Math.floor((replicas - 1) / 2);

/** With two channels a wrong one is noticed, but not which; with one, not even that. */
export const valueFaultsTolerated = (channels: number): number =>
  channels < 3 ? 0 : Math.floor((channels - 1) / 2);

export interface SensorTolerance {
  readonly sensor: string;
  readonly channels: number;
  readonly valueFaults: number;
  /** How many of the channels hang on the node that has most of them. */
  readonly channelsOnOneNode: number;
}

export interface Tolerance {
  readonly replicas: number;
  readonly crashes: number;
  /** A replica that sends nothing, or too late, counts like one that crashed. */
  readonly omissions: number;
  readonly sensors: readonly SensorTolerance[];
  /** What brings everything down by failing alone, each in a sentence. */
  readonly singlePointsOfFailure: readonly string[];
}

export function toleranceOf(
  cluster: ClusterSettings,
  addresses: ReadonlyMap<string, NodeAddress>,
): Tolerance {
  const replicas = cluster.nodes.length;
  const sensors = [...cluster.channels].map(([sensor, channels]) => {
    const counts = cluster.nodes.map((node) => channels.filter((c) => c.node === node).length);
    return {
      sensor,
      channels: channels.length,
      valueFaults: valueFaultsTolerated(channels.length),
      channelsOnOneNode: Math.max(...counts),
    };
  });
  return {
    replicas,
    crashes: crashesTolerated(replicas),
    omissions: crashesTolerated(replicas),
    sensors,
    singlePointsOfFailure: singlePoints(cluster, addresses, sensors),
  };
}

function singlePoints(
  cluster: ClusterSettings,
  addresses: ReadonlyMap<string, NodeAddress>,
  sensors: readonly SensorTolerance[],
): readonly string[] {
  const points: string[] = [];
  const hosts = new Set([...addresses.values()].map(({ address }) => machineOf(address)));
  if (cluster.nodes.length === 1) points.push("the only replica");
  if (cluster.nodes.length === 2) points.push("either replica: alone, the other is no majority");
  if (hosts.size < cluster.nodes.length) points.push("a machine: replicas share an address");
  if (cluster.nodes.length > 1) points.push("the network: every replica has one address on it");
  for (const { sensor, channels, channelsOnOneNode } of sensors) {
    if (channels === 1) points.push(`the only channel of the sensor ${sensor}`);
    else if (channelsOnOneNode * 2 >= channels) {
      points.push(`one node: it has ${channelsOnOneNode} of ${channels} channels of ${sensor}`);
    }
  }
  for (const output of Object.keys(cluster.app.outputs)) {
    points.push(`the actuator of ${output} (its relay and wiring), unless it is doubled outside`);
  }
  return [...points, "the app: every replica runs the same program, and errs alike"];
}

/** All of 127.0.0.0/8 is one machine, and so are the names for it. */
const machineOf = (address: string): string =>
  /^(127\.|localhost$|::1$)/.test(address) ? "localhost" : address;

export const plural = (count: number, word: string): string =>
  count === 1
    ? `1 ${word}`
    : `${count === 0 ? "no" : count} ${word}${/(sh|ss|x)$/.test(word) ? "es" : "s"}`;

/** The same in sentences, one a line. */
export function toleranceInWords(tolerance: Tolerance): readonly string[] {
  const { replicas, crashes, omissions } = tolerance;
  const majority = Math.floor(replicas / 2) + 1;
  return [
    `${plural(replicas, "replica")}: ${plural(crashes, "crash")} tolerated, ` +
      `${plural(omissions, "silent or late replica")} tolerated ` +
      `(together: a majority of ${majority} must remain)`,
    ...tolerance.sensors.map(sensorInWords),
  ];
}

function sensorInWords({ sensor, channels, valueFaults }: SensorTolerance): string {
  const head = `sensor ${sensor}, ${plural(channels, "channel")}:`;
  if (channels === 1) return `${head} a wrong value is believed, for nothing contradicts it`;
  if (channels === 2) {
    return `${head} a wrong value is noticed, but two that disagree cannot say which is wrong`;
  }
  return `${head} ${plural(valueFaults, "wrong value")} tolerated at a time`;
}
