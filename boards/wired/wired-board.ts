/**
 * A board made of pins by a wiring: what a replica reads and writes, on any pin board.
 *
 * A line that could not be opened because the board was lost, or that was closed below us, is tried
 * again once in `reopenEvery`, when the replica reads; until then its channel gives nothing, and
 * its output refuses. Every other refusal is one of the opening, with the board's own sentence.
 *
 * Where the pin board does not end commands by itself they are ended here, whenever the replica
 * reads or writes. `expires` then is false: it holds only while the replica runs.
 */
import { BoundedQueue } from "../../src/kernel/queue.js";
import { after, type Instant, seconds } from "../../src/kernel/time.js";
import type {
  Board,
  ChannelSpec,
  CommandMarks,
  OutputSpec,
  Reading,
  WriteRefusal,
  WriteResult,
} from "../board.js";
import { Fence } from "../fence.js";
import type { BoardHealth, PinBoard, PinRefusal } from "../pin-board.js";
import { type NoReading, WiredInput } from "./wired-input.js";
import { WiredOutput } from "./wired-output.js";
import type { BoardWiring } from "./wiring.js";

export interface WiredBoardOptions {
  readonly pins: PinBoard;
  /** Each has its pin in the wiring. */
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly wiring: BoardWiring;
}

/** Refused: every line that cannot be opened, in order; all that were are closed again. */
export type WiredOpening =
  | { readonly ok: true; readonly board: WiredBoard }
  | { readonly ok: false; readonly refusals: readonly PinRefusal[] };

/** How often a line that is not there is tried again. */
export const reopenEvery = seconds(1);

/** Refusals that are told by `troubles`; the oldest makes room. */
const troublesMax = 16;

export function openWired(now: Instant, options: WiredBoardOptions): WiredOpening {
  const unwired = unwiredIn(options);
  if (unwired.length > 0) return { ok: false, refusals: unwired };
  const board = new WiredBoard(now, options);
  const refusals = board.open(now).filter(({ reason }) => reason !== "lost");
  if (refusals.length === 0) return { ok: true, board };
  board.close(now);
  return { ok: false, refusals };
}

export class WiredBoard implements Board {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly expires: boolean;
  readonly #pins: PinBoard;
  readonly #inputs: readonly WiredInput[];
  readonly #outputs: ReadonlyMap<string, WiredOutput>;
  readonly #noReadings = new Map<NoReading, number>();
  readonly #troubles = new BoundedQueue<PinRefusal>(troublesMax);
  readonly #fence = new Fence();
  #reopenAt: Instant;
  #closed = false;

  /** With lines that are still to be opened; see `openWired`. */
  constructor(now: Instant, { pins, channels, outputs, wiring }: WiredBoardOptions) {
    this.channels = channels;
    this.outputs = outputs;
    this.expires = pins.expires;
    this.#pins = pins;
    this.#reopenAt = after(now, reopenEvery);
    const onNoReading = (_channel: string, reason: NoReading) => this.#count(reason);
    this.#inputs = channels.flatMap((spec) => {
      const at = wiring.inputs.get(spec.name);
      return at === undefined ? [] : [new WiredInput(now, { spec, wiring: at, onNoReading })];
    });
    this.#outputs = new Map(
      outputs.flatMap((spec) => {
        const at = wiring.outputs.get(spec.name);
        return at === undefined ? [] : [[spec.name, new WiredOutput(spec, at)] as const];
      }),
    );
  }

  /** Opens what is not open; the refusals of what could not be. */
  open(now: Instant): readonly PinRefusal[] {
    const lines = [...this.#outputs.values(), ...this.#inputs];
    return lines.flatMap((line) => line.open(now, this.#pins) ?? []);
  }

  read(now: Instant): readonly Reading[] {
    this.#tend(now);
    return this.#inputs.map((input) => input.read(now));
  }

  write(
    now: Instant,
    output: string,
    value: number,
    until: Instant,
    marks: CommandMarks = {},
  ): WriteResult {
    const wired = this.#outputs.get(output);
    if (this.#closed) return refuse("closed");
    if (wired === undefined) return refuse("unknown-output");
    const refused = this.#fence.refusalOf(marks);
    if (refused !== null) return refused;
    this.#tend(now);
    return this.#heard(wired, wired.write(now, value, until, marks.token ?? null));
  }

  release(now: Instant, output: string): WriteResult {
    const wired = this.#outputs.get(output);
    if (this.#closed) return refuse("closed");
    if (wired === undefined) return refuse("unknown-output");
    return this.#heard(wired, wired.release(now));
  }

  close(now: Instant): void {
    if (this.#closed) return;
    for (const output of this.#outputs.values()) output.close(now);
    for (const input of this.#inputs) input.close(now);
    this.#pins.close(now);
    this.#closed = true;
  }

  health(now: Instant): BoardHealth {
    return this.#pins.health(now);
  }

  /** Those of the pin board, and how often a channel gave nothing for what its pin gave. */
  counts(): ReadonlyMap<string, number> {
    const { refused } = this.#fence;
    const fenced = refused === 0 ? [] : ([["commands-fenced", refused]] as const);
    return new Map([...this.#pins.counts(), ...this.#noReadings, ...fenced]);
  }

  /** Why lines could not be opened again since the last look, oldest first. */
  takeTroubles(): readonly PinRefusal[] {
    const troubles = [...this.#troubles];
    while (this.#troubles.length > 0) this.#troubles.shift();
    return troubles;
  }

  /** What is to be done by us when somebody looks. */
  #tend(now: Instant): void {
    if (this.#closed) return;
    if (!this.expires) for (const output of this.#outputs.values()) output.endDue(now);
    if (now < this.#reopenAt) return;
    this.#reopenAt = after(now, reopenEvery);
    if (this.#pins.health(now).kind !== "live") return;
    for (const refusal of this.open(now)) this.#troubles.push(refusal);
  }

  /** A line that says it is closed although nobody closed it here is opened again. */
  #heard(output: WiredOutput, result: WriteResult): WriteResult {
    if (result.ok || result.reason !== "closed") return result;
    output.forget();
    return refuse("lost");
  }

  #count(reason: NoReading): void {
    this.#noReadings.set(reason, (this.#noReadings.get(reason) ?? 0) + 1);
  }
}

const refuse = (reason: WriteRefusal): WriteResult => ({ ok: false, reason });

function unwiredIn({ channels, outputs, wiring }: WiredBoardOptions): PinRefusal[] {
  const lost = [
    ...channels.filter(({ name }) => !wiring.inputs.has(name)),
    ...outputs.filter(({ name }) => !wiring.outputs.has(name)),
  ];
  return lost.map(({ name }) => ({
    ...{ ok: false, reason: "no-such-pin" },
    message: `${name}: no pin is wired to it; name one under inputs or outputs of the board`,
  }));
}
