/**
 * Commands on their way to a device. What is wanted of it stands elsewhere, in *sources*: a source
 * says what it needs next, and hears what came of it. Here commands get their sequence, a few are
 * on the way at a time, at most one of each source, and one that is not answered is sent again with
 * the same sequence, a few times.
 *
 * A command that was overtaken by a later one is refused as old. Nobody can say then whether it was
 * carried out, so its source is asked again; what sources want can be said twice without harm.
 *
 * Invariant: at most `inFlightMax` commands are on their way, each sent at most `triesMax` times.
 */
import { type Duration, elapsed, type Instant, millis } from "../../src/kernel/time.js";
import type { Counts } from "./counts.js";
import { type CommandResult, nextSequence, results } from "./frames.js";

export interface Command {
  /** Of the whole: for counts. */
  readonly kind: string;
  /** The payload; null where it has become void, for instance because its time is over. */
  bytes(sequence: number, now: Instant): Uint8Array | null;
  /** It was carried out (a repeated one too), or refused for good. */
  onAnswer(now: Instant, result: CommandResult): void;
}

export interface CommandSource {
  /** What is to be said next; null where all is as it should be. */
  next(now: Instant): Command | null;
  /** Its words are taken while the supervision has failed; absent means no. */
  readonly saysWhenBlocked?: boolean;
}

/** Commands on their way at a time. */
export const inFlightMax = 4;

/** An answer takes a few milliseconds; so long after a try it is lost. */
export const answerTimeout: Duration = millis(60);

/** After so many tries the device is deaf. */
export const triesMax = 5;

/** After so many in a row that were refused as old, the device and we are out of step. */
const oldInRowMax = 8;

interface OnItsWay {
  readonly source: CommandSource;
  readonly command: Command;
  readonly sequence: number;
  sentAt: Instant;
  tries: number;
}

export interface CommandWindowOptions {
  readonly send: (payload: Uint8Array) => void;
  readonly counts: Counts;
  readonly firstSequence: number;
  /** A command was sent `triesMax` times, or the device takes no sequence. */
  readonly onDeaf: (now: Instant) => void;
}

export class CommandWindow {
  readonly #options: CommandWindowOptions;
  readonly #onTheirWay: OnItsWay[] = [];
  #sequence: number;
  #oldInRow = 0;
  /** Where the next look for something to say begins, so that all sources have their turn. */
  #turn = 0;

  constructor(options: CommandWindowOptions) {
    this.#options = options;
    this.#sequence = options.firstSequence;
  }

  get inFlight(): number {
    return this.#onTheirWay.length;
  }

  /** Sends again what was not answered, and then what the sources want, as far as there is room. */
  pump(now: Instant, sources: readonly CommandSource[]): void {
    this.#sendAgain(now);
    for (let looked = 0; looked < sources.length && this.inFlight < inFlightMax; looked += 1) {
      const source = sources[this.#turn % sources.length];
      this.#turn = (this.#turn + 1) % sources.length;
      if (source !== undefined && !this.#isBusy(source)) this.#sendNext(now, source);
    }
  }

  /** @returns whether it answers anything of ours */
  onDone(now: Instant, sequence: number, result: CommandResult): boolean {
    const index = this.#onTheirWay.findIndex((one) => one.sequence === sequence);
    const one = this.#onTheirWay[index];
    if (one === undefined) {
      this.#options.counts.add("answers-to-nothing");
      return false;
    }
    this.#onTheirWay.splice(index, 1);
    if (result === results.old) this.#onOld(now);
    else this.#onTaken(now, one, result);
    return true;
  }

  /** What is on its way is of no interest any more, or will not be answered. */
  clear(): void {
    this.#onTheirWay.length = 0;
    this.#oldInRow = 0;
  }

  #onTaken(now: Instant, { command }: OnItsWay, result: CommandResult): void {
    const { counts } = this.#options;
    this.#oldInRow = 0;
    if (result === results.repeated) {
      // It was done, and the answer was lost.
      counts.add("commands-repeated");
      command.onAnswer(now, results.done);
      return;
    }
    if (result !== results.done) counts.add(`refused-${command.kind}`);
    command.onAnswer(now, result);
  }

  #onOld(now: Instant): void {
    const { counts, onDeaf } = this.#options;
    counts.add("commands-overtaken");
    this.#oldInRow += 1;
    if (this.#oldInRow < oldInRowMax) return;
    this.#oldInRow = 0;
    onDeaf(now);
  }

  #isBusy(source: CommandSource): boolean {
    return this.#onTheirWay.some((one) => one.source === source);
  }

  #sendNext(now: Instant, source: CommandSource): void {
    const command = source.next(now);
    const bytes = command?.bytes(this.#sequence, now) ?? null;
    if (command === null || bytes === null) return;
    const sequence = this.#sequence;
    this.#onTheirWay.push({ source, command, sequence, sentAt: now, tries: 1 });
    this.#sequence = nextSequence(sequence);
    this.#options.send(bytes);
  }

  #sendAgain(now: Instant): void {
    for (const one of [...this.#onTheirWay]) {
      if (elapsed(one.sentAt, now) < answerTimeout) continue;
      if (one.tries === triesMax) {
        this.#options.counts.add("commands-unanswered");
        this.#options.onDeaf(now);
        return;
      }
      this.#retry(now, one);
    }
  }

  #retry(now: Instant, one: OnItsWay): void {
    const bytes = one.command.bytes(one.sequence, now);
    if (bytes === null) {
      this.#onTheirWay.splice(this.#onTheirWay.indexOf(one), 1);
      return;
    }
    one.tries += 1;
    one.sentAt = now;
    this.#options.counts.add("commands-sent-again");
    this.#options.send(bytes);
  }
}
