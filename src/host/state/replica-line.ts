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
  /** False where they make no sense. */
  readonly onReplies: (bodies: readonly unknown[]) => boolean;
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
    // While it waits for the next round there is none to leave.
    if (this.#isClosed || this.#timer !== null) return;
    this.#connection?.close();
    this.#isUp = false;
    this.#fail(null);
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
        this.#isUp = true;
        onUp();
      },
      onReplies: (bodies) => {
        // One that is there and says nothing of use is no better than one that is not.
        if (onReplies(bodies)) this.#failedInARow = 0;
      },
      onLost: (reason) => this.#onLost(reason),
    });
  }

  #onLost(reason: LostReason): void {
    if (this.#isUp) this.#options.onDown();
    this.#fail(reason);
  }

  /** @param reason null: it was there, and of no use */
  #fail(reason: LostReason | null): void {
    const { paths, onNobody } = this.#options;
    this.#place += 1;
    this.#failedInARow += 1;
    const rounds = Math.floor(this.#failedInARow / paths.length);
    const isRound = this.#failedInARow % paths.length === 0;
    if (isRound && reason !== null) onNobody(reason);
    if (this.#isClosed) return;
    if (!isRound) {
      this.#dial();
      return;
    }
    const wait = Math.min(roundWaitMax, roundWaitMin * 2 ** Math.min(rounds - 1, 10));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#dial();
    }, wait);
  }
}
