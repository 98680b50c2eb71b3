/**
 * Faults of values: a sensor that reads wrongly, a node that tells each reader another value, and
 * one whose own voter is wrong.
 */
import { openStream } from "../../codes/e2e/stream.js";
import { isFrame, type SentItem, type SentValue } from "../../control/cycle/messages.js";
import { payloadBytes, sampleIds } from "../../control/protection/protection.js";
import { readSample, writeSample } from "../../control/protection/sample-payload.js";
import { type SensorFault, SensorFaultInjector } from "../../faults/sensor-faults.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Prng } from "../../kernel/prng.js";
import type { ClusterSettings } from "../../node/settings.js";
import type { Cluster } from "../cluster.js";
import type { Hit } from "./hit.js";
import { channelOf, placeOf, rewriteSamples } from "./sample-rewriting.js";

/** The node is not faulty: it passes on faithfully what its sensor says. */
export function faultySensor(
  cluster: Cluster,
  node: NodeId,
  sensor: string,
  fault: SensorFault,
  dice: Prng,
): Hit {
  const channel = channelOf(cluster, node, sensor);
  return {
    nodes: [],
    channels: [channel.id],
    links: [],
    begin: (effect) => {
      const injector = new SensorFaultInjector(fault, dice.split("sensor"));
      return cluster.tamper(node, channel.boardChannel, (_, reading) => {
        const tampered = injector.apply(reading);
        if (tampered !== reading) effect.note(cluster.world.now);
        return tampered;
      });
    },
  };
}

/**
 * The two-faced clock's brother: every reader gets a value of its own, in a frame that is properly
 * sealed, because the liar has the key (Lamport, Shostak and Pease 1982). Its own vote is honest.
 */
export function twoFaced(
  cluster: Cluster,
  node: NodeId,
  sensor: string,
  spread: number,
  dice: Prng,
): Hit {
  const { settings } = cluster;
  const channel = channelOf(cluster, node, sensor);
  const index = placeOf(cluster, node, channel);
  const lies = new Map(
    settings.nodes.map((reader) => [reader, spread * (2 * dice.fraction() - 1)]),
  );
  const protect = reprotection(settings, channel.id);
  const change = (values: readonly SentItem[], reader: NodeId): SentItem[] => {
    const lie = ({ value, age }: SentValue): SentValue => ({
      value: value === null ? null : value + (lies.get(reader) ?? 0),
      age,
    });
    return values.map((item, place) => (place === index ? protect(item, lie) : item));
  };
  return {
    nodes: [node],
    channels: [channel.id],
    links: [],
    begin: (effect) => rewriteSamples(cluster, node, change, effect),
  };
}

/** Its sensors and its frames are in order: it votes wrongly on what it was told. */
export function faultyVoter(cluster: Cluster, node: NodeId, sensor: string, offset: number): Hit {
  return {
    nodes: [node],
    channels: [],
    links: [],
    begin: (effect) =>
      cluster.shiftVoter(node, sensor, () => {
        effect.note(cluster.world.now);
        return offset;
      }),
  };
}

/** A liar makes its own samples, so it protects what it says, too: its protection is in order. */
function reprotection(
  { channels, protection }: ClusterSettings,
  channel: string,
): (item: SentItem, change: (sent: SentValue) => SentValue) => SentItem {
  const { samples: profile } = protection;
  const ids = profile === null ? undefined : sampleIds(channels, profile).get(channel);
  if (profile === null || ids === undefined) {
    return (item, change) => (isFrame(item) ? item : change(item));
  }
  const { format } = openStream({ profile, payloadBytes, dataId: ids.dataId });
  return (item, change) => {
    if (!isFrame(item)) return item;
    const frame = Uint8Array.from(item);
    const payload = frame.subarray(frame.length - payloadBytes);
    const content = readSample(payload);
    if (content === null) return item;
    writeSample(payload, change(content), content.cycleStamp);
    format.protect(frame, format.counterOf(frame));
    return frame;
  };
}
