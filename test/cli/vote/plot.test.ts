/** The picture of a voted recording: what is in it, and that nothing is missing from it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tones } from "../../../src/cli/plot/colours.js";
import { run } from "../support/captured-io.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-plot-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const recording = (count: number, b: (row: number) => number | ""): string => {
  const rows = Array.from({ length: count }, (_, row) => `${row * 60},20,${b(row)},20.2`);
  return `time_s,a,b,c\n${rows.join("\n")}\n`;
};

const healthy = recording(60, () => 20.1);

/** @returns the SVG of `holdfast vote` on the recording */
async function plot(csv: string, ...flags: string[]): Promise<string> {
  writeFileSync(join(folder, "r.csv"), csv);
  const result = await run(["vote", "r.csv", "--plot", "r.svg", ...flags], { cwd: folder });
  expect(result.stderr).not.toContain("error:");
  return readFileSync(join(folder, "r.svg"), "utf8");
}

const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text);

/** Bars of a strip: the legend's own sample of the colour is not one of them. */
const barsOf = (svg: string, colour: string): number => {
  const shapes = [...svg.matchAll(/<(?:path|rect)[^>]*fill="([^"]+)"[^>]*>/g)];
  return Math.max(0, shapes.filter(([, fill]) => fill === colour).length - 1);
};

describe("holdfast vote --plot (PLOT-1)", () => {
  it("names file, voter, channels, axes, and what was injected", async () => {
    const svg = await plot(healthy, "--inject", "offset=5@20..40:b");
    expect(svg).toMatch(/^<svg [^>]*>\n<title>holdfast vote r\.csv<\/title>/);
    const texts = textsOf(svg);
    expect(texts).toContain("What mid-value says of r.csv, tolerance 0.75");
    expect(texts).toEqual(expect.arrayContaining(["channel a", "channel b", "channel c"]));
    expect(texts).toEqual(expect.arrayContaining(["voted value", "vote", "a", "b", "c"]));
    expect(texts).toContain("value (unit of the sensor)");
    expect(texts).toContain("time since the first row, in minutes (rows 0 to 59)");
    expect(texts).toEqual(expect.arrayContaining(["injected fault", "offset=5@20..40:b"]));
    expect(texts.join(" ")).toContain("20 faulty rows: 20 masked, 0 missed, 0 without a value");
  });

  it("has one bar for each exclusion, with its reason, and none where there is none", async () => {
    const twice = await plot(
      healthy,
      "--inject",
      "offset=5@10..20:b",
      "--inject",
      "offset=5@45..55:a",
    );
    expect(barsOf(twice, tones.bad)).toBe(2);
    expect(textsOf(twice).filter((text) => /^(DISAGREE|BIAS)$/.test(text))).toHaveLength(2);
    const quiet = await plot(healthy);
    expect(barsOf(quiet, tones.bad)).toBe(0);
    expect(textsOf(quiet)).not.toContain("excluded");
    expect(textsOf(quiet)).not.toContain("injected fault");
  });

  it("shows each single row without data", async () => {
    const svg = await plot(recording(60, (row) => (row % 10 === 5 ? "" : 20.1)));
    expect(barsOf(svg, tones.silent)).toBe(6);
    expect(barsOf(svg, tones.fair)).toBe(6);
  });

  it("hides no exclusion in a recording with more rows than columns (PLOT-2)", async () => {
    const long = recording(30_000, (row) => 20 + (row % 2) / 100);
    const svg = await plot(
      long,
      "--inject",
      "offset=5@9000..9009:b",
      "--inject",
      "offset=5@20001..20007:a",
    );
    expect(barsOf(svg, tones.bad)).toBe(2);
    expect(svg.length).toBeLessThan(1_000_000);
  });

  it("draws the same bytes for the same command, whatever was drawn before (PLOT-3)", async () => {
    const first = await plot(healthy, "--inject", "noise=2@10..20:b");
    await plot(healthy);
    expect(await plot(healthy, "--inject", "noise=2@10..20:b")).toBe(first);
    expect(await plot(healthy, "--inject", "noise=2@10..20:b", "--seed", "2")).not.toBe(first);
  });

  it("does not change what is said on stdout", async () => {
    writeFileSync(join(folder, "r.csv"), healthy);
    const plain = await run(["vote", "r.csv"], { cwd: folder });
    expect(await run(["vote", "r.csv", "--plot", "r.svg"], { cwd: folder })).toEqual(plain);
  });

  it.each([
    ["one row", "t,a,b\n7,20,21\n"],
    ["one channel", "t,a\n0,20\n1,21\n"],
    ["times that stand still", "t,a,b,c\n7,1,1,1\n7,1,1,1\n"],
    ["no value at all", "t,a,b\n0,,\n1,,\n"],
    ["values of any size", "t,a,b,c\n0,1e308,-1e308,1e-300\n1,1e308,1e308,1e308\n"],
    ["a name of markup", "t,a<b>&,b\n0,1,1\n1,1,1\n"],
  ])("draws %s", async (_name, csv) => {
    const svg = await plot(csv);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg).not.toContain("a<b>&<");
    expect(textsOf(svg).length).toBeGreaterThan(5);
  });

  it("says before the first row where nothing can be written (exit 4)", async () => {
    writeFileSync(join(folder, "r.csv"), healthy);
    mkdirSync(join(folder, "taken.svg"));
    for (const name of ["none/p.svg", "taken.svg"]) {
      const { code, stdout, stderr } = await run(["vote", "r.csv", "--plot", name], {
        cwd: folder,
      });
      expect(stderr).toContain(`--plot ${name}: cannot be written: `);
      expect(code).toBe(4);
      expect(stdout).toBe("");
    }
  });
});
