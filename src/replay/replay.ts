/**
 * Steps a machine through a recording, and finds the first step whose outputs are not those that
 * were recorded. A machine is deterministic, so with the same program, settings and key there is
 * none; where there is one, the program or the settings are others, the recording was altered, or a
 * machine read something that was no input.
 *
 * It stops at the first difference: those that follow are mostly its consequences.
 */
import type { Machine } from "../kernel/machine.js";
import { type Duration, elapsed, type Instant } from "../kernel/time.js";
import type { NodeInput, NodeOutput } from "../node/ports.js";
import { type EndReason, RecordingDecoder, type StepRecord } from "./format.js";
import type { RecordingHeader } from "./header.js";
import { inputText, outputText, thrownText } from "./step-text.js";

export interface Difference {
  /** Of the file; the header is line 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly step: number;
  /** Since the machine was made. */
  readonly time: Duration;
  readonly input: string;
  /** The place of the first output that differs among those of the step, from 0. */
  readonly place: number;
  /** `null` where one has fewer outputs than the other. */
  readonly recorded: string | null;
  readonly replayed: string | null;
  /** All outputs of the step. */
  readonly allRecorded: readonly string[];
  readonly allReplayed: readonly string[];
}

export interface ReplayResult {
  readonly steps: number;
  /** From the making of the machine to the last step. */
  readonly time: Duration;
  readonly difference: Difference | null;
  /** The lines that are not as they were written, up to the place where the replay ended. */
  readonly altered: readonly number[];
  /** Null where the recording has no last line: power or process were cut off. */
  readonly end: EndReason | null;
  /** The last line is only a part of one, which is what a power cut leaves. */
  readonly cutOff: boolean;
  /** Where the replay could not go on. */
  readonly unreadable: { readonly line: number; readonly expected: string } | null;
}

export interface ReplayOptions {
  readonly header: RecordingHeader;
  /** The whole file. */
  readonly text: string;
  /** Made as it was recorded: with the header's node, boot id and start. */
  readonly machine: Machine<NodeInput, NodeOutput>;
}

export function replay(options: ReplayOptions): ReplayResult {
  const run = new ReplayRun(options);
  run.go();
  return run.result();
}

class ReplayRun {
  readonly #options: ReplayOptions;
  readonly #altered: number[] = [];
  #steps = 0;
  #now: Instant;
  #difference: Difference | null = null;
  #end: EndReason | null = null;
  #cutOff = false;
  #unreadable: ReplayResult["unreadable"] = null;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#now = options.header.startedAt;
  }

  go(): void {
    const { header, text } = this.#options;
    const lines = text.split("\n");
    const decoder = new RecordingDecoder(lines[0] ?? "", header);
    // The text after the last line's end: empty, or what was being written when the power went.
    const rest = lines.pop();
    for (const [index, line] of lines.entries()) {
      if (index === 0) continue;
      if (!this.#take(decoder, line, index + 1)) return;
    }
    this.#cutOff = rest !== undefined && rest !== "";
  }

  result(): ReplayResult {
    return {
      steps: this.#steps,
      time: elapsed(this.#options.header.startedAt, this.#now),
      difference: this.#difference,
      altered: this.#altered,
      end: this.#end,
      cutOff: this.#cutOff,
      unreadable: this.#unreadable,
    };
  }

  /** False when the replay is over. */
  #take(decoder: RecordingDecoder, text: string, line: number): boolean {
    const decoded = decoder.decode(text);
    if (decoded.kind === "unreadable") return this.#stopAt(line, decoded.expected);
    if (decoded.altered) this.#altered.push(line);
    if (decoded.kind === "end") {
      this.#end = decoded.reason;
      return true;
    }
    if (decoded.record.at < this.#now) return this.#stopAt(line, "a time that does not go back");
    this.#now = decoded.record.at;
    this.#steps += 1;
    const replayed = this.#step(decoded.record);
    this.#difference = this.#compare(decoded.record, replayed, line);
    return this.#difference === null;
  }

  #stopAt(line: number, expected: string): false {
    this.#unreadable = { line, expected };
    return false;
  }

  #step({ at, input }: StepRecord): readonly string[] {
    try {
      return this.#options.machine.step(at, input).map((output) => outputText(at, output));
    } catch (error) {
      return [thrownText(error)];
    }
  }

  #compare(record: StepRecord, replayed: readonly string[], line: number): Difference | null {
    const { at, input, outputs: recorded } = record;
    const place = firstDifference(recorded, replayed);
    if (place === -1) return null;
    return {
      line,
      step: this.#steps,
      time: elapsed(this.#options.header.startedAt, at),
      input: inputText(at, input),
      place,
      recorded: recorded[place] ?? null,
      replayed: replayed[place] ?? null,
      allRecorded: recorded,
      allReplayed: replayed,
    };
  }
}

/** -1 when there is none. */
function firstDifference(one: readonly string[], other: readonly string[]): number {
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    if (one[index] !== other[index]) return index;
  }
  return -1;
}
