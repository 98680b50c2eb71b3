import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { availability, groupAvailability } from "../../../src/dependability/availability.js";
import { kOfNWithCommonCause, splitByBeta } from "../../../src/dependability/beta-factor.js";
import { kOfNMttf } from "../../../src/dependability/groups.js";
import { type Group, groupModel } from "../../../src/dependability/markov/group.js";
import {
  meanTimeToFailure,
  steadyAvailability,
  steadyState,
} from "../../../src/dependability/markov/long-run.js";
import {
  type MarkovDescription,
  type MarkovModel,
  markovModel,
} from "../../../src/dependability/markov/model.js";
import { seriesMeanTimeToFailure } from "../../../src/dependability/markov/series.js";
import {
  failureProbability,
  jumpsMax,
  survival,
  transient,
  transientErrorBound,
} from "../../../src/dependability/markov/transient.js";
import { UsageError } from "../../../src/kernel/assert.js";
import { euler, relative } from "../naive.js";

const perfect = { crews: 1, coverage: 1, beta: 0 };
const groupOf = (k: number, n: number, failureRatePerHour: number, repairRatePerHour: number) => ({
  ...perfect,
  k,
  n,
  failureRatePerHour,
  repairRatePerHour,
});

const rate = fc.double({ min: 1e-6, max: 1e-2, noNaN: true });
const repair = fc.double({ min: 1e-4, max: 1e4, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const size = fc
  .integer({ min: 1, max: 12 })
  .chain((n) => fc.tuple(fc.integer({ min: 1, max: n }), fc.constant(n)));
const anyGroup: fc.Arbitrary<Group> = fc
  .tuple(size, rate, repair, fc.integer({ min: 1, max: 4 }), share, share)
  .map(([[k, n], failureRatePerHour, repairRatePerHour, crews, coverage, beta]) => {
    return { k, n, failureRatePerHour, repairRatePerHour, crews, coverage, beta };
  });

describe("the mean time to failure is that of the closed forms (DEP-9)", () => {
  it("with repair: simplex, duplex, TMR (Siewiorek and Swarz, chapter 5)", () => {
    fc.assert(
      fc.property(rate, repair, (l, m) => {
        const simplex = meanTimeToFailure(groupModel(groupOf(1, 1, l, m)));
        expect(relative(simplex, 1 / l)).toBeLessThan(1e-13);
        const duplex = meanTimeToFailure(groupModel(groupOf(1, 2, l, m)));
        expect(relative(duplex, (3 * l + m) / (2 * l * l))).toBeLessThan(1e-13);
        const tmr = meanTimeToFailure(groupModel(groupOf(2, 3, l, m)));
        expect(relative(tmr, (5 * l + m) / (6 * l * l))).toBeLessThan(1e-13);
      }),
    );
  });

  it("with coverage: duplex (Arnold 1973; Trivedi, example 8.32)", () => {
    fc.assert(
      fc.property(rate, repair, share, (l, m, coverage) => {
        const duplex = groupModel({ ...groupOf(1, 2, l, m), coverage });
        const expected = (l * (1 + 2 * coverage) + m) / (2 * l * (l + m * (1 - coverage)));
        expect(relative(meanTimeToFailure(duplex), expected)).toBeLessThan(1e-12);
      }),
    );
  });

  it("without repair: the harmonic sum", () => {
    fc.assert(
      fc.property(size, rate, ([k, n], l) => {
        const time = meanTimeToFailure(groupModel(groupOf(k, n, l, 0)));
        expect(relative(time, kOfNMttf(k, n, l))).toBeLessThan(1e-13);
      }),
    );
  });

  it("keeps its digits where repair is fast and redundancy deep", () => {
    // One of six, with a crew for each: 1 / (n l) ((m / l)^(n - 1)) to nine digits, 10^53 hours.
    const deep = groupModel({ ...groupOf(1, 6, 1e-9, 1), crews: 6 });
    expect(relative(meanTimeToFailure(deep), 1 / 6e-54)).toBeLessThan(1e-7);
  });

  it("is 0 without a beginning, and infinite without an end", () => {
    const states = [
      { name: "a", works: true },
      { name: "b", works: true },
      { name: "c", works: false },
    ];
    const none = markovModel({ states, transitions: [] });
    expect(meanTimeToFailure(none)).toBe(Number.POSITIVE_INFINITY);
    const trap = [
      { source: "a", target: "b", ratePerHour: 1 },
      { source: "a", target: "c", ratePerHour: 1 },
    ];
    expect(meanTimeToFailure(markovModel({ states, transitions: trap }))).toBe(Infinity);
    const failed = markovModel({ states: [...states].reverse(), transitions: trap });
    expect(meanTimeToFailure(failed)).toBe(0);
    expect(meanTimeToFailure(groupModel(groupOf(2, 3, 0, 1)))).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("availability in the long run (DEP-9)", () => {
  it("is that of the formulas, with any number of crews (DEP-6)", () => {
    fc.assert(
      fc.property(size, rate, repair, fc.integer({ min: 1, max: 4 }), ([k, n], l, m, crews) => {
        const model = groupModel({ ...groupOf(k, n, l, m), crews });
        const formula = { k, n, mttfHours: 1 / l, mttrHours: 1 / m, crews };
        expect(relative(steadyAvailability(model), groupAvailability(formula))).toBeLessThan(1e-11);
      }),
    );
  });

  it("the shares balance: what enters a state leaves it", () => {
    fc.assert(
      fc.property(anyGroup, (group) => {
        const model = groupModel(group);
        const shares = steadyState(model);
        const count = model.states.length;
        for (let state = 0; state < count; state += 1) {
          let [into, out] = [0, 0];
          for (let other = 0; other < count; other += 1) {
            into += (shares[other] ?? 0) * (model.rates[other * count + state] ?? 0);
            out += (shares[state] ?? 0) * (model.rates[state * count + other] ?? 0);
          }
          // What is smaller than that is never seen, and has no digits to lose.
          if (out > 1e-250) expect(relative(into, out)).toBeLessThan(1e-11);
        }
      }),
    );
  });

  it("of what ends for good there is none", () => {
    expect(() => steadyState(groupModel(groupOf(2, 3, 1e-3, 0)))).toThrow(UsageError);
    const once = { states: twoStates, transitions: described("up", "down", 1).transitions };
    expect(() => steadyState(markovModel(once))).toThrow(/lead back to the first/);
    expect([...steadyState(markovModel({ ...once, transitions: [] }))]).toEqual([1, 0]);
  });
});

const twoStates = [
  { name: "up", works: true },
  { name: "down", works: false },
];

describe("the probabilities after a time (DEP-10)", () => {
  it("of one part with repair are within the bound of the closed form", () => {
    const hours = fc.double({ min: 0, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(rate, repair, hours, (l, m, t) => {
        const model = groupModel(groupOf(1, 1, l, m));
        const bound = transientErrorBound(model, t);
        const [up = 0, down = 0] = transient(model, t);
        const exactDown = (l / (l + m)) * -Math.expm1(-(l + m) * t);
        expect(relative(down, exactDown)).toBeLessThanOrEqual(bound);
        expect(relative(up, 1 - exactDown)).toBeLessThanOrEqual(bound);
      }),
    );
  });

  it("of a pure death process are within the bound of the binomial, however small", () => {
    fc.assert(
      fc.property(size, rate, fc.double({ min: 1e-3, max: 1e4, noNaN: true }), ([k, n], l, t) => {
        const model = groupModel(groupOf(k, n, l, 0));
        const bound = transientErrorBound(model, t) + 1e-13;
        const fails = -Math.expm1(-l * t);
        const none = transient(model, t)[n] ?? 0;
        fc.pre(fails ** n > 1e-280);
        expect(relative(none, fails ** n)).toBeLessThanOrEqual(n * bound);
      }),
    );
  });

  it("are those of a hundred thousand tiny steps", () => {
    const states = ["a", "b", "c", "d"].map((name) => ({ name, works: name !== "d" }));
    const pair = fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.double({ max: 2, min: 0 }));
    const description = fc.array(pair, { maxLength: 10 }).map((pairs): MarkovDescription => {
      const transitions = pairs
        .filter(([source, target, r]) => source !== target && !Number.isNaN(r))
        .map(([source, target, ratePerHour]) => {
          const name = (index: number) => states[index]?.name ?? "";
          return { source: name(source), target: name(target), ratePerHour };
        });
      return { states, transitions };
    });
    fc.assert(
      fc.property(description, (given) => {
        const steps = euler(given, 1.5, 100_000);
        const found = transient(markovModel(given), 1.5);
        for (const [index, value] of steps.entries()) expect(found[index]).toBeCloseTo(value, 3);
        expect(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      }),
      { numRuns: 30 },
    );
  });

  it("a mission of thirty years with a repair of two minutes", () => {
    const model = groupModel(groupOf(1, 2, 1e-5, 30));
    const hours = 30 * 8_760;
    const expected = -Math.expm1(-hours / meanTimeToFailure(model));
    expect(relative(failureProbability(model, hours), expected)).toBeLessThan(1e-6);
    expect(survival(model, hours)).toBeCloseTo(1 - expected, 9);
  });

  it("more jumps than the error bears are refused", () => {
    const model = groupModel(groupOf(1, 1, 1, 1));
    expect(() => survival(model, jumpsMax + 1)).toThrow(UsageError);
    expect(() => survival(model, -1)).toThrow(/expected a time in hours/);
    expect(survival(model, jumpsMax)).toBe(0);
  });
});

describe("a description that contradicts itself is refused (DEP-11)", () => {
  it.each<[string, MarkovDescription, RegExp]>([
    ["no states", { states: [], transitions: [] }, /expected 1 to 128, got 0/],
    ["too many", { states: many(129), transitions: [] }, /expected 1 to 128, got 129/],
    ["a double", { states: [...twoStates, ...twoStates], transitions: [] }, /each name once/],
    ["no such source", described("x", "up", 1), /source: expected a state, got "x"/],
    ["no such target", described("up", "x", 1), /target: expected a state, got "x"/],
    ["a loop", described("up", "up", 1), /another state as the target/],
    ["a negative rate", described("up", "down", -1), /rate from "up" to "down": expected/],
  ])("%s", (_, description, message) => {
    expect(() => markovModel(description)).toThrow(UsageError);
    expect(() => markovModel(description)).toThrow(message);
  });

  it("as many as there may be are solved", () => {
    expect(survival(markovModel({ states: many(128), transitions: chain(128) }), 10)).toBe(1);
  });
});

function many(count: number): MarkovDescription["states"] {
  return Array.from({ length: count }, (_, index) => ({ name: `s${index}`, works: true }));
}

function chain(count: number): MarkovDescription["transitions"] {
  return Array.from({ length: count - 1 }, (_, index) => {
    return { source: `s${index}`, target: `s${index + 1}`, ratePerHour: 1 };
  });
}

function described(source: string, target: string, ratePerHour: number): MarkovDescription {
  return { states: twoStates, transitions: [{ source, target, ratePerHour }] };
}

describe("the group (DEP-12)", () => {
  it("without repair is the binomial formula, with common cause too (DEP-7)", () => {
    const hours = fc.double({ min: 0, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(size, rate, share, hours, ([k, n], l, beta, t) => {
        const model = groupModel({ ...groupOf(k, n, l, 0), beta });
        const formula = kOfNWithCommonCause(k, n, splitByBeta(l, beta), t);
        expect(Math.abs(survival(model, t) - formula)).toBeLessThan(1e-11);
      }),
    );
  });

  it("of one is a part, whatever its coverage and beta", () => {
    fc.assert(
      fc.property(rate, repair, share, share, (l, m, coverage, beta) => {
        const one = groupModel({ ...groupOf(1, 1, l, m), coverage, beta });
        expect(relative(meanTimeToFailure(one), 1 / l)).toBeLessThan(1e-12);
        expect(steadyAvailability(one)).toBeCloseTo(availability(1 / l, 1 / m), 12);
      }),
    );
  });

  it("is never worse with slower failures, better coverage or more crews", () => {
    fc.assert(
      fc.property(anyGroup, fc.double({ min: 0.1, max: 1, noNaN: true }), (group, factor) => {
        const time = (better: Partial<Group>) => {
          return meanTimeToFailure(groupModel({ ...group, ...better })) * (1 + 1e-11);
        };
        const now = meanTimeToFailure(groupModel(group));
        const { failureRatePerHour, coverage, crews } = group;
        expect(time({ failureRatePerHour: failureRatePerHour * factor })).toBeGreaterThanOrEqual(
          now,
        );
        expect(time({ coverage: 1 - (1 - coverage) * factor })).toBeGreaterThanOrEqual(now);
        // Not so with poor coverage: the sooner all work again, the more can fail uncovered.
        const covered = meanTimeToFailure(groupModel({ ...group, coverage: 1 }));
        expect(time({ coverage: 1, crews: crews + 1 })).toBeGreaterThanOrEqual(covered);
      }),
    );
  });

  it("has no use of being many when all is common (DEP-7)", () => {
    const alone = 1 / 1e-3;
    const all = groupModel({ ...groupOf(2, 5, 1e-3, 1), beta: 1 });
    expect(relative(meanTimeToFailure(all), alone)).toBeLessThan(1e-12);
    const tenth = groupModel({ ...groupOf(2, 5, 1e-3, 1), beta: 0.1 });
    expect(meanTimeToFailure(tenth)).toBeLessThan(10 * alone);
    expect(meanTimeToFailure(tenth)).toBeGreaterThan(9.9 * alone);
  });

  it("survives less with time", () => {
    fc.assert(
      fc.property(anyGroup, fc.double({ min: 0, max: 1e3, noNaN: true }), (group, t) => {
        const model = groupModel(group);
        expect(survival(model, t * 1.5)).toBeLessThanOrEqual(survival(model, t) + 1e-9);
        expect(survival(model, t) + failureProbability(model, t)).toBeCloseTo(1, 9);
      }),
    );
  });

  it("refuses numbers that cannot be (DEP-8)", () => {
    const sound = groupOf(2, 3, 1e-3, 1);
    expect(() => groupModel({ ...sound, k: 4 })).toThrow(UsageError);
    expect(() => groupModel({ ...sound, coverage: 2 })).toThrow(/coverage/);
    expect(() => groupModel({ ...sound, beta: -1 })).toThrow(/beta/);
    expect(() => groupModel({ ...sound, crews: 0 })).toThrow(/crews/);
  });
});

/** All pairs of states, each model moving by itself: what series.ts does without. */
function product(one: MarkovModel, other: MarkovModel): MarkovModel {
  const name = (a: number, b: number) => `${a}/${b}`;
  const states = one.states.flatMap((a, i) =>
    other.states.map((b, j) => ({ name: name(i, j), works: a.works && b.works })),
  );
  const moves = (model: MarkovModel) =>
    [...model.rates].map((ratePerHour, at) => {
      const count = model.states.length;
      return { from: Math.floor(at / count), to: at % count, ratePerHour };
    });
  const transitions = [
    ...moves(one).flatMap(({ from, to, ratePerHour }) =>
      other.states.map((_, j) => ({ source: name(from, j), target: name(to, j), ratePerHour })),
    ),
    ...moves(other).flatMap(({ from, to, ratePerHour }) =>
      one.states.map((_, i) => ({ source: name(i, from), target: name(i, to), ratePerHour })),
    ),
  ];
  return markovModel({
    states,
    transitions: transitions.filter(({ source, target }) => source !== target),
  });
}

describe("models that are all needed (DEP-13)", () => {
  it("last as long as their product", () => {
    const small = fc
      .integer({ min: 1, max: 4 })
      .chain((n) => fc.tuple(fc.integer({ min: 1, max: n }), fc.constant(n)));
    const parts = fc
      .tuple(small, rate, fc.constantFrom(0, 0.01, 1, 20), share)
      .map(([[k, n], l, m, coverage]) => groupModel({ ...groupOf(k, n, l, m), coverage }));
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const exact = meanTimeToFailure(product(one, other));
        expect(relative(seriesMeanTimeToFailure([one, other]), exact)).toBeLessThan(1e-4);
      }),
      { numRuns: 50 },
    );
  });

  it("also where each outlives the universe", () => {
    const deep = groupModel({ ...groupOf(1, 6, 1e-6, 1), crews: 6 });
    const pair = seriesMeanTimeToFailure([deep, deep]);
    expect(relative(pair, meanTimeToFailure(deep) / 2)).toBeLessThan(1e-6);
  });

  it("of one is that one, of none is for ever", () => {
    const tmr = groupModel(groupOf(2, 3, 1e-3, 0));
    expect(relative(seriesMeanTimeToFailure([tmr]), meanTimeToFailure(tmr))).toBeLessThan(1e-6);
    expect(seriesMeanTimeToFailure([])).toBe(Number.POSITIVE_INFINITY);
    const never = groupModel(groupOf(2, 3, 0, 0));
    expect(relative(seriesMeanTimeToFailure([tmr, never]), 5_000 / 6)).toBeLessThan(1e-6);
  });
});
