/**
 * Holds what clients were told against the definition, and leaves the history in a file where it is
 * broken, with the command that draws it.
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { checkHistory } from "../../src/consistency/check.js";
import { encodeHistory } from "../../src/consistency/history/lines.js";
import type { HistoryRecorder } from "../../src/consistency/history/recorder.js";
import { modelNamed } from "../../src/consistency/models/models.js";
import { tokenFaultOf } from "../../src/consistency/tokens.js";
import type { Verdict } from "../../src/consistency/verdict.js";
import { operationText, verdictText } from "../../src/consistency/words.js";

export interface LinearizableOptions {
  /** Beyond, the verdict is unknown, which fails the test as well: it has shown nothing. */
  readonly stepsMax?: number;
}

/** By the model that the recorder names; also that fencing tokens grow over all locks. */
export function expectLinearizable(
  recorder: HistoryRecorder,
  { stepsMax = 5_000_000 }: LinearizableOptions = {},
): Verdict {
  const model = modelNamed(recorder.model);
  if (model === null) throw new Error(`no model ${recorder.model}`);
  const history = recorder.history();
  const verdict = checkHistory(history, { model, stepsMax });
  if (verdict.verdict === "refused") throw new Error(`expected ${verdict.refusal.expected}`);
  if (verdict.verdict !== "linearizable") fail(recorder, verdictText(verdict));
  const tokens = tokenFaultOf(history);
  if (tokens !== null) {
    const [one, other] = [operationText(tokens.earlier), operationText(tokens.later)];
    fail(recorder, `tokens do not grow: ${one}, and then ${other}`);
  }
  return verdict;
}

function fail(recorder: HistoryRecorder, why: string): never {
  const file = join(tmpdir(), `holdfast-history-${process.pid}.ndjson`);
  writeFileSync(file, encodeHistory(recorder));
  const look = `holdfast history check ${file} --html why.html`;
  return expect.fail(`${why}\nlook at it: ${look}`);
}
