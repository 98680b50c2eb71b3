/** The search against the definition, on histories so small that all orders can be tried. */
import { describe, expect, it } from "vitest";
import { checkHistory } from "../../src/consistency/check.js";
import { modelNamed } from "../../src/consistency/models/models.js";
import { Prng } from "../../src/kernel/prng.js";
import { holds } from "./naive.js";
import { randomHistory } from "./random-histories.js";
import { vocabularies } from "./vocabularies.js";

const runs = Number(process.env["HISTORIES"] ?? 250);

describe.each(["linearizable", "sequential"] as const)(
  "%s: the search and the definition agree (HISTORY-1)",
  (consistency) => {
    it.each(vocabularies.map((each) => [each.model, each] as const))("%s", (name, vocabulary) => {
      const model = modelNamed(name);
      if (model === null) throw new Error(`no model ${name}`);
      const counts = { yes: 0, not: 0 };
      for (let seed = 0; seed < runs; seed += 1) {
        // In every second history half of the outcomes are unknown.
        const told = seed % 2 === 0 ? vocabulary : { ...vocabulary, unknown: 0.5 };
        const history = randomHistory(told, new Prng(seed).split(name));
        const { verdict } = checkHistory(history, { model, consistency, stepsMax: 1_000_000 });
        const expected = holds(history, model, consistency);
        expect(verdict, `seed ${seed}: ${JSON.stringify(history)}`).toBe(
          expected ? consistency : "not",
        );
        counts[expected ? "yes" : "not"] += 1;
      }
      expect(Math.min(counts.yes, counts.not)).toBeGreaterThan(runs / 20);
    });
  },
);
