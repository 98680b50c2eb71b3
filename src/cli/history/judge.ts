/** Checks a loaded history for as long as it may take, and tells a terminal how far it is. */
import { openCheck } from "../../consistency/check.js";
import type { Model } from "../../consistency/models/port.js";
import type { Refusal } from "../../consistency/parts.js";
import type { Consistency, Verdict } from "../../consistency/verdict.js";
import type { Duration } from "../../kernel/time.js";
import type { CliFailure } from "../exit.js";
import type { CliIo } from "../io.js";
import { tellProgress } from "../terminal.js";
import { invalidHistory, type LoadedHistory } from "./load.js";

/** What is asked of which history. */
export interface Question extends Omit<LoadedHistory, "model"> {
  readonly model: Model<unknown>;
  readonly consistency: Consistency;
}

export interface Judgement extends Question {
  readonly verdict: Verdict;
  /** In milliseconds. */
  readonly took: number;
}

/** Between two looks at the clock: a step takes about a microsecond, of big states a second. */
const stepsMin = 8;
const stepsMax = 16_384;
/** In milliseconds: a slice that takes longer is followed by a smaller one. */
const sliceMax = 50;

/** @throws CliFailure (invalid file) for a history that is none of the model's */
export function judge(io: CliIo, question: Question, timeout: Duration): Judgement {
  const { history, model, consistency } = question;
  const opened = openCheck(history, { model, consistency });
  if (!opened.ok) throw refusal(question, opened.refusal);
  const { check } = opened;
  const began = performance.now();
  const end = began + timeout / 1_000;
  let steps = stepsMin;
  let verdict = check.run(steps);
  while (verdict === null && performance.now() < end) {
    const { placed, required } = check.progress();
    tellProgress(io, Math.min(placed, required - 1), required, "operations have a place");
    const sliceBegan = performance.now();
    verdict = check.run(steps);
    const isLong = performance.now() - sliceBegan > sliceMax;
    steps = isLong ? Math.max(stepsMin, steps / 4) : Math.min(stepsMax, steps * 2);
  }
  tellProgress(io, 1, 1, "");
  return { ...question, verdict: verdict ?? check.unfinished(), took: performance.now() - began };
}

function refusal({ file, model, lineOf }: Question, { operation, expected }: Refusal): CliFailure {
  const line = operation === null ? 1 : lineOf(operation);
  const path = operation === null ? "init" : "";
  return invalidHistory(file, line, path, `${expected} (model ${model.name})`);
}
