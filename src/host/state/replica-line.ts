/**
 * A line to one of several replicas: where one cannot be reached, or hangs up, the next is tried.
 * After a round without any it waits a little, longer from round to round.
 */
import { type LostReason, StateConnection } from "./state-connection.js";

export interface ReplicaLineOptions {
  /** Where replicas listen; at least one. */
  readonly paths: readonly string[];
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly onReplies: (bodies: readonly unknown[]) => void;
  /** Told after each round in which none could be reached, with why the last could not. */
  readonly onNobody: (reason: LostReason) => void;
}

/** Between two rounds, in milliseconds. */
const roundWaitMin = 50;
const roundWaitMax = 1_000;

export class ReplicaLine {
  readonly #options: ReplicaLineOptions;
  #connection: StateConnection | null = null;
  #place = 0;
  #failedInARow = 0;
  #timer: NodeJS.Timeout | null = null;
  #isUp = false;
  #isClosed = false;

  constructor(options: ReplicaLineOptions) {
    this.#options = options;
    this.#dial();
  }

  send(body: unknown): void {
    this.#connection?.send(body);
  }

  /** This replica does not answer, or speaks nonsense: the next one. */
  next(): void {
    if (this.#isClosed) return;
    this.#connection?.close();
    this.#place += 1;
    this.#dial();
  }

  /** Nothing is told afterwards. */
  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #dial(): void {
    this.#isUp = false;
    const { paths, onUp, onReplies } = this.#options;
    this.#connection = new StateConnection({
      path: paths[this.#place % paths.length] ?? "",
      onOpen: () => {
        this.#failedInARow = 0;
        this.#isUp = true;
        onUp();
      },
      onReplies,
      onLost: (reason) => this.#onLost(reason),
    });
  }

  #onLost(reason: LostReason): void {
    const { paths, onDown, onNobody } = this.#options;
    if (this.#isUp) onDown();
    this.#place += 1;
    this.#failedInARow += 1;
    const rounds = Math.floor(this.#failedInARow / paths.length);
    const isRound = this.#failedInARow % paths.length === 0;
    if (isRound) onNobody(reason);
    if (this.#isClosed) return;
    if (!isRound) {
      this.#dial();
      return;
    }
    const wait = Math.min(roundWaitMax, roundWaitMin * 2 ** Math.min(rounds - 1, 10));
    this.#timer = setTimeout(() => this.#dial(), wait);
  }
}
