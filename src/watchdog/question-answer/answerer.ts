/**
 * Answers a question-and-answer watchdog: all bytes but the last with the question, the last in the
 * middle of the second window, and only with a permission. The permissions are the pets of a
 * supervision; each serves for one answer, and for no longer than one timeout of the device.
 *
 * A permission that comes while the first window is half over comes too late for this question:
 * half an answer would be wrong as well, and is not begun.
 */
import { unreachable } from "../../kernel/assert.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, due, elapsed, type Instant, micros } from "../../kernel/time.js";
import {
  answerLength,
  answerTo,
  checkSettings,
  decodeQuestion,
  encodeAnswer,
  type Question,
  type QuestionAnswerSettings,
} from "./protocol.js";

export type AnswererInput =
  /** From the line, from anyone: what is no question is ignored. */
  | { readonly kind: "question"; readonly bytes: Uint8Array }
  /** All is well. */
  | { readonly kind: "permission" };

export interface AnswererOutput {
  readonly kind: "answer";
  readonly bytes: Uint8Array;
}

interface Asked {
  readonly question: Question;
  readonly at: Instant;
  /** Null while nothing was answered. */
  lastAt: Instant | null;
}

export class QuestionAnswerer implements Machine<AnswererInput, AnswererOutput> {
  readonly #settings: QuestionAnswerSettings;
  /** Null before the first question, and once it is answered or over. */
  #asked: Asked | null = null;
  #permittedAt: Instant | null = null;

  constructor(settings: QuestionAnswerSettings) {
    checkSettings(settings);
    this.#settings = settings;
  }

  step(now: Instant, input: AnswererInput | Timeout): readonly AnswererOutput[] {
    switch (input.kind) {
      case "question": {
        const question = decodeQuestion(input.bytes);
        if (question !== null) this.#asked = { question, at: now, lastAt: null };
        break;
      }
      case "permission":
        this.#permittedAt = now;
        break;
      case "timeout":
        break;
      default:
        unreachable(input);
    }
    return this.#answer(now);
  }

  deadline(): Instant | null {
    return this.#asked?.lastAt ?? null;
  }

  #answer(now: Instant): readonly AnswererOutput[] {
    const asked = this.#asked;
    if (asked === null) return [];
    if (asked.lastAt !== null) {
      if (!due(asked.lastAt, now)) return [];
      this.#asked = null;
      return [this.#byte(asked.question, answerLength - 1)];
    }
    if (!this.#mayBegin(now, asked)) return [];
    const { opens, timeout } = this.#settings;
    this.#permittedAt = null;
    asked.lastAt = after(asked.at, micros(opens + Math.floor((timeout - opens) / 2)));
    return Array.from({ length: answerLength - 1 }, (_, index) =>
      this.#byte(asked.question, index),
    );
  }

  #mayBegin(now: Instant, { at }: Asked): boolean {
    const permittedAt = this.#permittedAt;
    if (permittedAt === null) return false;
    if (elapsed(permittedAt, now) < this.#settings.timeout) {
      return elapsed(at, now) <= this.#settings.opens / 2;
    }
    this.#permittedAt = null;
    return false;
  }

  #byte({ sequence, question }: Question, index: number): AnswererOutput {
    const answer = answerTo(question, index);
    return { kind: "answer", bytes: encodeAnswer({ sequence, index, answer }) };
  }
}
