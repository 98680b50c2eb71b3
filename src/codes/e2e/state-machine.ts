/**
 * The receiver's state machine of E2E protection (AUTOSAR, E2E Protocol Specification R20-11,
 * chapter "E2E state machine"): may a stream be used, judged by its last statuses?
 *
 *     NODATA --a frame that is no ERROR--> INIT --enough OK--> VALID <--> INVALID
 *        \--a window without--------------> INVALID <--too many ERRORs, or too few OK--/
 *
 * The last `windowSize` statuses are counted: `OK` and `OK_SOME_LOST` as good, `ERROR` as bad.
 * `REPEATED`, `WRONG_SEQUENCE` and `NO_NEW_DATA` are neither, but take the places of good ones.
 *
 * NODATA and INIT last at most a window each. That is the extension of R20-11: before it, a stream
 * that was never good stayed there for ever, and nobody was told.
 *
 * Invariants: no more statuses are counted than the window of the state holds. A state just entered
 * is not left by the same statuses; the order among the options sees to it.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import { checkWindow, type E2eWindow, type E2eWindowOptions, type StateLimits } from "./window.js";

/** Of one reception cycle; the words are those of the standard. */
export type E2eStatus =
  | "OK"
  | "OK_SOME_LOST"
  | "REPEATED"
  | "WRONG_SEQUENCE"
  | "ERROR"
  | "NO_NEW_DATA";

/** Of the stream. Only in `VALID` may its data be used. */
export type E2eState = "NODATA" | "INIT" | "VALID" | "INVALID";

/** What a status counts for. */
const neither = 0;
const good = 1;
const bad = 2;

export class E2eStateMachine {
  readonly #window: E2eWindow;
  /** A ring of what the last statuses count for; the windows of all states end at the newest. */
  readonly #ring: Uint8Array;
  #newest = 0;
  /** How many of the ring count, from the newest back. */
  #noted = 0;
  #state: E2eState = "NODATA";

  /** Throws a `UsageError` for options that contradict one another. */
  constructor(options: E2eWindowOptions = {}) {
    this.#window = checkWindow(options);
    this.#ring = new Uint8Array(this.#window.valid.windowSize);
  }

  get state(): E2eState {
    return this.#state;
  }

  /** Takes the status of a cycle, and returns the state that follows. */
  note(status: E2eStatus): E2eState {
    this.#push(weightOf(status));
    const next = this.#next(status);
    if (next !== this.#state) this.#enter(next);
    assert(this.#noted <= this.#limits().windowSize, "more statuses count than the window holds");
    return next;
  }

  #next(status: E2eStatus): E2eState {
    switch (this.#state) {
      case "NODATA":
        return this.#nextOfNoData(status);
      case "INIT":
        return this.#nextOfInit();
      case "VALID":
      case "INVALID":
        return this.#suffices() ? "VALID" : "INVALID";
      default:
        return unreachable(this.#state);
    }
  }

  /** A frame in the last cycle of the window still counts: the stream has begun. */
  #nextOfNoData(status: E2eStatus): E2eState {
    if (status !== "ERROR" && status !== "NO_NEW_DATA") return "INIT";
    return this.#noted === this.#limits().windowSize ? "INVALID" : "NODATA";
  }

  #nextOfInit(): E2eState {
    const { windowSize, minOkState, maxErrorState } = this.#limits();
    if (this.#suffices()) return "VALID";
    if (this.#count(bad) > maxErrorState) return "INVALID";
    // Even if all that is left of the window were good, it would be too few.
    const wasted = this.#noted - this.#count(good);
    return wasted > windowSize - minOkState ? "INVALID" : "INIT";
  }

  #suffices(): boolean {
    const { minOkState, maxErrorState } = this.#limits();
    return this.#count(bad) <= maxErrorState && this.#count(good) >= minOkState;
  }

  /** Statuses that had left the window must not come back with a longer one. */
  #enter(next: E2eState): void {
    this.#state = next;
    // The frame that ends NODATA tells that there is a sender, and not yet that all is in order.
    const cleared = next === "INIT" || (next === "INVALID" && this.#window.clearToInvalid);
    this.#noted = cleared ? 0 : Math.min(this.#noted, this.#limits().windowSize);
  }

  #push(weight: number): void {
    this.#newest = (this.#newest + 1) % this.#ring.length;
    this.#ring[this.#newest] = weight;
    this.#noted = Math.min(this.#noted + 1, this.#limits().windowSize);
  }

  #count(weight: number): number {
    let count = 0;
    for (let back = 0; back < this.#noted; back += 1) {
      const at = (this.#newest - back + this.#ring.length) % this.#ring.length;
      if (this.#ring[at] === weight) count += 1;
    }
    return count;
  }

  /** NODATA has the window of INIT: both belong to the beginning. */
  #limits(): StateLimits {
    switch (this.#state) {
      case "NODATA":
      case "INIT":
        return this.#window.init;
      case "VALID":
        return this.#window.valid;
      case "INVALID":
        return this.#window.invalid;
      default:
        return unreachable(this.#state);
    }
  }
}

function weightOf(status: E2eStatus): number {
  switch (status) {
    case "OK":
    case "OK_SOME_LOST":
      return good;
    case "ERROR":
      return bad;
    case "REPEATED":
    case "WRONG_SEQUENCE":
    case "NO_NEW_DATA":
      return neither;
    default:
      return unreachable(status);
  }
}
