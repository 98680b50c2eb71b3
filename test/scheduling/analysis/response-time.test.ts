import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyse } from "../../../src/scheduling/analysis/analyse.js";
import { liuLaylandBound, utilisationBounds } from "../../../src/scheduling/analysis/bounds.js";
import { type Load, responseTime } from "../../../src/scheduling/analysis/response-time.js";
import { readOracle } from "../../support/oracles.js";
import { setOf } from "../support/tasks.js";

interface Numeric {
  readonly responseTime: readonly {
    readonly name: string;
    readonly CT: readonly (readonly [number, number])[];
    readonly R: readonly number[];
    readonly meets: readonly boolean[];
    readonly U: number;
    readonly LLbound: number;
    readonly hyperbolicProduct: number;
  }[];
  readonly liuLaylandBounds: Readonly<Record<string, number>>;
}

const oracle = readOracle<Numeric>("numeric.json");

describe.skipIf(oracle === null)("response times that others have published (RTA-1, RTA-9)", () => {
  it.each(oracle?.responseTime ?? [])("$name", ({ CT, R, meets, U, LLbound, ...rest }) => {
    // In thousands, so that half a unit would show.
    const set = setOf(CT.map(([body, period]) => ({ body: body * 1_000, period: period * 1_000 })));
    const { tasks, schedulable } = analyse(set);
    expect(tasks.map(({ response }) => (response ?? 0) / 1_000)).toEqual(R);
    expect(tasks.map(({ verdict }) => verdict === "meets")).toEqual(meets);
    expect(schedulable).toBe(meets.every(Boolean));
    const bounds = utilisationBounds(set);
    expect(bounds.utilisation).toBeCloseTo(U, 4);
    expect(bounds.liuLayland).toBeCloseTo(LLbound, 4);
    // The published number has four digits.
    expect(Math.abs(bounds.hyperbolicProduct - rest.hyperbolicProduct)).toBeLessThan(6e-5);
  });

  it.each(Object.entries(oracle?.liuLaylandBounds ?? {}))("the bound of %s tasks", (n, bound) => {
    expect(liuLaylandBound(Number(n))).toBeCloseTo(bound, 6);
  });
});

const alone: Load = { cost: 5, period: 10, jitter: 0 };

describe("deadlines beyond the period (RTA-2)", () => {
  it("Lehoczky 1990: of (26, 70) and (62, 100) the worst job is not the first", () => {
    const answer = responseTime({
      ...{ cost: 62, period: 100, jitter: 0, blocking: 0 },
      interferers: [{ cost: 26, period: 70, jitter: 0 }],
    });
    // 114, 102, 116, 104, 118, 106, 94: played by hand, and published.
    expect(answer).toMatchObject({ kind: "bounded", time: 118, job: 4, jobs: 7 });
  });

  it("looks at one job where it ends within its period", () => {
    const answer = responseTime({ ...alone, blocking: 0, interferers: [] });
    expect(answer).toMatchObject({ kind: "bounded", time: 5, job: 0, jobs: 1 });
  });
});

describe("jitter and blocking (RTA-3, RTA-4)", () => {
  const high = { cost: 2, period: 10, jitter: 0 };

  it("jitter of another lets two of its jobs come close together", () => {
    const low = { cost: 7, period: 30, jitter: 0, blocking: 0 };
    expect(responseTime({ ...low, interferers: [high] })).toMatchObject({ time: 9 });
    const late = { ...high, jitter: 2 };
    expect(responseTime({ ...low, interferers: [late] })).toMatchObject({ time: 11 });
  });

  it("its own jitter makes a job late, and its next one early", () => {
    expect(responseTime({ ...alone, jitter: 3, blocking: 0, interferers: [] })).toMatchObject({
      ...{ time: 8, job: 0, jobs: 1 },
    });
    // Released at 0 for having arrived at -8; the next arrives at 2, in the middle of the first.
    expect(responseTime({ ...alone, jitter: 8, blocking: 0, interferers: [] })).toMatchObject({
      ...{ time: 13, job: 0, jobs: 2 },
    });
    // Two at once: the second finishes 10 after a release that was 2 later than its arrival.
    expect(responseTime({ ...alone, jitter: 12, blocking: 0, interferers: [] })).toMatchObject({
      ...{ time: 17, job: 0 },
    });
  });

  it("blocking counts once in a busy period, and lengthens it", () => {
    const low = { cost: 7, period: 30, jitter: 0 };
    expect(responseTime({ ...low, blocking: 1, interferers: [high] })).toMatchObject({ time: 10 });
    expect(responseTime({ ...low, blocking: 2, interferers: [high] })).toMatchObject({ time: 13 });
  });
});

describe("too much to do (RTA-5)", () => {
  it("says so at once", () => {
    const answer = responseTime({ ...alone, blocking: 0, interferers: [alone, alone] });
    expect(answer).toEqual({ kind: "overload" });
  });

  it("a core that is full to the last microsecond still has an answer, without blocking", () => {
    const answer = responseTime({ ...alone, blocking: 0, interferers: [alone] });
    expect(answer).toMatchObject({ kind: "bounded", time: 10 });
  });

  it("and with it none: the search ends without one", () => {
    const answer = responseTime({ ...alone, blocking: 1, interferers: [alone] });
    expect(answer).toEqual({ kind: "no-end" });
  });

  it("stops when it has seen enough, and no sooner", () => {
    const question = { ...alone, blocking: 0, interferers: [{ cost: 4, period: 10, jitter: 0 }] };
    expect(responseTime({ ...question, enough: 8 })).toEqual({ kind: "beyond" });
    expect(responseTime({ ...question, enough: 9 })).toMatchObject({ kind: "bounded", time: 9 });
  });
});

/** Microsecond by microsecond, from a common release with all jitter used up. */
function naive(own: Load, blocking: number, others: readonly Load[], until: number): number {
  const loads = [...others, own];
  const left = loads.map(() => [] as number[]);
  const arrivals: number[] = [];
  let [worst, block] = [0, blocking];
  for (let now = 0; now < until; now += 1) {
    for (const [index, load] of loads.entries()) {
      const came = arrivalsAt(now, load);
      left[index]?.push(...came.map(() => load.cost));
      if (index === others.length) arrivals.push(...came);
    }
    if (block > 0) {
      block -= 1;
      continue;
    }
    const busy = left.findIndex((jobs) => jobs.length > 0);
    const jobs = left[busy];
    if (jobs === undefined) break;
    jobs[0] = (jobs[0] ?? 0) - 1;
    if (jobs[0] > 0) continue;
    jobs.shift();
    if (busy === others.length) worst = Math.max(worst, now + 1 - (arrivals.shift() ?? 0));
  }
  return worst;
}

/** Of the jobs that are released now: those of a late start all at once. */
function arrivalsAt(now: number, { period, jitter }: Load): readonly number[] {
  const arrivals: number[] = [];
  for (let arrival = -jitter; arrival <= now; arrival += period) {
    if (Math.max(arrival, 0) === now) arrivals.push(arrival);
  }
  return arrivals;
}

describe("against a clock that ticks (RTA-1 to RTA-4)", () => {
  const load = fc
    .record({ cost: fc.integer({ min: 1, max: 9 }), period: fc.integer({ min: 4, max: 60 }) })
    .chain((base) =>
      fc
        .record({ jitter: fc.integer({ min: 0, max: 2 * base.period }) })
        .map(({ jitter }) => ({ ...base, jitter })),
    );

  it("finds the same worst response, to the microsecond", () => {
    let compared = 0;
    fc.assert(
      fc.property(load, fc.nat(9), fc.array(load, { maxLength: 3 }), (own, blocking, others) => {
        const use = [own, ...others].reduce((sum, { cost, period }) => sum + cost / period, 0);
        fc.pre(use < 0.97);
        const answer = responseTime({ ...own, blocking, interferers: others });
        expect(answer).toMatchObject({ time: naive(own, blocking, others, 100_000) });
        compared += 1;
      }),
      { numRuns: 400 },
    );
    expect(compared).toBe(400);
  });
});
