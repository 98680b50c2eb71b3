/**
 * The evidence record as a file, `holdfast.evidence/1`: one object of JSON. What is written is
 * bounded in every direction, for it is written when things go wrong, by whoever still can, onto a
 * card that may be nearly full. What is read is hostile: the last write may have been cut, and
 * anybody with the card in hand can change it.
 */
import { type Instant, instant } from "../../kernel/time.js";
import {
  type EntityEvidence,
  type EvidenceRecord,
  entriesMax,
  evidenceCauses,
  namedMax,
  type RunningEvidence,
  runningKinds,
  type TaskEvidence,
} from "../evidence.js";

export const evidenceSchema = "holdfast.evidence/1";

/** A file beyond this was not written by us. Reached by no record that `encodeEvidence` makes. */
export const evidenceBytesMax = 262_144;

/** So much of a line, of a name and of an error's text with its stack is kept, in characters. */
export const lineLengthMax = 400;
export const nameLengthMax = 120;
export const errorLengthMax = 8_000;

export type EvidenceReading =
  | { readonly ok: true; readonly record: EvidenceRecord }
  /** `expected` completes "expected ...". */
  | { readonly ok: false; readonly expected: string };

/** One object, over several lines, for it is also read with `cat` on a board. */
export function encodeEvidence(record: EvidenceRecord): string {
  return `${JSON.stringify({ schema: evidenceSchema, ...bounded(record) }, null, 1)}\n`;
}

/** @param text of the whole file */
export function parseEvidence(text: string): EvidenceReading {
  if (text.length > evidenceBytesMax) return refuse(`at most ${evidenceBytesMax} bytes`);
  const content = objectOf(parseJson(text));
  if (content === null)
    return refuse("one object of JSON: it may have been cut by a power failure");
  if (content["schema"] !== evidenceSchema) return refuse(`the schema ${evidenceSchema}`);
  const record = recordOf(content);
  return record === null ? refuse("the cause, the node, the boot and the time") : record;
}

const refuse = (expected: string): EvidenceReading => ({ ok: false, expected });

function bounded(record: EvidenceRecord): EvidenceRecord {
  const { node, wallClock, error, recording } = record;
  return {
    ...record,
    node: name(node),
    wallClock: wallClock === null ? null : name(wallClock),
    error: error === null ? null : error.slice(0, errorLengthMax),
    recording: recording === null ? null : recording.slice(0, lineLengthMax),
    running: record.running.slice(0, namedMax).map((one) => ({ ...one, what: name(one.what) })),
    entities: record.entities.slice(0, namedMax).map(boundedEntity),
    tasks: record.tasks.slice(0, namedMax).map(boundedTask),
    // The last are those that count.
    entries: record.entries.slice(-entriesMax).map((line) => line.slice(0, lineLengthMax)),
  };
}

const boundedEntity = (one: EntityEvidence): EntityEvidence => ({
  ...one,
  entity: name(one.entity),
  fault: one.fault === null ? null : one.fault.slice(0, lineLengthMax),
});

const boundedTask = (one: TaskEvidence): TaskEvidence => ({
  ...one,
  task: name(one.task),
  holds: one.holds.slice(0, namedMax).map(name),
  waitsFor: one.waitsFor === null ? null : name(one.waitsFor),
});

const name = (text: string): string => text.slice(0, nameLengthMax);

type Content = Readonly<Record<string, unknown>>;

function recordOf(content: Content): EvidenceReading | null {
  const cause = evidenceCauses.find((known) => known === content["cause"]);
  const { node, bootId } = { node: content["node"], bootId: content["bootId"] };
  const at = instantOf(content["at"]);
  if (cause === undefined || !isText(node) || !isCount(bootId) || at === null) return null;
  const record: EvidenceRecord = {
    ...{ cause, node, bootId, at },
    wallClock: textOf(content["wallClock"]),
    error: textOf(content["error"]),
    running: listOf(content["running"], runningOf),
    recording: textOf(content["recording"]),
    entities: listOf(content["entities"], entityOf),
    tasks: listOf(content["tasks"], taskOf),
    entries: listOf(content["entries"], textOf),
  };
  return { ok: true, record };
}

function runningOf(item: unknown): RunningEvidence | null {
  const { kind: said, what, since } = objectOf(item) ?? {};
  const kind = runningKinds.find((known) => known === said);
  const at = instantOf(since);
  return kind === undefined || !isText(what) || at === null ? null : { kind, what, since: at };
}

function entityOf(item: unknown): EntityEvidence | null {
  const { entity, status, fault, lastCheckpoint } = objectOf(item) ?? {};
  if (!isText(entity) || !isText(status)) return null;
  return { entity, status, fault: textOf(fault), lastCheckpoint: instantOf(lastCheckpoint) };
}

function taskOf(item: unknown): TaskEvidence | null {
  const { task, state, base, effective, holds, waitsFor } = objectOf(item) ?? {};
  if (!isText(task) || !isText(state) || !isCount(base) || !isCount(effective)) return null;
  const held = listOf(holds, textOf);
  return { task, state, base, effective, holds: held, waitsFor: textOf(waitsFor) };
}

/** What cannot be read is left out: the rest is worth more than nothing. */
function listOf<Item>(list: unknown, read: (item: unknown) => Item | null): readonly Item[] {
  if (!Array.isArray(list)) return [];
  const items = list.slice(0, namedMax).map(read);
  return items.filter((item) => item !== null);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

const objectOf = (value: unknown): Content | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Content) : null;

const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const textOf = (value: unknown): string | null => (isText(value) ? value : null);
const instantOf = (value: unknown): Instant | null => (isCount(value) ? instant(value) : null);
