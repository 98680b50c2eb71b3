/**
 * `holdfast compare detector --advise`: from what a link does and what is wished for to the
 * settings of a detector, or to the wish that cannot be fulfilled.
 */
import {
  type Advice,
  adviseHeartbeat,
  type HeartbeatAdvice,
} from "../../detection/advice/heartbeat-advice.js";
import {
  type LinkQuality,
  quantileOf,
  recordedQuality,
  runLengths,
  statedQuality,
  worstOf,
} from "../../detection/advice/link-quality.js";
import { adviseSwim, type SwimAdvice } from "../../detection/advice/swim-advice.js";
import type { Wishes } from "../../detection/advice/wishes.js";
import type { Duration } from "../../kernel/time.js";
import { BadVerdict, CliFailure } from "../exit.js";
import { readFlightRecording } from "../flight-recording.js";
import { type CliIo, writeJson } from "../io.js";
import { paintFor } from "../terminal.js";
import type { AdviceFlags } from "./advice-flags.js";
import { adviceText } from "./detector-advice-text.js";
import { readDoctorLateness } from "./doctor-lateness.js";
import { type RecordedLink, recordedLinks } from "./recorded-links.js";

/** What was measured of one link, or stated of all. */
export interface LinkFigures {
  /** Null where it was stated. */
  readonly peer: string | null;
  /** Frames for everyone, and how many of them are missing; null where nothing was measured. */
  readonly frames: number | null;
  readonly framesMissing: number | null;
  /** Beats that were to come, outages left out. */
  readonly beats: number | null;
  /** The share of them that was lost, from 0 to 1. */
  readonly loss: number;
  /** Beats lost in a row, at the most. */
  readonly longestRun: number | null;
  /** In microseconds. */
  readonly period: number | null;
  readonly lateMedian: number | null;
  readonly late99: number | null;
  readonly late999: number;
  readonly lateMax: number | null;
  readonly outages: number;
}

export interface AdviceReport {
  readonly source: string;
  readonly wishes: Wishes;
  readonly links: readonly LinkFigures[];
  /** Losses come in runs that are too long for chance; SWIM's figure does not know of them. */
  readonly bursty: boolean;
  readonly heartbeat: Advice<HeartbeatAdvice>;
  readonly swim: Advice<SwimAdvice>;
}

/** Writes the advice. Throws `BadVerdict` when no detector fulfils all wishes. */
export async function advise(io: CliIo, flags: AdviceFlags): Promise<void> {
  const report = await reportFor(io, flags);
  if (flags.json === true) writeJson(io, "compare", { port: "detector", advice: report });
  else io.stdout.write(adviceText(report, paintFor(io, io.stdout)));
  if (report.heartbeat.unmet.length > 0 && report.swim.unmet.length > 0) throw new BadVerdict();
}

async function reportFor(io: CliIo, flags: AdviceFlags): Promise<AdviceReport> {
  const { nodes, within, falseAlarms: falseAlarmsPerSecond } = flags;
  const wishes: Wishes = { nodes, within, falseAlarmsPerSecond };
  const { link, ...source } = await sourceOf(io, flags);
  return {
    ...source,
    wishes,
    bursty: isBursty(link),
    heartbeat: adviseHeartbeat(link, wishes),
    swim: adviseSwim(link, wishes),
  };
}

interface Source {
  readonly source: string;
  readonly links: readonly LinkFigures[];
  readonly link: LinkQuality;
}

async function sourceOf(io: CliIo, { from, loss, jitter }: AdviceFlags): Promise<Source> {
  if (from !== undefined) {
    const examined = await readDoctorLateness(io, from);
    if (examined !== null) return examinedSource(from, examined, loss);
    const recording = await readFlightRecording(io, from);
    const links = recordedLinks(from, recording);
    return {
      source: `${from}, heard by ${recording.header.node}`,
      links: links.map(figuresOf),
      link: worstOf(links.map(({ beats }) => recordedQuality(beats))),
    };
  }
  if (loss === undefined || jitter === undefined) {
    throw new CliFailure("usage", "what does the link do? (--loss and --jitter, or --from)");
  }
  const stated = statedFigures(loss, jitter);
  return { source: "as stated", links: [stated], link: statedQuality({ loss, lateness: jitter }) };
}

/** A doctor sees one machine only, so what the link loses must be said. */
function examinedSource(from: string, lateness: Duration, loss: number | undefined): Source {
  if (loss === undefined) {
    const message = `${from} tells how late this machine wakes, and nothing of a link: add --loss`;
    throw new CliFailure("usage", message);
  }
  return {
    source: `${from} (the latest wake-up), and the loss as stated`,
    links: [statedFigures(loss, lateness)],
    link: statedQuality({ loss, lateness }),
  };
}

function figuresOf(link: RecordedLink): LinkFigures {
  const { peer, frames, framesMissing, period, beats, outages } = link;
  const late = beats.filter((beat) => beat !== null).sort((one, other) => one - other);
  return {
    ...{ peer, frames, framesMissing, period, beats: beats.length, outages },
    loss: (beats.length - late.length) / beats.length,
    longestRun: runLengths(beats, Number.POSITIVE_INFINITY).reduce(longer, 0),
    lateMedian: quantileOf(late, 0.5),
    late99: quantileOf(late, 0.99),
    late999: quantileOf(late, 0.999),
    lateMax: late.at(-1) ?? 0,
  };
}

const longer = (one: number, other: number): number => Math.max(one, other);

const statedFigures = (loss: number, late999: number): LinkFigures => ({
  ...{ peer: null, frames: null, framesMissing: null, beats: null, loss, longestRun: null },
  ...{ period: null, lateMedian: null, late99: null, late999, lateMax: null, outages: 0 },
});

/** Twice as many runs of two as chance makes. */
function isBursty({ bounds, missed, runs }: LinkQuality): boolean {
  const bound = bounds.at(-1) ?? 0;
  const counted = runs(bound, 2);
  return counted !== null && counted > 2 * missed(bound) ** 2;
}
