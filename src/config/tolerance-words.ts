/**
 * The tolerance of a config in words, for people who build controllers and do not read papers: per
 * group a heading, a row for each kind of fault with how many of it are borne at a time, and what
 * happens when one comes after the other.
 */
import type { SensorTolerance } from "./sensor-tolerance.js";
import { plural, type Tolerance } from "./tolerance.js";

export interface FaultRow {
  /** How many at a time; `n` for any number. */
  readonly count: number | "n";
  /** In the words of docs/glossary.md. */
  readonly fault: string;
  readonly words: string;
}

export interface FaultGroup {
  readonly heading: string;
  readonly rows: readonly FaultRow[];
  /** Whole sentences. */
  readonly notes: readonly string[];
}

export const toleranceInWords = (tolerance: Tolerance): readonly FaultGroup[] => [
  replicasInWords(tolerance),
  ...tolerance.sensors.map((sensor) => sensorInWords(sensor, tolerance.cycleMs)),
];

function replicasInWords(tolerance: Tolerance): FaultGroup {
  const { replicas, majority } = tolerance;
  const heading = `${plural(replicas, "replica")}, of which ${majority} must work`;
  const crash = {
    count: tolerance.crashes,
    fault: "crash, silence",
    words: crashInWords(tolerance),
  };
  const state = {
    count: tolerance.stateFaults,
    fault: "damaged state",
    words: stateInWords(tolerance),
  };
  const command = { count: 0, fault: "wrong command", words: commandInWords };
  const notes = [sequenceOfReplicas(tolerance)];
  if (replicas === 1) return { heading, rows: [crash, state, command], notes };
  const rows = [
    crash,
    { count: tolerance.omissions, fault: "timing", words: "late counts as silent" },
    { count: tolerance.wrongVoters, fault: "wrong vote", words: voterInWords(tolerance) },
    { count: tolerance.lostRenewals, fault: "lost renewal", words: renewalInWords },
    state,
    { count: tolerance.wrongClocks, fault: "wrong clock", words: wrongClockInWords(tolerance) },
    { count: tolerance.twoFacedClocks, fault: "two-faced clock", words: clockInWords(tolerance) },
    command,
    ...protectionRows(tolerance),
    { count: 0, fault: "lying replica", words: "it has the key: can forge samples, or vote twice" },
  ];
  return { heading, rows, notes: [...notes, "A replica that comes back counts again."] };
}

const commandInWords = "of a faulty program or board: not voted, written";

/** A damaged sample that nothing protects is a wrong value: it has its row with the sensor. */
function protectionRows({ protection }: Tolerance): readonly FaultRow[] {
  const { samples, commands } = protection;
  const refused = (profile: string) => `any number: each is refused by its check (${profile})`;
  const rows: FaultRow[] = [
    commands === null
      ? { count: 0, fault: "damaged command", words: "on its way: written (see `protection`)" }
      : { count: "n", fault: "damaged command", words: refused(commands) },
  ];
  if (samples !== null) {
    rows.push({ count: "n", fault: "damaged sample", words: refused(samples) });
  }
  return rows;
}

const voterInWords = ({ wrongVoters }: Tolerance): string =>
  wrongVoters === 0
    ? "two that differ cannot say which is wrong"
    : "of a replica that is damaged: named by all, and it does not drive";

const renewalInWords = "of the right to drive, in a row; then it may pass to another";

const crashInWords = ({ crashes, takeoverMs, takeoverOfLeaderMs }: Tolerance): string =>
  crashes === 0
    ? "the outputs take their safe states"
    : `another replica drives after about ${durationText(takeoverMs)}; ` +
      `${durationText(takeoverOfLeaderMs)} where it led the log`;

const stateInWords = ({ stateFaults }: Tolerance): string =>
  stateFaults === 0
    ? "no majority says what is right"
    : "found, and replaced by that of the others";

const wrongClockInWords = ({ wrongClocks }: Tolerance): string =>
  wrongClocks === 0 ? "no majority says which is right" : "the same to all: outvoted";

/** Welch and Lynch's n >= 3f + 1, for the next f. */
function clockInWords({ twoFacedClocks }: Tolerance): string {
  const next = twoFacedClocks + 1;
  return `another time to each; to bear ${next} takes ${3 * next + 1} replicas`;
}

function sequenceOfReplicas({ replicas, crashes }: Tolerance): string {
  const safe = "the outputs take their safe states";
  if (replicas === 1) return `When it fails, ${safe}.`;
  if (crashes === 0) return `When one fails the other may not drive: ${safe}.`;
  const borne = crashes === 1 ? "one is" : `${crashes} are`;
  return `One after the other: ${borne} borne; with the next, ${safe}.`;
}

function sensorInWords(tolerance: SensorTolerance, cycleMs: number): FaultGroup {
  const { sensor, channels, nodes, voter } = tolerance;
  const place = nodes === 1 ? "on one replica" : `on ${nodes} replicas`;
  const heading = `Sensor ${sensor}: ${plural(channels, "channel")} ${place}, voter ${voter}`;
  if (!tolerance.voterKnown) {
    return { heading, rows: [], notes: ["What this voter masks: see src/voting/README.md."] };
  }
  const rows = channelRows(tolerance, cycleMs);
  return { heading, rows, notes: sensorNotes(tolerance) };
}

function channelRows(tolerance: SensorTolerance, cycleMs: number): readonly FaultRow[] {
  const { channels, silences, valueFaults } = tolerance;
  const words = channels > 2 ? manyChannels(tolerance, cycleMs) : fewChannels(channels);
  return [
    { count: silences, fault: "silent, lost, late", words: words.silent },
    { count: valueFaults, fault: "wrong value", words: words.wrong },
    { count: valueFaults, fault: "stuck value", words: words.stuck },
    { count: valueFaults, fault: "two-faced", words: words.twoFaced },
  ];
}

interface ChannelWords {
  readonly silent: string;
  readonly wrong: string;
  readonly stuck: string;
  readonly twoFaced: string;
}

function manyChannels(tolerance: SensorTolerance, cycleMs: number): ChannelWords {
  const { wrongSamplesToExclude, missingSamplesToExclude, stuckMove, unit } = tolerance;
  const excluded = (samples: number) =>
    `excluded after ${samples} in a row (${durationText(samples * cycleMs)})`;
  return {
    silent: `left out; ${excluded(missingSamplesToExclude)}`,
    wrong: `outvoted; ${excluded(wrongSamplesToExclude)}`,
    stuck: `found when the others move by more than ${Number(stuckMove.toPrecision(6))} ${unit}`,
    twoFaced: "another value to each replica: outvoted at each",
  };
}

function fewChannels(channels: number): ChannelWords {
  if (channels === 1) {
    const believed = "believed, for nothing contradicts it";
    return { silent: "no value", wrong: believed, stuck: believed, twoFaced: believed };
  }
  const noticed = "noticed, but not which of the two: no value";
  const stuck = "noticed when the other has left its tolerance: no value";
  return { silent: "one alone does not count: no value", wrong: noticed, stuck, twoFaced: noticed };
}

function sensorNotes(tolerance: SensorTolerance): readonly string[] {
  const { channels, inSequence, voter, min, max, unit } = tolerance;
  const notes = [
    `A value that is not from ${min} to ${max} ${unit} counts as none.`,
    "Without a value the app is told. An output that it then leaves out takes its safe state.",
  ];
  if (channels > 2) {
    const excluded = inSequence === 1 ? "one is excluded" : `${inSequence} are excluded`;
    notes.unshift(
      `One after the other: ${excluded}; of the 2 left a wrong one is noticed,`,
      "but not which: no value, until one is right again.",
      "Two or more that lie alike, or drift together, are not found if they are the majority.",
    );
  }
  if (channels > 2 && tolerance.movedByNear) {
    notes.unshift("A wrong value within the tolerance of a right one moves the voted value there.");
  }
  if (channels > 1 && voter === "exact-majority") {
    notes.unshift("Healthy channels must be equal to the last bit; measured values seldom are.");
  }
  return notes;
}

/** As people say it: `300ms`, `1.5s`. */
const durationText = (ms: number): string =>
  ms < 1_000 ? `${Number(ms.toPrecision(3))}ms` : `${Number((ms / 1_000).toPrecision(3))}s`;
