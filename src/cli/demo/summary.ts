/** What a demo came to: for people in a few lines, for programs as one object. */
import { unreachable } from "../../kernel/assert.js";
import type { FaultRecord, SetFault, Tally, Votes } from "../../observe/tally.js";
import type { ReplicaView } from "./dashboard.js";

export interface DemoSummary {
  readonly verdict: "ok" | "bad";
  /** Why the verdict is bad, in words. */
  readonly because: readonly string[];
  readonly app: string;
  readonly durationS: number;
  readonly replicas: readonly string[];
  /** From the start of the demo to the first voted value, in seconds. */
  readonly firstVoteS: number | null;
  readonly votes: Votes;
  readonly faults: readonly FaultSummary[];
  readonly takeovers: number;
  readonly stateFaults: number;
  /**
   * How often a replica found that it had slept: the machine was busy, or the replica was stopped.
   */
  readonly wasLate: number;
  /** How often two boards drove one output at once: never, if we are right. */
  readonly drivenTwice: number;
  /** With `--firmware`; else null. */
  readonly firmware: FirmwareSummary | null;
  readonly residentBytesMax: number;
  /** By replica, the flight recording of its last start. */
  readonly recordings: Readonly<Record<string, string>>;
  readonly folder: string;
}

export interface FirmwareSummary {
  /** How often a microcontroller was reset, by its watchdog. */
  readonly resets: number;
  /** How often the voter had no majority, or no votes, after it had driven: never, if all is well. */
  readonly safeAgain: number;
}

export interface FaultSummary {
  readonly kind: SetFault["kind"];
  /** Which sensor or replica; or what share of the packets. */
  readonly target: string;
  readonly what: string;
  /** In seconds since the start of the demo; null where it did not come to that. */
  readonly setS: number;
  readonly detectedS: number | null;
  readonly takenOverS: number | null;
  readonly clearedS: number | null;
  readonly recoveredS: number | null;
}

export interface SummaryParts {
  readonly app: string;
  /** Somebody played with it, and may have set more faults at once than three replicas bear. */
  readonly attended: boolean;
  readonly elapsedS: number;
  readonly tally: Tally;
  readonly replicas: readonly ReplicaView[];
  readonly recordings: Readonly<Record<string, string>>;
  readonly drivenTwice: number;
  readonly firmware: FirmwareSummary | null;
  readonly residentBytesMax: number;
  readonly folder: string;
}

export function summarise(parts: SummaryParts): DemoSummary {
  const { app, elapsedS, tally, replicas, recordings, residentBytesMax, folder } = parts;
  const votes = tally.votes(elapsedS);
  const because = complaints(votes, parts);
  return {
    verdict: because.length === 0 ? "ok" : "bad",
    because,
    app,
    durationS: round(elapsedS),
    replicas: replicas.map(({ node }) => node),
    firstVoteS: roundOrNull(tally.firstVoteS),
    votes: { ...votes, longestGapS: round(votes.longestGapS) },
    faults: tally.faults.map(faultSummary),
    takeovers: tally.takeovers,
    stateFaults: tally.count("state-diverged"),
    wasLate: tally.count("was-late"),
    drivenTwice: parts.drivenTwice,
    firmware: parts.firmware,
    residentBytesMax,
    recordings,
    folder,
  };
}

/**
 * Nothing may ever make two replicas drive at once. That every cycle has a value is promised for
 * the script, which sets one fault at a time, and not for whatever a visitor does.
 */
function complaints({ voted, missed }: Votes, parts: SummaryParts): string[] {
  const { attended, drivenTwice, firmware } = parts;
  const because: string[] = [];
  if (drivenTwice > 0) because.push(`two replicas drove at once, ${times(drivenTwice)}`);
  if (attended) return because;
  if (voted === 0) because.push("there was no voted value at all");
  const safeAgain = firmware?.safeAgain ?? 0;
  if (safeAgain > 0) because.push(`the output voter let go of the heater, ${times(safeAgain)}`);
  if (missed > 0) because.push(`${missed} ${missed === 1 ? "cycle" : "cycles"} had no voted value`);
  return because;
}

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

/** @param command how this person calls `holdfast` */
export function summaryText(summary: DemoSummary, command: string): string {
  const { votes, firstVoteS, because } = summary;
  const first = firstVoteS === null ? "never" : `after ${firstVoteS} s`;
  const gap = `${votes.longestGapS} s`;
  const { takeovers, stateFaults, drivenTwice, wasLate } = summary;
  const lines = [
    `${summary.app}: ${summary.replicas.length} replicas for ${summary.durationS} s`,
    `votes: ${votes.voted} of ${votes.cycles} cycles, first ${first}, longest gap ${gap}`,
    ...summary.faults.map(faultText),
    `takeovers: ${takeovers}, state faults: ${stateFaults}, driven twice: ${drivenTwice}`,
    ...firmwareLines(summary),
    ...(wasLate > 0
      ? [`replicas that woke late: ${times(wasLate)} (stopped, or a busy machine)`]
      : []),
    because.length === 0 ? goodNews(summary) : `BAD: ${because.join("; ")}`,
    `logs and recordings: ${summary.folder}`,
    ...replayLines(summary, command),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function firmwareLines({ firmware }: DemoSummary): readonly string[] {
  if (firmware === null) return [];
  const { resets, safeAgain } = firmware;
  return [`resets of firmware: ${resets}, voter without a majority: ${safeAgain}`];
}

function goodNews({ votes: { missed, voted }, firmware }: DemoSummary): string {
  const all = voted > 0 && missed === 0;
  const driven =
    firmware === null ? "one replica drove at a time" : "two of three drove the heater";
  return `ok: ${all ? "every cycle had a voted value, and " : ""}${driven}`;
}

function replayLines({ recordings }: DemoSummary, command: string): readonly string[] {
  return Object.values(recordings).map((file) => `  ${command} replay ${file}`);
}

function faultSummary(record: FaultRecord): FaultSummary {
  const { fault, setS, detectedS, takenOverS, clearedS, recoveredS } = record;
  return {
    kind: fault.kind,
    target: targetOf(fault),
    what: whatOf(fault),
    setS: round(setS),
    detectedS: roundOrNull(detectedS),
    takenOverS: roundOrNull(takenOverS),
    clearedS: roundOrNull(clearedS),
    recoveredS: roundOrNull(recoveredS),
  };
}

function targetOf(fault: SetFault): string {
  if (fault.kind === "sensor") return fault.channel;
  if (fault.kind === "firmware") return fault.device;
  return fault.kind === "loss" ? "the network" : fault.node;
}

/** A few words for what a fault is. */
function whatOf(fault: SetFault): string {
  switch (fault.kind) {
    case "sensor":
    case "firmware":
      return fault.fault;
    case "kill":
      return fault.drove ? "killed while it drove" : "killed";
    case "pause":
      return fault.drove ? "stopped while it drove" : "stopped";
    case "loss":
      return `loses ${Math.round(fault.share * 100)} % of the packets`;
    default:
      return unreachable(fault);
  }
}

/** What is broken, and how: for the picture. */
export const faultWords = (fault: SetFault): string => `${targetOf(fault)} ${whatOf(fault)}`;

function faultText(fault: FaultSummary): string {
  const fates = [
    ["found", fault.detectedS],
    ["taken over", fault.takenOverS],
    ["cleared", fault.clearedS],
    ["back", fault.recoveredS],
  ] as const;
  const told = fates.flatMap(([word, at]) => (at === null ? [] : [`${word} at ${at} s`]));
  const fate = told.length === 0 ? "" : `; ${told.join(", ")}`;
  return `${fault.setS} s: ${fault.target} ${fault.what}${fate}`;
}

const round = (seconds: number): number => Math.round(seconds * 1_000) / 1_000;
const roundOrNull = (seconds: number | null): number | null =>
  seconds === null ? null : round(seconds);
