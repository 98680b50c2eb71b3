/**
 * What of a cluster's traffic goes by a slow line. All frames go by every path, and what the
 * network carries without notice may be more than a line does: then not chance decides what is
 * lost, but a plan, made from the traffic that the replicas really have and the rate of the line.
 *
 * Classes are taken in the order of what a cluster can least do without; one that does not fit into
 * `shareMax` with those before it is held back as a whole. The rest of the line is for what is sent
 * on request, for frames that come together, and for what the medium costs.
 */

import type { ClusterSettings } from "../../node/settings.js";
import { cobsBytesMax } from "../../wire/cobs.js";
import { type FrameKind, kindIn } from "../../wire/envelope.js";
import { ranksMax } from "../line-queue.js";
import { bytesPerSecondOf, type SerialLine } from "./serial-lines.js";
import { type SentFrame, type Traffic, trafficOf } from "./traffic.js";

export interface FrameClass {
  readonly name: string;
  readonly kinds: readonly FrameKind[];
  /** Of the queue for the line: 0 goes first. */
  readonly rank: number;
  /** What is not there where the line is the only path left, and this class is held back. */
  readonly without: string;
}

/** In this order. What is asked for is last: who gets no answer by this path asks again. */
export const frameClasses: readonly FrameClass[] = [
  {
    ...{ name: "heartbeats", kinds: ["heartbeat"], rank: 0 },
    without: "it is no path: those behind it count as silent",
  },
  {
    ...{ name: "samples", kinds: ["sample"], rank: 1 },
    without: "each replica votes with the channels of its own board alone",
  },
  {
    // Entries and snapshots come in bursts, which heartbeats and samples overtake.
    ...{ name: "replication", kinds: ["replication"], rank: 2 },
    without: "nobody may drive, and no setting is written",
  },
  {
    ...{ name: "paths", kinds: ["paths"], rank: 2 },
    without: "a loss in one direction is not told from one in both",
  },
  {
    ...{ name: "membership", kinds: ["membership"], rank: 2 },
    without: "news of members come late, or by others",
  },
  {
    ...{ name: "overrides", kinds: ["override"], rank: 2 },
    without: "a person's word reaches one replica alone",
  },
  {
    ...{ name: "requests", kinds: ["sample-request", "state-request", "state-reply"], rank: 3 },
    without: "a replica that starts anew gets no state",
  },
];

/** So much of the line is given to what is sent regularly. */
export const shareMax = 0.8;

export interface ClassLoad {
  readonly name: string;
  /** Of what the busiest node may send on this line; 0 for what is sent on request alone. */
  readonly share: number;
  readonly framesPerSecond: number;
  /** The longest frame that was seen, as it stands on the line; 0 where there was none. */
  readonly bytesMax: number;
  readonly goes: boolean;
}

export interface LinePlan {
  readonly line: string;
  readonly bytesPerSecond: number;
  readonly classes: readonly ClassLoad[];
  /** Of what goes. */
  readonly share: number;
  /**
   * Longer frames are held back whatever they are: one would keep the line for so long that the
   * heartbeats behind it come too late.
   */
  readonly frameBytesMax: number;
}

/** Bytes around a frame on the line: a CRC, two delimiters, on a bus an address. */
const crcBytes = 4;
const delimiterBytes = 2;
const busAddressBytes = 2;

const onLine = (bytes: number, isBus: boolean): number =>
  cobsBytesMax(bytes + crcBytes + (isBus ? busAddressBytes : 0)) + delimiterBytes;

/** By line. Nothing is asked of the cluster's traffic where there are no lines. */
export function plansOf(
  lines: readonly SerialLine[],
  settings: ClusterSettings,
): ReadonlyMap<string, LinePlan> {
  if (lines.length === 0) return new Map();
  const traffic = trafficOf(settings);
  return new Map(lines.map((line) => [line.name, planOf(line, traffic, settings)]));
}

export function planOf(line: SerialLine, traffic: Traffic, settings: ClusterSettings): LinePlan {
  const bytesPerSecond = bytesPerSecondOf(line);
  // A heartbeat that waits for half of the patience for it, and then goes, is still in time.
  const patience = settings.timing.suspectAfter / 2e6;
  const frameBytesMax = Math.floor(bytesPerSecond * patience);
  const classes: ClassLoad[] = [];
  let share = 0;
  for (const { name, kinds } of frameClasses) {
    const load = loadOf(line, traffic, kinds, bytesPerSecond);
    const isTooLong = load.share > 0 && load.bytesMax > frameBytesMax;
    const goes = !isTooLong && share + load.share <= shareMax;
    if (goes) share += load.share;
    classes.push({ name, goes, ...load });
  }
  return { line: line.name, bytesPerSecond, classes, share, frameBytesMax };
}

/** The rank by which a frame goes, or null where it is held back. */
export function rankBy(plan: LinePlan): (frame: Uint8Array) => number | null {
  const goes = new Set(plan.classes.filter((one) => one.goes).map(({ name }) => name));
  const ranks = new Map<FrameKind, number>();
  for (const { name, kinds, rank } of frameClasses) {
    if (goes.has(name)) for (const kind of kinds) ranks.set(kind, Math.min(rank, ranksMax - 1));
  }
  return (frame) => {
    const kind = kindIn(frame);
    if (kind === null || frame.length > plan.frameBytesMax) return null;
    return ranks.get(kind) ?? null;
  };
}

/** Any replica may be the busiest: which drives and which leads changes. */
function loadOf(
  { ports }: SerialLine,
  { frames, seconds, bytesMax }: Traffic,
  kinds: readonly FrameKind[],
  bytesPerSecond: number,
): Omit<ClassLoad, "name" | "goes"> {
  const isBus = ports.size > 2;
  const counts = new Map<string, { frames: number; bytes: number }>();
  for (const frame of frames.filter(({ kind }) => kinds.includes(kind))) {
    for (const wire of wiresOf(frame, isBus)) {
      const before = counts.get(wire) ?? { frames: 0, bytes: 0 };
      const bytes = before.bytes + onLine(frame.bytes, isBus);
      counts.set(wire, { frames: before.frames + 1, bytes });
    }
  }
  const busiest = [...counts.values()].sort((one, other) => other.bytes - one.bytes)[0];
  const longest = Math.max(0, ...kinds.map((kind) => bytesMax.get(kind) ?? 0));
  return {
    share: (busiest?.bytes ?? 0) / seconds / bytesPerSecond,
    framesPerSecond: (busiest?.frames ?? 0) / seconds,
    bytesMax: longest === 0 ? 0 : onLine(longest, isBus),
  };
}

/** A bus takes a frame once, whoever it is for; wires to each peer take it each. */
const wiresOf = ({ source, targets }: SentFrame, isBus: boolean): readonly string[] =>
  isBus ? [source] : targets.map((target) => `${source} ${target}`);
