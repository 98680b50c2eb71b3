/**
 * The bridge as a watchdog of this host, by the question-and-answer protocol of
 * src/watchdog/question-answer: it asks, and is answered only while the supervision pets. When the
 * answers end, the device makes its outputs safe and takes no command. It is armed again with the
 * first pet after that, and then what still holds is said anew (see pin-slot.ts).
 *
 * From the last pet to the bite it is at most `timeout`: a pet permits answers for half of it; then
 * the sequence that was answered ends, after three quarters of an eighth, and three sequences of an
 * eighth each get no answer. A host that neither pets nor runs is found after three eighths.
 */
import type { Clock } from "../../src/host/monotonic-clock.js";
import type { TellWatchdog, WatchdogDevice } from "../../src/host/watchdog/watchdog-device.js";
import { feed, timeout as timeoutInput } from "../../src/kernel/machine.js";
import {
  after,
  type Duration,
  due,
  elapsed,
  type Instant,
  micros,
  millis,
  seconds,
} from "../../src/kernel/time.js";
import {
  type AnswererInput,
  QuestionAnswerer,
} from "../../src/watchdog/question-answer/answerer.js";
import type { QuestionAnswerSettings } from "../../src/watchdog/question-answer/protocol.js";
import type { WatchdogFacts } from "../pin-board.js";
import type { Command, CommandSource } from "./command-window.js";
import { type Beat, results, type SuperviseFields } from "./frames.js";
import { hostFrame } from "./host-frame.js";

export const bridgeDevice = "bridge";

/** Below it the windows are too short for a process among others; the device counts to 65 s. */
export const bridgeTimeoutMin: Duration = seconds(1);
export const bridgeTimeoutMax: Duration = seconds(120);

export const bridgeWatchdogs: readonly WatchdogFacts[] = [
  { name: bridgeDevice, path: null, timeoutMax: bridgeTimeoutMax },
];

const sequencesPerTimeout = 8;
const wrongSequences = 3;

/** As the head of this file says. */
export function answerSettings(timeout: Duration): QuestionAnswerSettings {
  const sequenceMs = Math.floor(timeout / sequencesPerTimeout / millis(1));
  return {
    opens: millis(Math.floor(sequenceMs / 2)),
    timeout: millis(sequenceMs),
    firstTimeout: millis(Math.floor(timeout / 2 / millis(1))),
    errorsAtStart: 0,
    errorStep: 1,
    errorsMax: wrongSequences - 1,
    seed: 1,
  };
}

export interface BridgeWatchdogOptions {
  readonly clock: Clock;
  readonly cluster: number;
  /** From the last pet to the bite, at most. */
  readonly timeout: Duration;
  readonly send: (payload: Uint8Array) => void;
  /** What is wanted of the device has changed. */
  readonly changed: (now: Instant) => void;
  /** The device takes commands again. */
  readonly onArmed: (now: Instant) => void;
  readonly tell: TellWatchdog;
}

/** What the device was heard to be. */
type State = "off" | "armed" | "bitten";

export class BridgeWatchdog implements WatchdogDevice, CommandSource {
  readonly name = bridgeDevice;
  readonly identity = "Arduino Uno with Holdfast's firmware";
  readonly timeout: Duration;
  readonly saysWhenBlocked = true;
  readonly #options: BridgeWatchdogOptions;
  readonly #settings: QuestionAnswerSettings;
  #answerer: QuestionAnswerer;
  #state: State = "off";
  #wanted = true;
  #pettedAt: Instant;
  /** Since then a pet must have come before it is armed again. */
  #lostAt: Instant | null = null;
  #pets = 0;
  #failures = 0;
  #bites = 0;
  #failing = false;

  constructor(options: BridgeWatchdogOptions) {
    this.#options = options;
    this.timeout = options.timeout;
    this.#settings = answerSettings(options.timeout);
    this.#answerer = new QuestionAnswerer(this.#settings);
    this.#pettedAt = options.clock.now();
  }

  get pets(): number {
    return this.#pets;
  }

  get failures(): number {
    return this.#failures;
  }

  /** How often the device found this host hung. */
  get bites(): number {
    return this.#bites;
  }

  get isArmed(): boolean {
    return this.#state === "armed";
  }

  timeLeft(): Duration | null {
    if (this.#state === "off") return null;
    const left = this.timeout - elapsed(this.#pettedAt, this.#options.clock.now());
    return micros(this.#state === "bitten" ? 0 : Math.max(0, left));
  }

  pet(): void {
    if (!this.#wanted) return;
    const now = this.#options.clock.now();
    this.#pettedAt = now;
    this.#note(this.#state === "armed");
    this.#options.changed(now);
  }

  /** Turns it off; the board says so to the device as long as it is open. */
  async close(): Promise<void> {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#options.changed(this.#options.clock.now());
  }

  next(now: Instant): Command | null {
    if (!this.#wanted) return this.#state === "off" ? null : this.#supervise(null);
    if (this.#state === "armed") return null;
    const isPetted = this.#lostAt === null || this.#pettedAt > this.#lostAt;
    return isPetted && this.#permits(now) ? this.#supervise(this.#settings) : null;
  }

  onQuestion(now: Instant, bytes: Uint8Array): void {
    if (!this.#wanted) return;
    if (this.#permits(now)) this.#step(now, { kind: "permission" });
    this.#step(now, { kind: "question", bytes });
  }

  onBeat(now: Instant, beat: Beat): void {
    const state = beat.supervisionFailed ? "bitten" : beat.supervised ? "armed" : "off";
    const before = this.#state;
    this.#state = state;
    if (state === "armed" || state === before) return;
    this.#lostAt = now;
    if (state !== "bitten") return;
    this.#bites += 1;
    this.#options.tell("warn", "it found this host hung, and made its outputs safe");
  }

  /** The device was started again, and supervises nobody. */
  onReset(now: Instant): void {
    this.#state = "off";
    this.#lostAt = now;
    this.#answerer = new QuestionAnswerer(this.#settings);
  }

  tick(now: Instant): void {
    if (due(this.#answerer.deadline(), now)) feed(this.#answerer, now, timeoutInput, this.#say);
  }

  #step(now: Instant, input: AnswererInput): void {
    feed(this.#answerer, now, input, this.#say);
  }

  readonly #say = ({ bytes }: { readonly bytes: Uint8Array }): void => this.#options.send(bytes);

  #permits(now: Instant): boolean {
    const until = after(this.#pettedAt, micros(Math.floor(this.timeout / 2)));
    return !due(until, now);
  }

  #note(gotThrough: boolean): void {
    if (gotThrough) this.#pets += 1;
    else this.#failures += 1;
    if (gotThrough !== this.#failing) return;
    this.#failing = !gotThrough;
    const text = gotThrough ? "it supervises again" : "a pet did not get through: it is not armed";
    this.#options.tell(gotThrough ? "info" : "warn", text);
  }

  /** @param settings null turns it off */
  #supervise(settings: QuestionAnswerSettings | null): Command {
    const { cluster } = this.#options;
    return {
      kind: "supervise",
      bytes: (sequence) =>
        hostFrame({ kind: "supervise", cluster, sequence, ...superviseFields(settings) }),
      onAnswer: (now, result) => {
        if (result !== results.done) return;
        this.#state = settings === null ? "off" : "armed";
        this.#options.onArmed(now);
      },
    };
  }
}

export function superviseFields(settings: QuestionAnswerSettings | null): SuperviseFields {
  const inMs = (time: Duration): number => Math.floor(time / millis(1));
  return {
    opensMs: inMs(settings?.opens ?? micros(0)),
    timeoutMs: inMs(settings?.timeout ?? micros(0)),
    firstTimeoutMs: inMs(settings?.firstTimeout ?? micros(0)),
    errorsAtStart: settings?.errorsAtStart ?? 0,
    errorStep: settings?.errorStep ?? 0,
    errorsMax: settings?.errorsMax ?? 0,
    seed: settings?.seed ?? 0,
  };
}
