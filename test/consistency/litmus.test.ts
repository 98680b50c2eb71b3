/** Tiny histories from the literature, with verdicts that others came to. */
import { describe, expect, it } from "vitest";
import { checkHistory } from "../../src/consistency/check.js";
import { HistoryRecorder } from "../../src/consistency/history/recorder.js";
import { register } from "../../src/consistency/models/register.js";
import type { History } from "../../src/consistency/operation.js";
import { readOracle } from "../support/oracles.js";

interface Litmus {
  readonly cases: readonly {
    readonly name: string;
    readonly processes: readonly (readonly string[])[];
    readonly verdict: { readonly sequential: boolean };
  }[];
}

const litmus = readOracle<Litmus>("consistency-litmus.json");

/** `Wx1` writes 1 to x, `Rx0` reads 0. Only the order of each process counts. */
function historyOf(processes: readonly (readonly string[])[]): History {
  const recorder = new HistoryRecorder({ model: "register", init: 0 });
  processes.forEach((words, process) => {
    for (const [, kind, key = "", value] of words.map(
      (word) => /^([WR])(\w)(\d+)$/.exec(word) ?? [],
    )) {
      const asked = { process: `${process}`, key };
      const [input, output] = kind === "W" ? [Number(value), null] : [null, Number(value)];
      const word = kind === "W" ? "write" : "read";
      recorder.return(0, recorder.invoke(0, { ...asked, kind: word, input }), "ok", output);
    }
  });
  return recorder.history();
}

describe.skipIf(litmus === null)(
  "sequential consistency of published histories (HISTORY-9)",
  () => {
    it.each(litmus?.cases.map((each) => [each.name, each] as const) ?? [])("%s", (_, each) => {
      const history = historyOf(each.processes);
      const options = { model: register, consistency: "sequential", stepsMax: 100_000 } as const;
      const { verdict } = checkHistory(history, options);
      expect(verdict).toBe(each.verdict.sequential ? "sequential" : "not");
    });
  },
);
