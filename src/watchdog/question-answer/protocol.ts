/**
 * What a question-and-answer watchdog asks, and what is right. The bytes are specified in the
 * README, for whoever writes the other side in firmware: this file and that text must agree.
 */
import { crc8SaeJ1850 } from "../../codes/crc/catalogue.js";
import { assert } from "../../kernel/assert.js";
import type { Duration } from "../../kernel/time.js";

/** Bytes of one answer; all but the last come in the first window. */
export const answerLength = 4;

const questionHead = 0x51;
const answerHead = 0x41;
const questionBytes = 4;
const answerBytes = 4;

/** x^8 + x^6 + x^5 + x^4 + 1, as a mask of a Galois register that shifts right. */
const taps = 0xb8;

export interface QuestionAnswerSettings {
  /** The last byte must not come before this, since the question. */
  readonly opens: Duration;
  /** And must have come before this. */
  readonly timeout: Duration;
  /** Instead of the timeout for the first question, in which the last byte may come at once. */
  readonly firstTimeout: Duration;
  /** The error counter begins here: a device that was just started trusts nobody. */
  readonly errorsAtStart: number;
  /** By so much a wrong sequence counts up; a right one counts down by 1. */
  readonly errorStep: number;
  /** The counter beyond this bites. */
  readonly errorsMax: number;
  /** The first question, from 1 to 255. */
  readonly seed: number;
}

export function checkSettings(settings: QuestionAnswerSettings): void {
  const { opens, timeout, firstTimeout, errorsAtStart, errorStep, errorsMax, seed } = settings;
  assert(opens < timeout && firstTimeout >= timeout, "no time to answer in");
  assert(errorStep > 0 && errorsAtStart >= 0 && errorsAtStart <= errorsMax, "it bites at once");
  assert(errorsMax <= 255, "the error counter is a byte");
  assert(Number.isInteger(seed) && seed >= 1 && seed <= 255, `a register of ${seed} stands still`);
}

/** Of the register: all 255 values but 0, then from the beginning. */
export function nextQuestion(question: number): number {
  const shifted = question >> 1;
  return (question & 1) === 0 ? shifted : shifted ^ taps;
}

/** @param index from 0 to 3, in the order of sending */
export const answerTo = (question: number, index: number): number =>
  crc8SaeJ1850(Uint8Array.of(question, index));

export interface Question {
  /** Of the sequence, modulo 256. */
  readonly sequence: number;
  readonly question: number;
  /** The error counter. */
  readonly errors: number;
}

export interface AnswerByte {
  readonly sequence: number;
  readonly index: number;
  readonly answer: number;
}

export const encodeQuestion = ({ sequence, question, errors }: Question): Uint8Array =>
  Uint8Array.of(questionHead, sequence, question, errors);

export const encodeAnswer = ({ sequence, index, answer }: AnswerByte): Uint8Array =>
  Uint8Array.of(answerHead, sequence, index, answer);

/** Null for what is no question. */
export function decodeQuestion(bytes: Uint8Array): Question | null {
  const [head, sequence = 0, question = 0, errors = 0] = bytes;
  if (bytes.length !== questionBytes || head !== questionHead || question === 0) return null;
  return { sequence, question, errors };
}

/** Null for what is no answer. */
export function decodeAnswer(bytes: Uint8Array): AnswerByte | null {
  const [head, sequence = 0, index = 0, answer = 0] = bytes;
  const isAnswer = bytes.length === answerBytes && head === answerHead && index < answerLength;
  return isAnswer ? { sequence, index, answer } : null;
}
