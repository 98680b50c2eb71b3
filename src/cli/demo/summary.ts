/** What a demo came to: for people in a few lines, for programs as one object. */
import type { FaultRecord, SetFault, Tally, Votes } from "../../observe/tally.js";
import type { ReplicaView } from "./dashboard.js";

export interface DemoSummary {
  readonly app: string;
  readonly durationS: number;
  readonly replicas: readonly string[];
  /** From the start of the demo to the first voted value, in seconds. */
  readonly firstVoteS: number | null;
  readonly votes: Votes;
  readonly faults: readonly FaultSummary[];
  readonly takeovers: number;
  readonly stateFaults: number;
  /** How often two boards drove one output at once: never, if we are right. */
  readonly drivenTwice: number;
  readonly residentBytesMax: number;
  /** By replica, the flight recording of its last start. */
  readonly recordings: Readonly<Record<string, string>>;
  readonly folder: string;
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
  readonly elapsedS: number;
  readonly tally: Tally;
  readonly replicas: readonly ReplicaView[];
  readonly recordings: Readonly<Record<string, string>>;
  readonly drivenTwice: number;
  readonly residentBytesMax: number;
  readonly folder: string;
}

export function summarise(parts: SummaryParts): DemoSummary {
  const { app, elapsedS, tally, replicas, recordings, residentBytesMax, folder } = parts;
  return {
    app,
    durationS: round(elapsedS),
    replicas: replicas.map(({ node }) => node),
    firstVoteS: tally.firstVoteS === null ? null : round(tally.firstVoteS),
    votes: { ...tally.votes(), longestGapS: round(tally.votes().longestGapS) },
    faults: tally.faults.map(faultSummary),
    takeovers: Math.max(0, tally.count("lease-acquired") - 1),
    stateFaults: tally.count("state-diverged"),
    drivenTwice: parts.drivenTwice,
    residentBytesMax,
    recordings,
    folder,
  };
}

/** Whether the cluster did what it is for: votes throughout, and one driver at a time. */
export const succeeded = (summary: DemoSummary): boolean =>
  summary.votes.voted > 0 && summary.votes.missed === 0 && summary.drivenTwice === 0;

export function summaryText(summary: DemoSummary): string {
  const { votes, firstVoteS } = summary;
  const first = firstVoteS === null ? "never" : `after ${firstVoteS} s`;
  const lines = [
    `${summary.app}: ${summary.replicas.length} replicas for ${summary.durationS} s`,
    `votes: ${votes.voted} of ${votes.cycles} cycles, first ${first}, longest gap ${votes.longestGapS} s`,
    ...summary.faults.map(faultText),
    `takeovers: ${summary.takeovers}, state faults: ${summary.stateFaults}, driven twice: ${summary.drivenTwice}`,
    succeeded(summary)
      ? "every cycle had a voted value, and one replica drove at a time"
      : `BAD: ${votes.missed} cycles without a voted value, driven twice ${summary.drivenTwice} times`,
    `logs and recordings: ${summary.folder}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
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
  return fault.kind === "loss" ? "all links" : fault.node;
}

/** One or two words for what a fault is. */
export function whatOf(fault: SetFault): string {
  switch (fault.kind) {
    case "sensor":
      return fault.fault;
    case "kill":
      return fault.drove ? "killed while it drove" : "killed";
    case "pause":
      return fault.drove ? "stopped while it drove" : "stopped";
    case "loss":
      return `loses ${Math.round(fault.share * 100)} % of the packets`;
  }
}

function faultText(fault: FaultSummary): string {
  const fates = [
    ["found", fault.detectedS],
    ["taken over", fault.takenOverS],
    ["cleared", fault.clearedS],
    ["back", fault.recoveredS],
  ] as const;
  const told = fates.flatMap(([word, at]) => (at === null ? [] : [`${word} at ${at} s`]));
  return `${fault.setS} s: ${fault.target} ${fault.what}${told.length > 0 ? `; ${told.join(", ")}` : ""}`;
}

const round = (seconds: number): number => Math.round(seconds * 1_000) / 1_000;
const roundOrNull = (seconds: number | null): number | null =>
  seconds === null ? null : round(seconds);
