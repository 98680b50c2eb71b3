/** The starts of a replica as a table, and the evidence that was left, for people. */

import { causeText, evidenceLines } from "../../watchdog/evidence/text.js";
import type { EvidenceRecord } from "../../watchdog/evidence.js";
import type { BootReason } from "../../watchdog/restart/boot-reason.js";
import { type Paint, type Tone, table } from "../terminal.js";

/** One start of the journal, with what is known of how it ended. */
export interface BootRow {
  readonly bootId: number;
  readonly wallClock: string;
  readonly reason: BootReason;
  readonly backOffUs: number;
  readonly safeMode: boolean;
  /** It ran for so long that what was before is forgiven. */
  readonly healthy: boolean;
  /** How long it ran; null where nobody wrote it down. */
  readonly ranUs: number | null;
  /** It cannot have run for longer, for then the next one began; null where nobody can tell. */
  readonly ranUsMax: number | null;
  /** How it ended: the reason of the next start; null for the newest, unless it stopped. */
  readonly ended: BootReason | null;
  readonly evidence: BootEvidence | null;
}

export interface BootEvidence {
  readonly path: string;
  /** What it tells of was overcome, and is not how the boot ended. */
  readonly restored: boolean;
  readonly record: EvidenceRecord;
}

export interface BootsOfNode {
  readonly node: string;
  /** What is wrong with the journal; null where nothing is. */
  readonly warning: string | null;
  /** Oldest first. */
  readonly boots: readonly BootRow[];
}

const columns = [
  { title: "  started" },
  { title: "boot", align: "right" },
  { title: "reason" },
  { title: "waited", align: "right" },
  { title: "mode" },
  { title: "ran", align: "right" },
  { title: "ended" },
  { title: "evidence" },
] as const;

const tones: Readonly<Record<BootReason, Tone>> = {
  ...{ first: "good", request: "good", power: "warning", unknown: "warning" },
  ...{ watchdog: "bad", panic: "bad", crash: "bad", killed: "bad", refused: "bad" },
};

export function bootsText({ node, warning, boots }: BootsOfNode, paint: Paint): string {
  const complaint = warning === null ? "" : `  ${paint("warning", warning)}\n`;
  const rows = boots.map((row) => rowOf(row, paint));
  const starts = boots.length === 1 ? "1 start" : `the last ${boots.length} starts`;
  return `${paint("strong", node)}: ${starts}\n${complaint}${table(columns, rows)}`;
}

function rowOf(row: BootRow, paint: Paint): string[] {
  const { wallClock, bootId, reason, backOffUs, safeMode, healthy, ended } = row;
  return [
    `  ${wallClock}`,
    String(bootId),
    paint(tones[reason], reason),
    backOffUs === 0 ? "-" : timeText(backOffUs),
    safeMode ? paint("warning", "safe mode") : "ordinary",
    ranText(row),
    endText(ended, healthy, paint),
    evidenceCell(row.evidence),
  ];
}

function ranText({ ranUs, ranUsMax }: BootRow): string {
  if (ranUs !== null) return timeText(ranUs);
  return ranUsMax === null ? "-" : `at most ${timeText(ranUsMax)}`;
}

function evidenceCell(evidence: BootEvidence | null): string {
  if (evidence === null) return "-";
  return `${causeText(evidence.record)}${evidence.restored ? ", and was restored" : ""}`;
}

function endText(ended: BootReason | null, healthy: boolean, paint: Paint): string {
  const how = ended === null ? "-" : paint(tones[ended], ended);
  return healthy ? `${how} (was healthy)` : how;
}

/** The units that people count in, with as much as they would say. */
export function timeText(us: number): string {
  const seconds = us / 1_000_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3_600) return `${(seconds / 60).toFixed(1)} min`;
  return seconds < 86_400
    ? `${(seconds / 3_600).toFixed(1)} h`
    : `${(seconds / 86_400).toFixed(1)} d`;
}

export function evidenceText(record: EvidenceRecord, path: string, paint: Paint): string {
  const [head = "", ...rest] = evidenceLines(record);
  const lines = rest.map((line) => `  ${line}\n`).join("");
  return `${paint("strong", head)}\n${lines}  ${paint("quiet", path)}\n`;
}
