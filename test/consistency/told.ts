/** Histories of a test in one line an operation. */
import { HistoryRecorder, type RecorderOptions } from "../../src/consistency/history/recorder.js";
import type { History, OperationStatus } from "../../src/consistency/operation.js";
import type { Value } from "../../src/consistency/value.js";

export interface Told {
  /** Of the events of the history; of two at one place, the first in the list comes first. */
  readonly from: number;
  /** Null: never. */
  readonly to: number | null;
  readonly kind: string;
  readonly key?: string;
  readonly input?: Value;
  readonly output?: Value;
  readonly status?: OperationStatus;
  readonly process?: string;
}

export function told(operations: readonly Told[], options: Partial<RecorderOptions> = {}): History {
  const recorder = new HistoryRecorder({ model: "any", ...options });
  const numbers = new Map<number, number>();
  const events = operations.flatMap((operation, index) => [
    { at: operation.from, index, calls: true },
    ...(operation.to === null ? [] : [{ at: operation.to, index, calls: false }]),
  ]);
  for (const { at, index, calls } of events.sort((one, other) => one.at - other.at)) {
    const { kind, key = null, input = null, output = null, ...rest } = operations[index] as Told;
    const { status = "ok", process = `p${index}` } = rest;
    if (calls) numbers.set(index, recorder.invoke(at, { process, kind, key, input }));
    else recorder.return(at, numbers.get(index) ?? 0, status, output);
  }
  return recorder.history();
}

/** One after the other, each answered before the next. */
export const inTurn = (operations: readonly Omit<Told, "from" | "to">[]): readonly Told[] =>
  operations.map((operation, place) => ({ ...operation, from: 2 * place, to: 2 * place + 1 }));
