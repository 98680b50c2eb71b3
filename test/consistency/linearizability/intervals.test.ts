/** What is open before each return. */
import { describe, expect, it } from "vitest";
import { checkHistory } from "../../../src/consistency/check.js";
import { HistoryRecorder } from "../../../src/consistency/history/recorder.js";
import { intervalsOf } from "../../../src/consistency/linearizability/intervals.js";
import { modelNamed } from "../../../src/consistency/models/models.js";
import type { Model } from "../../../src/consistency/models/port.js";
import { partsOf } from "../../../src/consistency/parts.js";
import { Transitions } from "../../../src/consistency/search/transitions.js";
import { Prng } from "../../../src/kernel/prng.js";
import { randomHistory } from "../random-histories.js";
import { vocabularies } from "../vocabularies.js";

const model = (name: string): Model<unknown> => {
  const found = modelNamed(name);
  if (found === null) throw new Error(`no model ${name}`);
  return found;
};

describe("what is open before a return (HISTORY-7)", () => {
  it.each(vocabularies.map((each) => [each.model, each] as const))(
    "is the same whether it was kept or is looked up: %s",
    (name, vocabulary) => {
      for (let seed = 0; seed < 40; seed += 1) {
        const history = randomHistory({ ...vocabulary, length: 30 }, new Prng(seed).split(name));
        const parting = partsOf(history, model(name));
        if (!parting.ok) throw new Error(parting.refusal.expected);
        for (const { deeds, initial } of parting.parts) {
          const transitions = () => new Transitions(model(name), initial);
          const kept = intervalsOf(deeds, transitions());
          const looked = intervalsOf(deeds, transitions(), 0);
          expect(looked.bits).toEqual(kept.bits);
          for (let place = 0; place < kept.returns.length; place += 1) {
            expect(looked.open(place)).toEqual(kept.open(place));
            expect(kept.open(place)[0]).toBe(kept.returns[place]);
          }
        }
      }
    },
  );

  it("takes no memory by the square of their number", () => {
    const recorder = new HistoryRecorder({ model: "queue" });
    const count = 30_000;
    const ask = (at: number, kind: string, input: number | null) =>
      recorder.invoke(at, { process: `p${at}`, kind, input });
    const operations = Array.from({ length: count }, (_, at) => ask(at, "enqueue", at));
    const before = process.memoryUsage().arrayBuffers;
    for (const operation of operations) recorder.return(count, operation, "ok");
    const verdict = checkHistory(recorder.history(), { model: model("queue"), stepsMax: 4 });
    expect(verdict.verdict).toBe("unknown");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(400e6);
  });
});
