/**
 * The receiving end of a stream. Called once in every reception cycle, with the frame that came or
 * with none: time is counted in cycles, so silence is noticed without a clock.
 *
 * It says two things. The status judges this one cycle; the state (`state-machine.ts`) judges the
 * stream. Data is fit for use when the status is `OK` or `OK_SOME_LOST` and the state is `VALID`.
 *
 * The counter is judged by the one rule of profile 4 and all later ones, for P01 and P02 too: that
 * is AUTOSAR's P11 and P22, whose frames are those of P01 and P02. The old profiles widened the
 * tolerated gap with every silent cycle and demanded a resynchronisation after it, which the state
 * machine now does for all (E2E Protocol Specification, behaviour since release 4.2).
 *
 * Invariant: a frame that is an ERROR changes nothing but the state.
 */
import { checkWhole, expected } from "./expected.js";
import type { FrameFault } from "./profile.js";
import { type E2eState, E2eStateMachine, type E2eStatus } from "./state-machine.js";
import { type E2eStream, type E2eStreamOptions, openStream } from "./stream.js";
import type { E2eWindowOptions } from "./window.js";

/** A frame that is not whole is compared with so many strangers: each costs a CRC over it. */
export const strangersMax = 64;

export interface E2eReceiverOptions extends E2eStreamOptions {
  /**
   * How far the counter may go on from one frame to the next: one more than the losses in a row
   * that pass as `OK_SOME_LOST`. From 1 to the counters of the profile less 1. 3 when it is left
   * out: two losses, as many silent cycles as the default window bears. Above half of the counters,
   * a frame that is late looks like one after a loss.
   */
  readonly maxDeltaCounter?: number;
  /**
   * Data ids of streams that could stray into this one. Where the id is not in the frame, only
   * these are recognised as masquerades (`data-id`); all other strangers are named `crc`, and are
   * refused just the same. With a CRC of 8 bits, one corrupt frame in 256 is mistaken for each.
   * At most `strangersMax`, and none that this profile cannot tell from `dataId`.
   */
  readonly strangers?: readonly number[];
  readonly window?: E2eWindowOptions;
}

export type E2eCheck =
  | {
      readonly status: "OK" | "OK_SOME_LOST";
      readonly state: E2eState;
      readonly counter: number;
      /** Frames that did not come since the one before. */
      readonly lost: number;
      /** A copy without the header. */
      readonly payload: Uint8Array;
    }
  /** A whole frame of this stream, which must not be used all the same: so it is not given out. */
  | {
      readonly status: "REPEATED" | "WRONG_SEQUENCE";
      readonly state: E2eState;
      readonly counter: number;
    }
  | { readonly status: "ERROR"; readonly state: E2eState; readonly reason: FrameFault }
  | { readonly status: "NO_NEW_DATA"; readonly state: E2eState };

/** Throws a `UsageError` for options that do not fit the profile or one another. */
export const e2eReceiver = (options: E2eReceiverOptions): E2eReceiver => new E2eReceiver(options);

export class E2eReceiver {
  readonly #stream: E2eStream;
  readonly #strangers: readonly E2eStream[];
  readonly #deltaMax: number;
  readonly #machine: E2eStateMachine;
  /**
   * Before the first frame, the counter before the first of a sender's: whoever hears a stream from
   * its beginning has missed nothing. Who comes later finds one `WRONG_SEQUENCE`.
   */
  #counter: number;

  constructor(options: E2eReceiverOptions) {
    this.#stream = openStream(options);
    const { counters } = this.#stream.profile;
    this.#deltaMax = options.maxDeltaCounter ?? 3;
    checkWhole("maxDeltaCounter", this.#deltaMax, 1, counters - 1);
    this.#strangers = openStrangers(options, this.#stream.format.distinction);
    this.#machine = new E2eStateMachine(options.window);
    this.#counter = counters - 1;
  }

  get state(): E2eState {
    return this.#machine.state;
  }

  /** @param frame any bytes at all, or null when the cycle brought none. It is not kept. */
  check(frame: Uint8Array | null): E2eCheck {
    if (frame === null) return { status: "NO_NEW_DATA", state: this.#machine.note("NO_NEW_DATA") };
    const reason = this.#fault(frame);
    if (reason !== null) return { status: "ERROR", state: this.#machine.note("ERROR"), reason };
    const counter = this.#stream.format.counterOf(frame);
    const delta = this.#advance(counter);
    const status = statusOf(delta, this.#deltaMax);
    const state = this.#machine.note(status);
    if (status === "REPEATED" || status === "WRONG_SEQUENCE") return { status, state, counter };
    return { status, state, counter, lost: delta - 1, payload: this.#payload(frame) };
  }

  /** How far the counter went on. Late frames too set it: the sender may have begun anew. */
  #advance(counter: number): number {
    const { counters } = this.#stream.profile;
    const delta = (counter - this.#counter + counters) % counters;
    this.#counter = counter;
    return delta;
  }

  /**
   * A stranger's frame may have another length. So the length that was agreed on is looked at after
   * the content, and a frame that was cut is not named by what the cut did to its CRC.
   */
  #fault(frame: Uint8Array): FrameFault | null {
    const { profile, format, offset, frameBytesMin, frameBytesMax } = this.#stream;
    if (frame.length < offset + profile.headerBytes) return "length";
    if (frame.length > profile.frameBytesMax) return "length";
    const fault = format.fault(frame);
    if (fault === "data-id") return fault;
    if (fault !== null && this.#isStranger(frame)) return "data-id";
    if (frame.length < frameBytesMin || frame.length > frameBytesMax) return "length";
    return fault;
  }

  /** A frame that would have told its id needs no guessing, and may be long. */
  #isStranger(frame: Uint8Array): boolean {
    if (this.#stream.profile.tellsDataId) return false;
    return this.#strangers.some(({ format }) => format.fault(frame) === null);
  }

  #payload(frame: Uint8Array): Uint8Array {
    const { profile, offset } = this.#stream;
    const payload = new Uint8Array(frame.length - profile.headerBytes);
    payload.set(frame.subarray(0, offset));
    payload.set(frame.subarray(offset + profile.headerBytes), offset);
    return payload;
  }
}

type CounterStatus = Exclude<E2eStatus, "ERROR" | "NO_NEW_DATA">;

function statusOf(delta: number, deltaMax: number): CounterStatus {
  if (delta === 0) return "REPEATED";
  if (delta === 1) return "OK";
  return delta <= deltaMax ? "OK_SOME_LOST" : "WRONG_SEQUENCE";
}

function openStrangers(options: E2eReceiverOptions, own: string): readonly E2eStream[] {
  const { strangers = [], dataIdList, ...shared } = options;
  if (strangers.length > strangersMax) expected(`strangers: at most ${strangersMax}`);
  const streams = strangers.map((dataId) => openStream({ ...shared, dataId }));
  const twin = streams.findIndex(({ format }) => format.distinction === own);
  if (twin < 0) return streams;
  return expected(`strangers: none that looks like data id ${options.dataId}: ${strangers[twin]}`);
}
