/** Tiny random histories over the words of each model, some of which could have been, some not. */
import { HistoryRecorder } from "../../src/consistency/history/recorder.js";
import type { History, OperationStatus } from "../../src/consistency/operation.js";
import type { Value } from "../../src/consistency/value.js";
import type { Prng } from "../../src/kernel/prng.js";

export interface Word {
  readonly kind: string;
  readonly key?: string;
  readonly input?: Value;
  /** One of them is answered, at random. */
  readonly ok: readonly Value[];
  readonly fail?: readonly Value[];
}

export interface Vocabulary {
  readonly model: string;
  readonly init?: Value;
  readonly words: readonly Word[];
  /** Operations of a history. */
  readonly length: number;
  /** The share of them of which nobody is told the outcome; 0.15 where nothing is said. */
  readonly unknown?: number;
}

interface Open {
  readonly operation: number;
  readonly word: Word;
}

export function randomHistory(vocabulary: Vocabulary, prng: Prng): History {
  const { model, init, words, length, unknown = 0.15 } = vocabulary;
  const recorder = new HistoryRecorder(init === undefined ? { model } : { model, init });
  const open = new Map<string, Open>();
  const processes = ["a", "b", "c"];
  for (let asked = 0, at = 0; asked < length || open.size > 0; at += 1) {
    const process = pick(processes, prng);
    const waiting = open.get(process);
    if (waiting !== undefined) {
      answer(recorder, at, waiting, unknown, prng);
      open.delete(process);
    } else if (asked < length) {
      const word = pick(words, prng);
      const { kind, key = null, input = null } = word;
      open.set(process, { operation: recorder.invoke(at, { process, kind, key, input }), word });
      asked += 1;
    }
  }
  return recorder.history();
}

function answer(
  recorder: HistoryRecorder,
  at: number,
  { operation, word }: Open,
  unknown: number,
  prng: Prng,
): void {
  if (prng.chance(unknown)) {
    recorder.return(at, operation, "unknown");
    return;
  }
  const fails = word.fail !== undefined && prng.chance(0.3);
  const status: OperationStatus = fails ? "fail" : "ok";
  const outputs = fails ? (word.fail ?? []) : word.ok;
  recorder.return(at, operation, status, pick(outputs, prng));
}

export function pick<Item>(items: readonly Item[], prng: Prng): Item {
  return items[prng.below(items.length)] as Item;
}
