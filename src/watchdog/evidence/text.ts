/**
 * An evidence record in words, for whoever finds the board restarted: what happened, who was late,
 * what ran, who held what and whom that kept waiting, and the last steps.
 */
import { unreachable } from "../../kernel/assert.js";
import type { Instant } from "../../kernel/time.js";
import type {
  EntityEvidence,
  EvidenceRecord,
  RunningEvidence,
  RunningKind,
  TaskEvidence,
} from "../evidence.js";

/** Lines without their ends; those that belong to the one above are indented. */
export function evidenceLines(record: EvidenceRecord): readonly string[] {
  const { at, running, entities, tasks, entries, recording } = record;
  return [
    headLine(record),
    ...errorLines(record),
    ...runningLines(running, at),
    ...entities.map((one) => entityLine(one, at)),
    ...tasks.map((one) => taskLine(one, tasks)),
    ...(entries.length === 0 ? [] : [`last ${entries.length} steps:`]),
    ...entries.map((line) => `  ${line}`),
    ...(recording === null ? [] : [`flight recording: ${recording}`]),
  ];
}

function headLine(record: EvidenceRecord): string {
  const { node, bootId, wallClock } = record;
  const when = wallClock === null ? "" : `, ${wallClock}`;
  return `${node}, boot ${bootId}${when}: ${causeText(record)}`;
}

/** Who is no longer borne, in the words of the supervision. */
const failedStatuses: ReadonlySet<string> = new Set(["failed", "expired"]);

/** In a few words, with the one that is to blame where there is one. */
export function causeText({ cause, entities, running, tasks }: EvidenceRecord): string {
  switch (cause) {
    case "supervision": {
      const failed = entities.filter(({ status }) => failedStatuses.has(status));
      const names = failed.map(({ entity }) => entity).join(", ");
      return `${names || "a supervised entity"} failed, and the pets were withheld`;
    }
    case "hang": {
      const inner = running.at(-1);
      const task = tasks.find(({ state }) => state === "running");
      if (inner !== undefined) return `it hung in ${inner.what}`;
      return task === undefined ? "it did not pet" : `it hung in ${task.task}`;
    }
    case "crash":
      return "it crashed";
    case "refused":
      return "its start was refused";
    default:
      return unreachable(cause);
  }
}

const errorLines = ({ error }: EvidenceRecord): readonly string[] =>
  error === null ? [] : error.split("\n").map((line, index) => (index === 0 ? line : `  ${line}`));

const kindWords: Readonly<Record<RunningKind, string>> = {
  input: "the machine was fed with",
  output: "it carried out",
  entity: "it ran the code of",
  task: "it ran the task",
};

const runningLines = (running: readonly RunningEvidence[], at: Instant): readonly string[] =>
  running.map(({ kind, what, since }, index) => {
    const within = index === 0 ? ` for ${secondsText(at - since)}` : "";
    return `${"  ".repeat(index)}${kindWords[kind]} ${what}${within}`;
  });

function entityLine(
  { entity, status, fault, lastCheckpoint }: EntityEvidence,
  at: Instant,
): string {
  const last = lastCheckpoint === null ? "never" : `${secondsText(at - lastCheckpoint)} before`;
  const because = fault === null ? "" : ` (${fault})`;
  return `${entity}: ${status}${because}, last checkpoint ${last}`;
}

function taskLine(task: TaskEvidence, all: readonly TaskEvidence[]): string {
  const { base, effective, holds, waitsFor } = task;
  const level = base === effective ? `${base}` : `${base}, runs at ${effective}`;
  const held = holds.map((lock) => heldText(lock, all)).join("; ");
  const holding = held === "" ? "" : `; holds ${held}`;
  const waiting = waitsFor === null ? "" : `; waits for ${waitsFor}${holderText(waitsFor, all)}`;
  return `task ${task.task}: ${task.state}, priority ${level}${holding}${waiting}`;
}

function heldText(lock: string, all: readonly TaskEvidence[]): string {
  const kept = all.filter(({ waitsFor }) => waitsFor === lock).map(({ task }) => task);
  return kept.length === 0 ? lock : `${lock}, for which ${kept.join(", ")} waits`;
}

function holderText(lock: string, all: readonly TaskEvidence[]): string {
  const holder = all.find(({ holds }) => holds.includes(lock));
  return holder === undefined ? "" : `, which ${holder.task} holds`;
}

/** A clock of another boot could make it negative. */
const secondsText = (us: number): string => `${(Math.max(0, us) / 1e6).toFixed(3)} s`;
