import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { readRate, readShare, withAdviceFlags } from "../../src/cli/compare/advice-flags.js";
import { type AdviceReport, advise } from "../../src/cli/compare/detector-advice.js";
import { CliFailure } from "../../src/cli/exit.js";
import { parseDuration } from "../../src/config/quantity.js";
import { nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { micros } from "../../src/kernel/time.js";
import { clusterCode, frameKinds, writeNumber, writeSource } from "../../src/wire/envelope.js";
import { testFolder } from "../host/support/folder.js";
import { record, recordCourse } from "../replay/support.js";
import { networkDelay } from "../support/bench-cluster.js";
import { capturedIo } from "./support/captured-io.js";

async function run(flags: readonly string[], cwd = "/") {
  const { io, written } = capturedIo({ cwd });
  const command = withAdviceFlags(new Command("detector"))
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action((options) => advise(io, options));
  const thrown: unknown = await command
    .parseAsync([...flags], { from: "user" })
    .then(() => null)
    .catch((error: unknown) => error);
  return { ...written(), thrown, name: thrown instanceof Error ? thrown.name : null };
}

async function reportOf(flags: readonly string[], cwd?: string): Promise<AdviceReport> {
  const { stdout } = await run([...flags, "--json"], cwd);
  const { schema, port, advice } = JSON.parse(stdout);
  expect([schema, port]).toEqual(["holdfast.compare/1", "detector"]);
  return advice;
}

const stated = ["--loss", "1%", "--jitter", "5ms", "--within", "300ms"];

describe("compare detector --advise, with figures that are stated", () => {
  it("ADVICE-15: says what to set, how often it is mistaken, and how soon it detects", async () => {
    const { stdout, name } = await run(stated);
    expect(name).toBeNull();
    expect(stdout).toContain("3 nodes, a crash suspected within 300ms, a false alarm once in 1y");
    expect(stdout).toContain("timing: { heartbeat: 58ms, suspectAfter: 295ms }\n");
    expect(stdout).toContain("detection: { detector: all-to-all }\n");
    expect(stdout).toMatch(/\na false alarm once in +1\.93y /);
    expect(stdout).toMatch(/\nat most +300ms +300ms \(99\.9 %\)\n/);
    expect(stdout).toContain("swim: mistaken so seldom it needs 6 relays, and there are 1\n");
  });

  it("ADVICE-15: the lines for the config are times that the config reads", async () => {
    const { stdout } = await run([...stated, "--nodes", "30"]);
    const times = [...stdout.matchAll(/(?:heartbeat|suspectAfter|period|ackTimeout): ([^,\s]+)/g)];
    expect(times).toHaveLength(4);
    for (const [, time] of times) expect(parseDuration(time)).toMatchObject({ ok: true });
  });

  it("ADVICE-15: as JSON, with the numbers that the text is made of", async () => {
    const { heartbeat, swim, wishes, links } = await reportOf([...stated, "--nodes", "20"]);
    expect(wishes.nodes).toBe(20);
    expect(links).toMatchObject([{ peer: null, loss: 0.01, late999: 5_000 }]);
    expect(heartbeat.unmet).toEqual([]);
    expect(swim.unmet).toEqual([]);
    expect(swim.settings?.relays).toBeGreaterThan(1);
  });

  it("ADVICE-15: where nothing fulfils all wishes, the verdict is bad, and told", async () => {
    const hopeless = ["--loss", "50%", "--jitter", "20ms", "--within", "100ms"];
    const { stdout, name } = await run(hopeless);
    expect(name).toBe("BadVerdict");
    expect(stdout).toMatch(/all-to-all: mistaken so seldom it needs 7\d\dms to detect a crash\n/);
    expect(stdout).toMatch(/swim: what is late cannot be told from what is gone so soon/);
  });

  it("wants to know what the link does", async () => {
    const { thrown } = await run(["--loss", "1%"]);
    expect(thrown).toBeInstanceOf(CliFailure);
    expect(String(thrown)).toContain("--loss and --jitter, or --from");
  });

  it.each(["1", "0/y", "1/w", "-1/y", "1/", "x/y", "1e9/y"])("refuses the rate %s", (text) => {
    expect(() => readRate(text)).toThrow("Expected a rate");
  });

  it("reads rates and shares as people write them", () => {
    expect(readRate("1/y") * 31_536_000).toBeCloseTo(1, 12);
    expect(readRate("0.1/y") * 315_360_000).toBeCloseTo(1, 12);
    expect(readRate("2/h")).toBeCloseTo(2 / 3_600, 12);
    expect(["2%", "0.02", "2 %"].map(readShare)).toEqual([0.02, 0.02, 0.02]);
    for (const text of ["101%", "-1", "", "1.5", "%"]) expect(() => readShare(text)).toThrow();
  });

  it("adds no flag that the command has", () => {
    const command = new Command("detector").option("--nodes <n>", "mine").option("--json", "mine");
    const flags = withAdviceFlags(command).options.map(({ long }) => long);
    expect(new Set(flags).size).toBe(flags.length);
    expect(command.options[0]?.description).toBe("mine");
  });
});

describe("compare detector --advise, with a recording", () => {
  /** Frames to `n1` are lost by dice, and late by up to 4 ms; the beat is 50 ms. */
  async function recorded(loss: number, ms: number) {
    const dice = new Prng(4);
    const cwd = await testFolder();
    const { text } = recordCourse((cluster) => {
      cluster.drop = (_source, target) => target === "n1" && dice.chance(loss);
      cluster.delay = () => micros(networkDelay + dice.below(4_000));
      cluster.run(ms);
    });
    await writeFile(join(cwd, "a.ndjson"), text);
    return cwd;
  }

  it("ADVICE-15: measures each peer without a key, and advises by the worst", async () => {
    const cwd = await recorded(0.1, 40_000);
    const { links, heartbeat, source } = await reportOf(["--from", "a.ndjson"], cwd);
    expect(source).toBe("a.ndjson, heard by n1");
    expect(links.map(({ peer }) => peer)).toEqual(["n2", "n3"]);
    for (const link of links) {
      const beats = link.beats ?? 0;
      expect(beats).toBeGreaterThan(700);
      // Binomial: four standard deviations.
      expect(Math.abs(link.loss - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / beats));
      expect(link.period).toBeGreaterThan(49_000);
      expect(link.period).toBeLessThan(51_000);
      expect(link.lateMax).toBeLessThan(4_500);
      expect(link.lateMax).toBeGreaterThan(2_000);
    }
    expect(heartbeat.settings?.latenessBorne).toBeLessThan(5_000);
    expect(heartbeat.unmet).toEqual([]);
  });

  it("ADVICE-15: a link without faults needs fewer beats than one that loses", async () => {
    const quiet = await reportOf(["--from", "a.ndjson"], await recorded(0, 20_000));
    const lossy = await reportOf(["--from", "a.ndjson"], await recorded(0.2, 20_000));
    expect(quiet.links.map(({ loss }) => loss)).toEqual([0, 0]);
    const periodOf = ({ heartbeat }: AdviceReport) => heartbeat.settings?.period ?? 0;
    expect(periodOf(quiet)).toBeGreaterThan(periodOf(lossy));
  });

  it("ADVICE-15: what the node refused as forged is not counted", async () => {
    const cwd = await testFolder();
    const forged = new Uint8Array(60).fill(1);
    writeSource(forged, clusterCode("bench"), 1, "n2");
    writeNumber(forged, frameKinds.heartbeat, "everyone", 2 ** 40);
    const { text } = recordCourse((cluster) => {
      cluster.run(3_000);
      cluster.feed(nodeId("n1"), { kind: "datagram", bytes: forged });
      cluster.run(3_000);
    });
    expect(text).toContain("report refused reason=bad-tag");
    await writeFile(join(cwd, "a.ndjson"), text);
    const { links } = await reportOf(["--from", "a.ndjson"], cwd);
    expect(links.map(({ loss }) => loss)).toEqual([0, 0]);
  });

  it.each([
    ["of no recording", "t,a\n1,2\n", "a.ndjson:1: expected a header"],
    ["with a line that is none", null, "a.ndjson:3: expected"],
  ])("refuses a file %s, with its line", async (_what, given, expected) => {
    const cwd = await testFolder();
    const text = given ?? `${record(300).lines.slice(0, 2).join("")}rubbish\n`;
    await writeFile(join(cwd, "a.ndjson"), text);
    const { thrown } = await run(["--from", "a.ndjson"], cwd);
    expect(thrown).toBeInstanceOf(CliFailure);
    expect(String(thrown)).toContain(expected);
  });

  it("refuses a recording without enough beats, and a file that is not there", async () => {
    const cwd = await testFolder();
    await writeFile(join(cwd, "a.ndjson"), record(300).text);
    expect(String((await run(["--from", "a.ndjson"], cwd)).thrown)).toContain("beats of a peer");
    expect(String((await run(["--from", "b.ndjson"], cwd)).thrown)).toContain("ENOENT");
  });
});
