/**
 * Recorded triples, voted row by row, with faults injected on the way; and what the healthy
 * channels said beside it.
 */
import { parseRecording, type Recording } from "../../boards/recording/csv.js";
import { type SensorFault, SensorFaultInjector } from "../../src/faults/sensor-faults.js";
import { Prng } from "../../src/kernel/prng.js";
import { type Duration, type Instant, instant, seconds } from "../../src/kernel/time.js";
import {
  type Closing,
  type HealthOptions,
  SensorVoter,
  type SensorVoterOptions,
} from "../../src/voting/sensor-voter.js";
import { voters } from "../../src/voting/voters.js";
import { readShared } from "../support/shared-files.js";

export const triples = ["data/library-triple-8-18-19.csv", "data/library-triple-3-4-5.csv"];

const keepVote4: readonly string[] = [
  "mid-value",
  "median",
  "formal-majority",
  "plurality",
  "smoothing",
  "marzullo",
  "ntp",
];

/**
 * The voters whose value no single liar moves off the healthy ones (VOTE-4). How far it moves that
 * of the others, `recorded-voters.test.ts` shows.
 */
export const strictVoters = [...voters.values()].filter(({ name }) => keepVote4.includes(name));

/** In degrees: the default of `holdfast vote`. */
export const tolerance = 0.75;

export function recordingOf(name: string): Recording {
  const parsed = parseRecording(readShared(name));
  if (!parsed.ok) throw new Error(`${name} does not parse`);
  return parsed.recording;
}

export interface Injection {
  readonly channel: number;
  readonly fault: SensorFault;
  /** The first row, and the first after it. */
  readonly begin: number;
  readonly end: number;
}

export interface ReplayedRow {
  readonly closing: Closing;
  readonly clean: readonly (number | null)[];
  readonly faulty: readonly (number | null)[];
}

export function replayed(
  recording: Recording,
  options: Partial<SensorVoterOptions> = {},
  injections: readonly Injection[] = [],
): ReplayedRow[] {
  const { channels } = recording;
  const ageMax = seconds(150);
  const range = { min: -1_000, max: 1_000 };
  const voter = new SensorVoter({ channels, tolerance, ageMax, ...range, ...options });
  const injectors = injections.map(({ fault }) => new SensorFaultInjector(fault, new Prng(1)));
  return recording.rows.map(({ values }, row) => {
    const now = instant(60_000_000 * (row + 1));
    const samples = values.map((value, index) => {
      let reading: { value: number | null; sourceTime: Instant } = { value, sourceTime: now };
      injections.forEach(({ channel, begin, end }, at) => {
        const acts = channel === index && row >= begin && row < end;
        if (acts) reading = injectors[at]?.apply(reading) ?? reading;
      });
      const age = (now - reading.sourceTime) as Duration;
      return { channel: channels[index] ?? "", value: reading.value, age };
    });
    const closing = voter.close(now, samples, false);
    return { closing, clean: values, faulty: samples.map(({ value }) => value) };
  });
}

/** The events as words: `412 mote8 excluded DRIFT`. */
export function toldIn(rows: readonly ReplayedRow[]): string[] {
  return rows.flatMap(({ closing }, row) =>
    closing.events.map((event) => {
      const subject = "channel" in event ? event.channel : "sensor";
      const what = event.kind.replace(/^(channel|sensor)-/, "");
      return `${row} ${subject} ${what}${"reason" in event ? ` ${event.reason}` : ""}`;
    }),
  );
}

export const healthOf = (health: Partial<HealthOptions>) => ({ health });
