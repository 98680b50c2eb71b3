/** `holdfast vote` on two recorded triples of temperature sensors, with and without faults. */
import { expect, it } from "vitest";
import { describeShared, sharedPath } from "../../support/shared-files.js";
import { run } from "../support/captured-io.js";
import { reportOf } from "../support/vote-report.js";

const triples = ["data/library-triple-8-18-19.csv", "data/library-triple-3-4-5.csv"] as const;

const channelsOf = {
  "data/library-triple-8-18-19.csv": ["mote8", "mote18", "mote19"],
  "data/library-triple-3-4-5.csv": ["mote3", "mote4", "mote5"],
} as const;

const voteTriple = async (name: string, ...faults: string[]) => {
  const flags = faults.flatMap((fault) => ["--inject", fault]);
  const result = await run(["vote", sharedPath(name), "--json", ...flags]);
  expect(result.stderr).toBe("");
  return reportOf(result);
};

describeShared("holdfast vote on recorded triples, with default settings", triples, () => {
  it.each(triples)("%s: a value wherever two are present, and no alarm", async (name) => {
    const { rows, summary } = await voteTriple(name);
    expect(rows).toHaveLength(1_595);
    for (const row of rows) {
      const missing = row.excluded.filter(({ reason }) => reason === "NO_DATA").length;
      expect(row.value === null, `t=${row.t}`).toBe(missing >= 2);
    }
    expect(summary).toMatchObject({ alarms: [], falseAlarms: 0 });
  });

  it("a stuck sensor is named, and masked while the others move", async () => {
    const { rows, summary } = await voteTriple(triples[0], "stuck@400..700:mote18");
    expect(summary.alarms).toMatchObject([{ channel: "mote18", reason: "STUCK", count: 1 }]);
    expect(summary.falseAlarms).toBe(0);
    const [named] = summary.isolated;
    expect(named?.row).toBeGreaterThanOrEqual(400);
    expect(named?.row).toBeLessThan(700);
    // The value moves with the others and stays among them.
    const values = rows.slice(400, 700).map(({ value }) => value ?? Number.NaN);
    const present = values.filter((value) => !Number.isNaN(value));
    expect(Math.max(...present) - Math.min(...present)).toBeGreaterThan(0.2);
    expect(summary.largestError?.error).toBeLessThan(0.29);
    expect(summary.readmitted).toMatchObject([{ channel: "mote18" }]);
  });
});

describeShared("holdfast vote with one large fault on a recorded triple", triples, () => {
  const large = [
    "offset=1.5",
    "offset=-1.5",
    "offset=+5",
    "drift=0.02/min",
    "drift=-0.1/min",
    "noise=3",
    "garbage",
  ];
  const cases = triples.flatMap((name) =>
    channelsOf[name].flatMap((channel) => large.map((fault) => [name, channel, fault] as const)),
  );

  it.each(cases)("%s, %s, %s: isolated, masked, re-admitted", async (name, channel, fault) => {
    const { summary } = await voteTriple(name, `${fault}@400..700:${channel}`);
    expect(summary.falseAlarms).toBe(0);
    expect(summary.injected[0]?.isolated).toMatchObject({ channel });
    // What a wrong value is called is the business of channel health; silent it was not.
    const reasons = ["DISAGREE", "BIAS", "DRIFT", "NOISY", "RATE_LIMIT", "ERROR_DENSITY"];
    expect(reasons).toContain(summary.injected[0]?.isolated?.reason);
    expect(summary.readmitted.at(-1)).toMatchObject({ channel });
    expect(summary.readmitted.at(-1)?.row).toBeGreaterThanOrEqual(700);
    // Two that are left may stand half the tolerance apart from their mean, never more.
    expect(summary.largestError?.error).toBeLessThanOrEqual(0.75 / 2);
  });

  const small = ["offset=1", "offset=-1", "spike=30", "spike=30/3", "dropout", "delay=3"];
  const blameless = triples.flatMap((name) =>
    channelsOf[name].flatMap((channel) => small.map((fault) => [name, channel, fault] as const)),
  );

  it.each(blameless)("%s, %s, %s: nobody healthy is blamed", async (name, channel, fault) => {
    const { summary } = await voteTriple(name, `${fault}@100..1500:${channel}`);
    expect(summary.falseAlarms).toBe(0);
    expect(summary.injected[0]?.changed).toBeGreaterThan(0);
  });
});

describeShared("holdfast vote with faults of time, or two at once", triples, () => {
  it("a delayed sensor that says so is stale; one that lies about it is masked", async () => {
    const honest = await voteTriple(triples[0], "delay=3@400..700:mote8");
    expect(honest.summary.alarms).toMatchObject([{ reason: "STALE_TIMESTAMP" }]);
    const lying = await voteTriple(triples[0], "restamp=3@400..700:mote8");
    expect(lying.summary.largestError?.error).toBeLessThan(0.29);
  });

  it.each([
    ["offset=+3@400..700", "offset=-3@400..700"],
    ["offset=+3@400..700", "offset=+6@400..700"],
    ["garbage@400..700", "offset=+5@400..700"],
  ])("two at once, %s and %s: no majority, and no wrong value", async (first, second) => {
    const { rows, summary } = await voteTriple(triples[0], `${first}:mote8`, `${second}:mote19`);
    // Garbage may by chance agree with somebody, in one row of a thousand.
    const faulty = rows.slice(400, 700).filter(({ excluded }) => excluded.length === 0);
    expect(faulty.length).toBeGreaterThan(200);
    const valued = faulty.filter(({ value }) => value !== null);
    expect(valued.length).toBeLessThanOrEqual(1);
    expect(summary.largestError?.error).toBeLessThanOrEqual(0.75);
    expect(summary.isolated.filter(({ row }) => row >= 720)).toEqual([]);
  });

  it("the same command gives the same bytes", async () => {
    const twice = ["vote", sharedPath(triples[0]), "--inject", "noise=2@100..200:mote8"];
    expect(await run(twice)).toEqual(await run(twice));
    const other = await run([...twice, "--seed", "2"]);
    expect(other.stdout).not.toBe((await run(twice)).stdout);
  });
});
