/** The search against the definition, on histories so small that all orders can be tried. */
import { describe, expect, it } from "vitest";
import { checkHistory } from "../../src/consistency/check.js";
import { modelNamed } from "../../src/consistency/models/models.js";
import { Prng } from "../../src/kernel/prng.js";
import { holds } from "./naive.js";
import { randomHistory } from "./random-histories.js";
import { vocabularies } from "./vocabularies.js";

const runs = Number(process.env["HISTORIES"] ?? 400);

describe("linearizable: the search and the definition agree (HISTORY-1)", () => {
  it.each(vocabularies.map((each) => [each.model, each] as const))("%s", (name, vocabulary) => {
    const model = modelNamed(name);
    if (model === null) throw new Error(`no model ${name}`);
    const counts = { linearizable: 0, not: 0 };
    for (let seed = 0; seed < runs; seed += 1) {
      const history = randomHistory(vocabulary, new Prng(seed).split(name));
      const { verdict } = checkHistory(history, { model, stepsMax: 1_000_000 });
      const expected = holds(history, model) ? "linearizable" : "not";
      expect(verdict, `seed ${seed}: ${JSON.stringify(history)}`).toBe(expected);
      counts[expected] += 1;
    }
    expect(Math.min(counts.linearizable, counts.not)).toBeGreaterThan(runs / 20);
  });
});
