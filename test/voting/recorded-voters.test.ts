/**
 * Every voter on two recorded triples of temperature sensors, with the default settings of
 * `holdfast vote`: fault-free, with one fault of every kind on each channel in turn, and with two
 * at once. Which reason a channel is excluded for is the business of channel health.
 */
import { expect, it } from "vitest";
import { parseRecording, type Recording } from "../../boards/recording/csv.js";
import { type VotedRow, voteRecording } from "../../src/cli/vote/vote-recording.js";
import { parseSensorFault } from "../../src/faults/fault-text.js";
import { SensorFaultInjector } from "../../src/faults/sensor-faults.js";
import { Prng } from "../../src/kernel/prng.js";
import { instant } from "../../src/kernel/time.js";
import { bridgedMax } from "../../src/voting/smoothing.js";
import type { Voter } from "../../src/voting/voter.js";
import { voters } from "../../src/voting/voters.js";
import { describeShared, readShared } from "../support/shared-files.js";

const triples = ["data/library-triple-8-18-19.csv", "data/library-triple-3-4-5.csv"] as const;
const tolerance = 0.75;
/** The rows in which a fault holds, of the stretch that faults are tried on. */
const begin = 50;
const end = 150;

const recordings = new Map<string, Recording>();

function recordingOf(name: string): Recording {
  const known = recordings.get(name);
  if (known !== undefined) return known;
  const parsed = parseRecording(readShared(name), {});
  if (!parsed.ok) throw new Error(parsed.reason);
  recordings.set(name, parsed.recording);
  return parsed.recording;
}

/** Votes all rows; a fault is written as on the command line. */
function vote(voter: Voter, recording: Recording, ...texts: string[]): VotedRow[] {
  const faults = texts.map((text) => {
    const parsed = parseSensorFault(text);
    if (!parsed.ok) throw new Error(parsed.reason);
    const { channel } = parsed.value;
    return { ...parsed.value, channels: [channel], text };
  });
  const rows: VotedRow[] = [];
  const range = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  const plain = { ageMax: null, health: {}, seed: 1, reference: false };
  voteRecording({ recording, voter, tolerance, ...range, ...plain, faults }, (row) =>
    rows.push(row),
  );
  return rows;
}

const eventsOf = (rows: readonly VotedRow[]) =>
  rows.flatMap(({ row, closing }) => closing.events.map((event) => ({ row, ...event })));

/** Without what is said of the sensor as a whole. */
const channelEventsOf = (rows: readonly VotedRow[]) =>
  eventsOf(rows).flatMap((event) => ("channel" in event ? [event] : []));

const valuesAt = (recording: Recording, { row }: VotedRow): number[] =>
  (recording.rows[row]?.values ?? []).filter((value) => value !== null);

/** How far a value is beyond the fault-free ballots of its row; 0 for one that is among them. */
function beyond(recording: Recording, row: VotedRow): number {
  const { value } = row.closing.verdict;
  if (value === null) return 0;
  const said = valuesAt(recording, row);
  return Math.max(0, Math.min(...said) - value, value - Math.max(...said));
}

/** Where two of the three cross, and gaps are few. */
const stretchOf = (recording: Recording): Recording => ({
  ...recording,
  rows: recording.rows.slice(300, 640),
});

const sensorVoters = [...voters].filter(([name]) => name !== "exact-majority");
const cases = triples.flatMap((name) => sensorVoters.map(([, voter]) => ({ name, voter })));

describeShared("every voter on fault-free recordings", triples, () => {
  it.each(cases)("$name, $voter.name: no alarm, a value wherever two speak", ({ name, voter }) => {
    const recording = recordingOf(name);
    const rows = vote(voter, recording);
    expect(eventsOf(rows)).toEqual([]);
    const isValued = ({ closing }: VotedRow) => closing.verdict.value !== null;
    const wrong = rows.filter(
      (row) => isValued(row) !== valuesAt(recording, row).length > 1 || beyond(recording, row) > 0,
    );
    expect(wrong.map(({ row }) => row)).toEqual([]);
  });

  it.each(triples)(
    "%s: exact-majority is not for sensors, but blames nobody for that (HEALTH-5)",
    (name) => {
      const recording = recordingOf(name);
      const rows = vote(voters.get("exact-majority") as Voter, recording);
      const valued = rows.filter(({ closing }) => closing.verdict.value !== null);
      // Readings of two decimals are equal by chance, and seldom.
      expect(valued.length).toBeGreaterThan(0);
      expect(valued.length).toBeLessThan(rows.length / 2);
      expect(eventsOf(rows)).toEqual([]);
      for (const row of valued) expect(beyond(recording, row)).toBe(0);
    },
  );
});

/** Each of a degree or more, but for those that change when, and not what, a channel says. */
const kinds = [
  ...["offset=+1", "offset=-1", "offset=+1.5", "offset=-1.5", "offset=+5", "offset=-1e6"],
  ...["drift=0.02/min", "drift=-0.1/min", "stuck", "stuck=30", "noise=1", "noise=3"],
  ...["spike=30", "spike=30/3", "garbage", "dropout", "delay=3", "restamp=3"],
];

interface Faulty {
  readonly voter: Voter;
  readonly recording: Recording;
  readonly channel: string;
  readonly rows: readonly VotedRow[];
  /** By row, what the faulty channel says. */
  readonly said: readonly (number | null)[];
}

function inject(voter: Voter, recording: Recording, kind: string, channel: string): Faulty {
  const text = `${kind}@${begin}..${end}:${channel}`;
  const parsed = parseSensorFault(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  const injector = new SensorFaultInjector(parsed.value.fault, new Prng(1).split(`0 ${text}`));
  const at = recording.channels.indexOf(channel);
  const said = recording.rows.map(({ timeS, values }, row) => {
    const value = values[at] ?? null;
    const reading = { value, sourceTime: instant(timeS * 1_000_000) };
    return row >= begin && row < end ? injector.apply(reading).value : value;
  });
  return { voter, recording, channel, rows: vote(voter, recording, text), said };
}

/** Whether all three speak, and the faulty one is beyond the tolerance of both others. */
function isFar({ recording, channel, said }: Faulty, row: number): boolean {
  const others = recording.rows[row]?.values.filter((_, at) => recording.channels[at] !== channel);
  const lie = said[row] ?? null;
  if (lie === null || others === undefined) return false;
  return others.every((value) => value !== null && Math.abs(value - lie) > tolerance);
}

/** How far the value may be beyond the healthy ones. */
function boundOf(faulty: Faulty, row: number): number {
  const { voter, recording, said } = faulty;
  // A mean is moved by anybody, but never farther from all than VOTE-6 allows.
  if (voter.name === "mean") return tolerance;
  const speaking = recording.rows[row]?.values.filter((value) => value !== null).length;
  // Of two, one is no minority: they agree, and the value is half way, or one of them.
  if (speaking !== 3 || said[row] === null) {
    return voter.name === "history" ? tolerance : tolerance / 2;
  }
  const isMovable = ["weighted-distance", "weighted-history", "brooks-iyengar"].includes(
    voter.name,
  );
  return isMovable && !isFar(faulty, row) ? tolerance / 2 : 0;
}

function expectMasked(faulty: Faulty): void {
  const { recording, channel, rows } = faulty;
  const blamed = channelEventsOf(rows).map((event) => event.channel);
  expect(blamed.filter((each) => each !== channel)).toEqual([]);
  const wrong = rows.filter((row) => beyond(recording, row) > boundOf(faulty, row.row) + 1e-9);
  expect(wrong.map(({ row }) => row)).toEqual([]);
}

const isExcluded = ({ channel, rows }: Faulty, row: number) =>
  rows[row]?.closing.verdict.excluded.some((each) => each.channel === channel) === true;

/** Five samples in a row that are far, and the channel no longer counts in the one after. */
function expectIsolated(faulty: Faulty): number {
  let far = 0;
  let isolations = 0;
  for (let row = begin; row < end; row += 1) {
    far = isFar(faulty, row) ? far + 1 : 0;
    if (far < 5) continue;
    expect(isExcluded(faulty, row + 1), `row ${row + 1}`).toBe(true);
    isolations += 1;
  }
  return isolations;
}

function expectReadmitted(faulty: Faulty): void {
  const own = channelEventsOf(faulty.rows).filter(({ channel }) => channel === faulty.channel);
  if (own.length > 0) expect(own.at(-1)?.kind).toBe("channel-readmitted");
  const last = faulty.rows.length - 1;
  if (faulty.said[last] !== null) expect(isExcluded(faulty, last)).toBe(false);
}

describeShared("every voter with one fault of any kind and size (VOTE-4, VOTE-7)", triples, () => {
  it.each(cases)("$name, $voter.name: masked, isolated, re-admitted", ({ name, voter }) => {
    const recording = stretchOf(recordingOf(name));
    let isolations = 0;
    for (const channel of recording.channels) {
      for (const kind of kinds) {
        const faulty = inject(voter, recording, kind, channel);
        expectMasked(faulty);
        // A mean that a far one has moved has no value, and without one nobody is judged.
        if (voter.name === "mean") continue;
        isolations += expectIsolated(faulty);
        expectReadmitted(faulty);
      }
    }
    if (voter.name !== "mean") expect(isolations).toBeGreaterThan(300);
  });

  it("a large fault leaves the mean without a value, and every other voter with one", () => {
    const recording = stretchOf(recordingOf(triples[0]));
    for (const [name, voter] of sensorVoters) {
      const { rows } = inject(voter, recording, "offset=+5", "mote18");
      const silent = rows.slice(begin, end).filter(({ row, closing }) => {
        const speak = recording.rows[row]?.values.every((value) => value !== null);
        return speak && closing.verdict.value === null;
      });
      if (name === "mean") expect(silent.length).toBeGreaterThan(50);
      else expect(silent).toEqual([]);
    }
  });
});

/** Two that fail differently, and differently from the third, which is healthy. */
const pairs = [
  ["offset=+3", "offset=-3"],
  ["offset=+3", "offset=+6"],
  ["offset=-1e6", "stuck=30"],
] as const;

function expectNoMajority(voter: Voter, recording: Recording, healthy: string): void {
  const faulty = recording.channels.filter((channel) => channel !== healthy);
  for (const kinds of pairs) {
    const texts = kinds.map((kind, at) => `${kind}@${begin}..${end}:${faulty[at]}`);
    const rows = vote(voter, recording, ...texts);
    const bound = voter.name === "history" ? tolerance : tolerance / 2;
    expect(rows.filter((row) => beyond(recording, row) > bound + 1e-9)).toEqual([]);
    expect(channelEventsOf(rows).filter(({ channel }) => channel === healthy)).toEqual([]);
    // What is bridged is over after two closings.
    for (const { closing } of rows.slice(begin + bridgedMax, end)) {
      expect(closing.verdict.value).toBeNull();
      expect(["no-majority", "insufficient"]).toContain(closing.verdict.status);
    }
  }
}

describeShared("every voter with two faults at once of three (SENSOR-3, VOTE-13)", triples, () => {
  it.each(cases)("$name, $voter.name: no majority, and no wrong value", ({ name, voter }) => {
    const recording = stretchOf(recordingOf(name));
    for (const healthy of recording.channels) expectNoMajority(voter, recording, healthy);
  });
});
