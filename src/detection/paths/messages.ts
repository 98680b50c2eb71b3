/**
 * The body of a hearing report: the names once, then the sender's own row, then the rows that it
 * heard from others in their own names.
 *
 *     [[name, ...], [count, words], [[subject, life, count, words], ...]]
 *
 * Names are sorted by `<`, each once; `subject` is a place among them, and `words` has a number for
 * each name: the bits of the paths by which it is heard, and 16 times the bits of those by which it
 * is not. A cluster of 16 with four paths fills less than 1,500 bytes.
 */
import { type NodeId, parseNodeId } from "../../kernel/ids.js";
import { counterLimit } from "../../wire/envelope.js";
import { asInteger, asList } from "../../wire/shape.js";
import type { PathWord } from "./directions.js";

/** A path is a bit of half a byte. */
export const pathsMax = 4;

/** The size of a control cluster; a fleet has no use for a matrix of everyone by everyone. */
export const peersMax = 15;

const namesMax = peersMax + 1;
const silentShift = pathsMax;

/** Whom one listener hears. */
export interface Row {
  /** The listener's boot id. */
  readonly life: number;
  /** Counts the listener's reports of this life, from 1. */
  readonly count: number;
  readonly words: ReadonlyMap<NodeId, PathWord>;
}

export interface RelayedRow extends Row {
  readonly subject: NodeId;
}

export interface HearingReport {
  readonly own: Omit<Row, "life">;
  readonly relayed: readonly RelayedRow[];
}

export function reportBody(names: readonly NodeId[], report: HearingReport): unknown {
  const wordsOf = ({ words }: Pick<Row, "words">): number[] =>
    names.map((name) => packed(words.get(name)));
  const relayed = report.relayed.map((row) => [
    names.indexOf(row.subject),
    row.life,
    row.count,
    wordsOf(row),
  ]);
  return [names, [report.own.count, wordsOf(report.own)], relayed];
}

/** Null for a body that is no report; then nothing has changed. */
export function parseReport(body: unknown, paths: number): HearingReport | null {
  const [nameList, ownList, relayedList] = asList(body, 3) ?? [];
  const names = parseNames(nameList);
  const rows = asList(relayedList, namesMax);
  if (names === null || rows === null) return null;
  const [count, words] = asList(ownList, 2) ?? [];
  const own = { count: asVersion(count), words: parseWords(names, paths, words) };
  const relayed = rows.map((row) => parseRelayed(names, paths, row));
  if (!isWhole(own) || !relayed.every((row) => row !== null)) return null;
  const subjects = new Set(relayed.map(({ subject }) => subject));
  return subjects.size === relayed.length ? { own, relayed } : null;
}

function parseNames(list: unknown): readonly NodeId[] | null {
  const names = (asList(list, namesMax) ?? []).map(parseNodeId);
  if (names.length === 0 || !names.every((name) => name !== null)) return null;
  return names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name)
    ? names
    : null;
}

function parseRelayed(names: readonly NodeId[], paths: number, list: unknown): RelayedRow | null {
  const [place, life, count, words] = asList(list, 4) ?? [];
  const row = {
    subject: names[asInteger(place, 0, names.length - 1) ?? -1] ?? null,
    ...{ life: asVersion(life), count: asVersion(count), words: parseWords(names, paths, words) },
  };
  return isWhole(row) ? row : null;
}

type Words = ReadonlyMap<NodeId, PathWord>;

function parseWords(names: readonly NodeId[], paths: number, list: unknown): Words | null {
  const numbers = asList(list, namesMax);
  if (numbers === null || numbers.length !== names.length) return null;
  const words = new Map<NodeId, PathWord>();
  for (const [index, name] of names.entries()) {
    const word = unpacked(numbers[index], paths);
    if (word === null) return null;
    if (word.heard !== 0 || word.silent !== 0) words.set(name, word);
  }
  return words;
}

type Whole<Fields> = { readonly [Name in keyof Fields]: Exclude<Fields[Name], null> };

/** True when each field is what it should be. */
const isWhole = <Fields extends object>(fields: Fields): fields is Fields & Whole<Fields> =>
  Object.values(fields).every((field) => field !== null);

/** Nobody lives to count so far. */
const asVersion = (value: unknown): number | null => asInteger(value, 1, counterLimit - 1);

const packed = (word: PathWord | undefined): number =>
  word === undefined ? 0 : word.heard | (word.silent << silentShift);

/** Null for a path that there is not, and for one that is heard and silent at once. */
function unpacked(value: unknown, paths: number): PathWord | null {
  const byte = asInteger(value, 0, 2 ** (2 * pathsMax) - 1);
  if (byte === null) return null;
  const word = { heard: byte % 2 ** silentShift, silent: byte >> silentShift };
  const known = (word.heard | word.silent) < 2 ** paths;
  return known && (word.heard & word.silent) === 0 ? word : null;
}
