import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ReliabilityReport, reliabilityOf } from "../../src/config/reliability.js";
import { availability } from "../../src/dependability/availability.js";
import { reliability } from "../../src/dependability/component.js";
import { tmr } from "../../src/dependability/modular-redundancy.js";
import { accepted, ConfigFolder, problemLines, soundConfig } from "./support/folder.js";

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
});
afterEach(() => folder.remove());

async function reportOf(section: string, rest = ""): Promise<ReliabilityReport> {
  const config = `${soundConfig}${rest}dependability: ${section}\n`;
  const { dependability, cluster } = accepted(await folder.load(config)).settings;
  if (dependability === null) throw new Error("the section was not read");
  return reliabilityOf(dependability, cluster);
}

const year = 8_760;

describe("what a config is worth in numbers (CONFIG-12)", () => {
  it("without rates nothing is reckoned", async () => {
    const { settings, values } = accepted(await folder.load(soundConfig));
    expect(settings.dependability).toBeNull();
    expect(values.some(({ path }) => path[0] === "dependability")).toBe(false);
  });

  it("replicas are k of n with one repair at a time: (5l + m) / (6 l^2)", async () => {
    const report = await reportOf("{ replica: { mttf: 1000h, repair: 10h } }");
    const [l, m] = [1 / 1_000, 1 / 10];
    expect(report).toMatchObject({ missionHours: year, coverage: 1, beta: 0 });
    expect(report.parts).toHaveLength(1);
    const [replicas] = report.parts;
    expect(replicas).toMatchObject({ part: "replicas", needed: [2, 3] });
    expect(replicas?.mttfHours).toBeCloseTo((5 * l + m) / (6 * l * l), 6);
    expect(report.whole.mttfHours).toBeCloseTo((5 * l + m) / (6 * l * l), 1);
    expect(report.simplex.mttfHours).toBeCloseTo(1_000, 9);
    expect(report.simplex.availability).toBeCloseTo(availability(1_000, 10), 12);
    expect(report.sensorsWithoutRates).toEqual(["temperature"]);
  });

  it("without repair they are TMR, and there is no availability", async () => {
    const report = await reportOf("{ replica: { mttf: 1y }, mission: 100h }");
    const [replicas] = report.parts;
    expect(1 - (replicas?.failsInMission ?? 1)).toBeCloseTo(tmr(reliability(1 / year, 100)), 12);
    expect(replicas?.mttfHours).toBeCloseTo((5 / 6) * year, 6);
    expect(report.whole.availability).toBeNull();
    expect(report.simplex.availability).toBeNull();
  });

  it("a channel has its own rate and its replica's", async () => {
    const section =
      "{ replica: { mttf: 2y }, channel: { mttf: 9y }, " +
      "sensors: { temperature: { mttf: 2y } }, mission: 100h }";
    const { parts, whole, simplex } = await reportOf(section);
    expect(parts.map(({ part }) => part)).toEqual(["replicas", "sensor temperature"]);
    const both = tmr(reliability(1 / year, 100));
    expect(1 - (parts[1]?.failsInMission ?? 1)).toBeCloseTo(both, 12);
    const replicas = tmr(reliability(1 / (2 * year), 100));
    expect(1 - whole.failsInMission).toBeCloseTo(replicas * both, 12);
    expect(simplex.mttfHours).toBeCloseTo(year, 6);
    // By all combinations of boards and channels: the product errs on the safe side.
    expect(1 - whole.failsInMission).toBeLessThan(exactly(reliability(1 / (2 * year), 100)));
  });

  it("two channels are both needed, and one is one", async () => {
    const section = "{ replica: { mttf: 1y }, channel: { mttf: 1y } }";
    const two = "channels: { temperature: [{ node: a, channel: x }, { node: b, channel: x }] }\n";
    const { parts } = await reportOf(section, two);
    expect(parts[1]).toMatchObject({ needed: [2, 2], mttfHours: expect.closeTo(year / 4, 6) });
    const one = "channels: { temperature: [{ node: a, channel: x }] }\n";
    const alone = await reportOf(section, one);
    expect(alone.parts[1]).toMatchObject({
      needed: [1, 1],
      mttfHours: expect.closeTo(year / 2, 6),
    });
  });

  it("a node that has too many channels is needed by itself", async () => {
    const section = "{ replica: { mttf: 1y }, channel: { mttf: 1y } }";
    const channels =
      "channels: { temperature: [{ node: a, channel: x }, { node: a, channel: y }, " +
      "{ node: b, channel: x }] }\n";
    const { parts } = await reportOf(section, channels);
    expect(parts.map(({ part }) => part)).toEqual([
      "replicas",
      "sensor temperature",
      "a, for temperature",
    ]);
    expect(parts[2]).toMatchObject({ needed: [1, 1], mttfHours: expect.closeTo(year, 6) });
  });

  it("coverage and common cause make it worse, never better", async () => {
    const rates = "replica: { mttf: 5y, repair: 24h }, channel: { mttf: 5y, repair: 24h }";
    const best = await reportOf(`{ ${rates} }`);
    const covered = await reportOf(`{ ${rates}, coverage: 0.9 }`);
    const common = await reportOf(`{ ${rates}, commonCause: 0.1 }`);
    for (const worse of [covered, common]) {
      expect(worse.whole.mttfHours).toBeLessThan(best.whole.mttfHours);
      expect(worse.whole.failsInMission).toBeGreaterThan(best.whole.failsInMission);
      expect(worse.whole.availability).toBeLessThan(best.whole.availability ?? 0);
    }
  });

  it("the best and the worst that may be written are reckoned", async () => {
    const often = "{ mttf: 1h, repair: 1m }";
    const extreme = await reportOf(`{ replica: ${often}, channel: ${often}, mission: 100y }`);
    expect(extreme.whole.failsInMission).toBeCloseTo(1, 9);
    const never = "{ mttf: 1000000000000h, repair: 1m }";
    const ideal = await reportOf(`{ replica: ${never}, channel: ${never}, mission: 1h }`);
    expect(ideal.whole.failsInMission).toBeLessThan(1e-20);
    expect(ideal.whole.mttfHours).toBeGreaterThan(1e20);
  });

  it.each([
    ["{ mission: 1y }", "dependability.replica: missing"],
    ["{ replica: { mttf: 5 } }", "dependability.replica.mttf: expected a time such as 24h"],
    ["{ replica: { mttf: 30m } }", "dependability.replica.mttf: expected .* from 1h to 1.1e8y"],
    ["{ replica: { mttf: 5y, repair: 2y } }", "replica.repair: expected .* from 1m to 1y"],
    ["{ replica: { mttf: 5y }, mission: 101y }", "mission: expected .* from 1h to 100y"],
    ["{ replica: { mttf: 5y }, coverage: 1.1 }", "coverage: expected a number from 0 to 1"],
    ["{ replica: { mttf: 5y }, sensors: { heat: { mttf: 5y } } }", "the name of a sensor"],
    ["{ replica: { mttf: 5y, repairs: 1d } }", 'did you mean "repair"'],
  ])("%s is refused", async (section, message) => {
    const load = await folder.load(`${soundConfig}dependability: ${section}\n`);
    expect(problemLines(load)).toEqual([expect.stringMatching(message)]);
  });
});

/** Two boards must work, and two channels on boards that work; all parts survive with `part`. */
function exactly(part: number): number {
  let sum = 0;
  for (let parts = 0; parts < 64; parts += 1) {
    const works = [0, 1, 2, 3, 4, 5].map((bit) => ((parts >> bit) & 1) === 1);
    const boards = works.slice(0, 3);
    const channels = boards.filter((board, index) => board && works[index + 3] === true);
    if (boards.filter((board) => board).length < 2 || channels.length < 2) continue;
    sum += works.reduce((product, one) => product * (one ? part : 1 - part), 1);
  }
  return sum;
}
