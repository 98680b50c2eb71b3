/**
 * A question-and-answer watchdog as a value: it asks, and whoever answers must have computed the
 * answer, in order, and in time: not the last byte too early, and not too late. A program that is
 * stuck in a loop with a pet in it cannot. A wrong sequence counts an error counter up, a right one
 * down, and beyond a limit it bites: so noise on the line is borne, and a program that is wrong
 * more often than right is not.
 *
 * Invariant: each sequence is judged once; only a right one changes the question.
 */
import { unreachable } from "../../kernel/assert.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, due, type Instant } from "../../kernel/time.js";
import {
  type AnswerByte,
  answerLength,
  answerTo,
  checkSettings,
  decodeAnswer,
  encodeQuestion,
  nextQuestion,
  type QuestionAnswerSettings,
} from "./protocol.js";

export interface QuestionDeviceInput {
  /** From the line, from anyone. */
  readonly kind: "answer";
  readonly bytes: Uint8Array;
}

/**
 * `too-early`: the last byte came before the second window. `too-late`: a byte of the first window
 * came after it. `timeout`: the answer was not complete in time. `out-of-order`: not the byte that
 * was next.
 */
export type WrongAnswer = "wrong" | "out-of-order" | "too-early" | "too-late" | "timeout";

export type QuestionDeviceOutput =
  /** A new sequence begins. */
  | { readonly kind: "question"; readonly bytes: Uint8Array }
  | { readonly kind: "right"; readonly errors: number }
  | { readonly kind: "wrong"; readonly reason: WrongAnswer; readonly errors: number }
  | { readonly kind: "bite" };

export class QuestionWatchdog implements Machine<QuestionDeviceInput, QuestionDeviceOutput> {
  readonly #settings: QuestionAnswerSettings;
  #question: number;
  #sequence = 0;
  #errors: number;
  #index = 0;
  #opensAt: Instant;
  #endsAt: Instant;
  /** The first sequence is one window, and it is told with the first step. */
  #first = true;
  #told = false;
  #bitten = false;
  #ignored = 0;
  #outputs: QuestionDeviceOutput[] = [];

  /** Armed at `now`; it is due at once, and asks its first question with the first step. */
  constructor(now: Instant, settings: QuestionAnswerSettings) {
    checkSettings(settings);
    this.#settings = settings;
    this.#question = settings.seed;
    this.#errors = settings.errorsAtStart;
    this.#opensAt = now;
    this.#endsAt = after(now, settings.firstTimeout);
  }

  get bitten(): boolean {
    return this.#bitten;
  }

  get errors(): number {
    return this.#errors;
  }

  /** What was no answer, or one to an earlier sequence. */
  get ignored(): number {
    return this.#ignored;
  }

  step(now: Instant, input: QuestionDeviceInput | Timeout): readonly QuestionDeviceOutput[] {
    this.#outputs = [];
    if (this.#bitten) return [];
    if (!this.#told) this.#ask();
    if (due(this.#endsAt, now)) this.#judge(now, "timeout");
    switch (input.kind) {
      case "answer":
        if (!this.#bitten) this.#onAnswer(now, decodeAnswer(input.bytes));
        break;
      case "timeout":
        break;
      default:
        unreachable(input);
    }
    return this.#outputs;
  }

  deadline(): Instant | null {
    if (this.#bitten) return null;
    return this.#told ? this.#endsAt : this.#opensAt;
  }

  #onAnswer(now: Instant, byte: AnswerByte | null): void {
    if (byte === null || byte.sequence !== this.#sequence) {
      this.#ignored += 1;
      return;
    }
    const wrong = this.#whatIsWrong(now, byte);
    if (wrong !== null) {
      this.#judge(now, wrong);
      return;
    }
    this.#index += 1;
    if (this.#index === answerLength) this.#judge(now, null);
  }

  #whatIsWrong(now: Instant, { index, answer }: AnswerByte): WrongAnswer | null {
    if (index !== this.#index) return "out-of-order";
    const last = index === answerLength - 1;
    const open = due(this.#opensAt, now);
    if (!this.#first && last && !open) return "too-early";
    if (!this.#first && !last && open) return "too-late";
    return answer === answerTo(this.#question, index) ? null : "wrong";
  }

  #judge(now: Instant, wrong: WrongAnswer | null): void {
    const { errorStep, errorsMax } = this.#settings;
    if (wrong === null) {
      this.#errors = Math.max(this.#errors - 1, 0);
      this.#question = nextQuestion(this.#question);
      this.#outputs.push({ kind: "right", errors: this.#errors });
    } else {
      this.#errors += errorStep;
      this.#outputs.push({ kind: "wrong", reason: wrong, errors: this.#errors });
      this.#bitten = this.#errors > errorsMax;
    }
    if (this.#bitten) this.#outputs.push({ kind: "bite" });
    else this.#begin(now);
  }

  #begin(now: Instant): void {
    this.#first = false;
    this.#sequence = (this.#sequence + 1) % 256;
    this.#index = 0;
    this.#opensAt = after(now, this.#settings.opens);
    this.#endsAt = after(now, this.#settings.timeout);
    this.#ask();
  }

  #ask(): void {
    this.#told = true;
    const [sequence, question, errors] = [this.#sequence, this.#question, this.#errors];
    const bytes = encodeQuestion({ sequence, question, errors });
    this.#outputs.push({ kind: "question", bytes });
  }
}
