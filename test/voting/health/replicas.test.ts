/**
 * HEALTH-21: replicas that have the same samples come to the same verdict, however old they are.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { micros } from "../../../src/kernel/time.js";
import { Feed, type Word } from "../feed.js";

const said = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1_900, max: 2_100 }).map((n) => n / 100) },
  { weight: 1, arbitrary: fc.constantFrom(null, 500, 5_000) },
);
const age = fc.integer({ min: 0, max: 20_000 });
const row = fc.tuple(said, said, said, age, age);

const aged = (value: number | null, us: number): Word => ({ value, age: micros(us) });

describe("two replicas with the same samples (HEALTH-21)", () => {
  it("say the same, but for the age of the verdict, and know the same of the channels", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 50, maxLength: 400 }), (rows) => {
        const health = { rateMax: 20, noiseMax: 0.3, biasMax: 0.5 };
        const one = new Feed({ health });
        const other = new Feed({ health });
        for (const [a, b, c, here, there] of rows) {
          const mine = one.close([aged(a, here), aged(b, here), aged(c, here)]);
          const theirs = other.close([aged(a, there), aged(b, there), aged(c, there)]);
          expect({ ...mine.verdict, age: null }).toEqual({ ...theirs.verdict, age: null });
          expect(mine.events).toEqual(theirs.events);
        }
        expect(one.voter.standing()).toEqual(other.voter.standing());
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});
