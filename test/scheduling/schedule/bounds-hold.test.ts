import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import { micros } from "../../../src/kernel/time.js";
import { analyse } from "../../../src/scheduling/analysis/analyse.js";
import type { TaskSet } from "../../../src/scheduling/analysis/task-set.js";
import type { Course } from "../../../src/scheduling/schedule/course.js";
import { simulate } from "../../../src/scheduling/schedule/simulator.js";
import type { JobRecord } from "../../../src/scheduling/schedule/trace.js";
import { readOracle } from "../../support/oracles.js";
import { type Kind, randomCourse, randomSet, uunifast } from "../support/random-sets.js";

const setsMax = 150;
const coursesOfSet = 4;

/** Played for some periods of the slowest task. */
function worstPlayed(set: TaskSet, course?: Course): ReadonlyMap<string, JobRecord> {
  const horizon = micros(8 * Math.max(...set.tasks.map(({ period }) => period)));
  const schedule = simulate(set, { horizon, ...(course === undefined ? {} : { course }) });
  expect(schedule.deadlock).toBeNull();
  const worst = new Map<string, JobRecord>();
  for (const job of schedule.jobs) {
    const known = worst.get(job.task);
    if (known === undefined || job.response > known.response) worst.set(job.task, job);
  }
  return worst;
}

interface Tally {
  compared: number;
  attained: number;
  blocked: number;
}

/** Every job of several courses against what the analysis says of its task. */
function compare(seed: number, kind: Kind, tally: Tally): void {
  const prng = new Prng(seed).split("set");
  const set = randomSet(prng, kind);
  const { tasks } = analyse(set);
  const courses = Array.from({ length: coursesOfSet }, (_, index) =>
    index === 0 ? undefined : randomCourse(prng.split(`course ${index}`), set.tasks),
  );
  for (const course of courses) {
    const worst = worstPlayed(set, course);
    for (const { task, response } of tasks) {
      const played = worst.get(task.name);
      if (response === null || played === undefined) continue;
      const where = `seed ${seed}, ${JSON.stringify(kind)}, ${task.name} job ${played.job}`;
      expect(played.response, where).toBeLessThanOrEqual(response);
      tally.compared += 1;
      if (played.response === response) tally.attained += 1;
      if (played.waits.some((wait) => wait.kind === "blocked")) tally.blocked += 1;
    }
  }
}

const kinds: readonly (readonly [string, Kind])[] = [
  ["no locks", { protocol: "none", resources: 0, jitter: false, long: false }],
  ["no locks, jitter", { protocol: "none", resources: 0, jitter: true, long: true }],
  ["inheritance", { protocol: "inheritance", resources: 3, jitter: false, long: false }],
  ["inheritance, jitter", { protocol: "inheritance", resources: 4, jitter: true, long: true }],
  ["ceiling", { protocol: "ceiling", resources: 3, jitter: false, long: false }],
  ["ceiling, jitter", { protocol: "ceiling", resources: 4, jitter: true, long: true }],
  ["what is bounded of none", { protocol: "none", resources: 2, jitter: true, long: false }],
  ["switches", { protocol: "inheritance", resources: 2, jitter: false, long: true, switchCost: 1 }],
];

describe("a played response never exceeds the analysed one (SIM-RT-1)", () => {
  it.each(kinds)("%s", (_, kind) => {
    const tally: Tally = { compared: 0, attained: 0, blocked: 0 };
    for (let seed = 1; seed <= setsMax; seed += 1) compare(seed, kind, tally);
    // Else it would hold for having compared nothing.
    expect(tally.compared).toBeGreaterThan(setsMax);
    expect(tally.attained).toBeGreaterThan(tally.compared / 50);
    if (kind.resources > 0 && kind.protocol !== "none") expect(tally.blocked).toBeGreaterThan(50);
  });
});

describe("and it is attained (SIM-RT-2)", () => {
  it("at the critical instant, by every task that has no locks and no equal", () => {
    let compared = 0;
    for (let seed = 1; seed <= setsMax; seed += 1) {
      const prng = new Prng(seed).split("critical");
      const drawn = randomSet(prng, { protocol: "none", resources: 0, jitter: true, long: true });
      const levels = drawn.tasks.map(({ priority }) => priority);
      const set = {
        ...drawn,
        tasks: drawn.tasks
          .filter(({ priority }, place) => levels.indexOf(priority) === place)
          .map((task) => ({ ...task, offset: micros(0) })),
      };
      const { tasks } = analyse(set);
      const worst = worstPlayed(set);
      for (const { task, response, jobs } of tasks) {
        if (response === null || jobs > 8) continue;
        expect(worst.get(task.name)?.response, `seed ${seed}, ${task.name}`).toBe(response);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(setsMax);
  });
});

describe.skipIf(readOracle("numeric.json") === null)("UUniFast (Bini and Buttazzo 2005)", () => {
  it("has the given sum, and the mean and variance of a uniform draw", () => {
    const prng = new Prng(5);
    const [count, total, draws] = [4, 0.8, 20_000];
    const sums = Array.from({ length: count }, () => ({ sum: 0, squares: 0 }));
    for (let draw = 0; draw < draws; draw += 1) {
      const shares = uunifast(prng, count, total);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(total, 9);
      for (const [index, share] of shares.entries()) {
        const place = sums[index];
        if (place === undefined) continue;
        place.sum += share;
        place.squares += share * share;
      }
    }
    const variance = (total ** 2 * (count - 1)) / (count ** 2 * (count + 1));
    for (const { sum, squares } of sums) {
      expect(sum / draws).toBeCloseTo(total / count, 2);
      expect(squares / draws - (sum / draws) ** 2).toBeCloseTo(variance, 3);
    }
  });
});
