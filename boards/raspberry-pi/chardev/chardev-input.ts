/**
 * An input line of the character device. The kernel keeps its edges, with the time of the interrupt
 * and a number, in a queue of a thousand; they are taken from it by a read that does not wait when
 * somebody looks. So there is no thread that waits for edges, none of libuv's four is ever held,
 * and a loop that stood still for a while loses nothing that the kernel could keep.
 */
import type { Instant } from "../../../src/kernel/time.js";
import { type Edge, type Edges, edgesMax, type InputLine, type PinValue } from "../../pin-board.js";
import { errorName } from "../refusals.js";
import type { Troubles } from "../troubles.js";
import { levelIn, lineEventIn, lineValues, requests, sizes } from "./gpio-abi.js";
import type { GpioCalls } from "./gpio-calls.js";

export interface ChardevInputParts {
  readonly pin: string;
  readonly file: number;
  readonly calls: GpioCalls;
  readonly troubles: Troubles;
  readonly edges: boolean;
  readonly now: Instant;
  readonly onClose: () => void;
}

/** Events of one read. */
const eventsAtOnce = 64;

export class ChardevInput implements InputLine {
  readonly pin: string;
  readonly #parts: ChardevInputParts;
  readonly #events = new Uint8Array(eventsAtOnce * sizes.lineEvent);
  #last: PinValue;
  /** Of the edge that was taken last: the kernel's own, and ours that does not go round. */
  #kernelSequence = 0;
  #sequence = 0;
  #closed = false;

  constructor(parts: ChardevInputParts) {
    this.pin = parts.pin;
    this.#parts = parts;
    this.#last = { value: null, sourceTime: parts.now };
  }

  read(now: Instant): PinValue {
    if (this.#closed) return this.#last;
    const { calls, file } = this.#parts;
    const bytes = lineValues(0);
    const errno = calls.ioctl(file, requests.getValues, bytes);
    this.#note("read", errno);
    if (errno === 0) this.#last = { value: levelIn(bytes), sourceTime: now };
    return this.#last;
  }

  takeEdges(now: Instant): Edges {
    const edges: Edge[] = [];
    let missed = 0;
    while (this.#parts.edges && !this.#closed && edges.length < edgesMax) {
      const room = Math.min(edgesMax - edges.length, eventsAtOnce) * sizes.lineEvent;
      const count = this.#parts.calls.read(this.#parts.file, this.#events.subarray(0, room));
      this.#note("edges", Math.max(0, -count));
      for (let at = 0; at + sizes.lineEvent <= count; at += sizes.lineEvent) {
        missed += this.#take(now, at, edges);
      }
      if (count < room) break;
    }
    return { edges, missed };
  }

  /** How many are missing before it. */
  #take(now: Instant, at: number, edges: Edge[]): number {
    const event = lineEventIn(this.#events, at);
    const step = (event.sequence - this.#kernelSequence) >>> 0;
    this.#kernelSequence = event.sequence;
    this.#sequence += step;
    // The kernel's clock runs on while this step of ours has one time.
    const when = event.at < now ? event.at : now;
    edges.push({ at: when, level: event.level, sequence: this.#sequence });
    const missed = Math.max(0, step - 1);
    if (missed > 0) this.#parts.troubles.count("edges-missed", missed);
    return missed;
  }

  close(_now: Instant): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.calls.close(this.#parts.file);
    for (const what of ["read", "edges"] as const) this.#note(what, 0);
    this.#parts.onClose();
  }

  #note(what: "read" | "edges", errno: number): void {
    const { troubles } = this.#parts;
    const which = `${this.pin} ${what}`;
    if (errno === 0) {
      troubles.clear(which);
      return;
    }
    const code = errorName(errno);
    troubles.count(`${what}-failed`);
    troubles.fail(which, `${this.pin} could not be read: ${code}`, code);
  }
}
