/**
 * Writes down a history while it happens: the simulation and the live tests call it where a client
 * asks and where it is answered. The order of the calls to the recorder is the order of the
 * history, so whoever calls it must see every client; times are for people only.
 */
import { assert, UsageError } from "../../kernel/assert.js";
import type { FailureMeaning, History, Operation, OperationStatus } from "../operation.js";
import type { Value } from "../value.js";

export interface RecorderOptions {
  /** The name of the model by which the history is meant to be judged. */
  readonly model: string;
  readonly init?: Value;
  /** `observed` where nothing is said: what Holdfast refuses, it refuses for a reason. */
  readonly failure?: FailureMeaning;
}

export interface Asked {
  readonly process: string;
  readonly kind: string;
  readonly key?: string | null;
  readonly input?: Value;
}

/** What happened, in order; the lines of the file. */
export type HistoryEvent =
  | {
      readonly kind: "invoke";
      readonly operation: number;
      /** In microseconds. */
      readonly at: number;
      readonly asked: Asked;
    }
  | {
      readonly kind: "return";
      readonly operation: number;
      readonly at: number;
      readonly status: OperationStatus;
      readonly output: Value;
    };

/** More than any check could finish; a recorder does not forget, for a gap would be a lie. */
export const operationsMax = 1_000_000;

export class HistoryRecorder {
  readonly model: string;
  readonly init: Value | undefined;
  readonly failure: FailureMeaning;
  readonly #events: HistoryEvent[] = [];
  readonly #open = new Map<number, string>();
  readonly #busy = new Set<string>();
  #operations = 0;

  constructor({ model, init, failure = "observed" }: RecorderOptions) {
    this.model = model;
    this.init = init;
    this.failure = failure;
  }

  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  /**
   * A process asks; it must have been answered before. A process that stopped waiting (`unknown`)
   * may go on: what it asked stays open.
   *
   * @param at in microseconds
   * @returns the number of the operation, for `return`
   * @throws UsageError for one operation more than `operationsMax`
   */
  invoke(at: number, asked: Asked): number {
    assert(!this.#busy.has(asked.process), `${asked.process} asks before it was answered`);
    if (this.#operations === operationsMax) {
      throw new UsageError(`a history has at most ${operationsMax} operations`);
    }
    this.#operations += 1;
    this.#busy.add(asked.process);
    this.#open.set(this.#operations, asked.process);
    this.#events.push({ kind: "invoke", operation: this.#operations, at, asked });
    return this.#operations;
  }

  /** The answer, or with `unknown` the end of waiting for it. Never given is `unknown` as well. */
  return(at: number, operation: number, status: OperationStatus, output: Value = null): void {
    const process = this.#open.get(operation);
    assert(process !== undefined, `operation ${operation} is not open`);
    this.#open.delete(operation);
    this.#busy.delete(process);
    this.#events.push({ kind: "return", operation, at, status, output });
  }

  history(): History {
    return historyOf(this.#events, this.failure, this.init);
  }
}

/** @param events of which every return has its invoke before it */
export function historyOf(
  events: readonly HistoryEvent[],
  failure: FailureMeaning,
  init: Value | undefined,
): History {
  const operations = new Map<number, Operation>();
  events.forEach((event, place) => {
    if (event.kind === "invoke") operations.set(event.operation, begun(event, place));
    else {
      const operation = operations.get(event.operation);
      assert(operation !== undefined, `operation ${event.operation} returns before its call`);
      operations.set(event.operation, ended(operation, event, place));
    }
  });
  return { operations: [...operations.values()], failure, init };
}

const begun = (
  { at, asked }: Extract<HistoryEvent, { kind: "invoke" }>,
  place: number,
): Operation => ({
  process: asked.process,
  kind: asked.kind,
  key: asked.key ?? null,
  input: asked.input ?? null,
  output: null,
  status: "unknown",
  call: place,
  return: null,
  calledAt: at,
  returnedAt: null,
});

const ended = (
  operation: Operation,
  { at, status, output }: Extract<HistoryEvent, { kind: "return" }>,
  place: number,
): Operation => ({
  ...operation,
  output,
  status,
  return: status === "unknown" ? null : place,
  returnedAt: at,
});
