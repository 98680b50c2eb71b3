/** The three versions of the boiler's controller: do they compute the same, and regulate? */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { isBuilt, startNode } from "../host/support/built.js";

interface Input {
  readonly temperature: number;
  readonly integral: number;
  readonly step: number;
}

interface Output {
  readonly duty: number;
  readonly integral: number;
  readonly mode: string;
}

const folder = "examples/n-version";

async function load(name: string): Promise<(input: Input) => Output> {
  const href = pathToFileURL(resolve(folder, `${name}.mjs`)).href;
  const module = (await import(href)) as { readonly compute: (input: Input) => Output };
  return module.compute;
}

/** From far below the set point to far above, with all that the integral may have learned. */
const inputs: readonly Input[] = Array.from({ length: 400 }, (_, index) => 40 + index * 0.1037)
  .flatMap((temperature) => [0, 0.19, 0.5, 1].map((integral) => ({ temperature, integral })))
  .map((input) => ({ ...input, step: 0.1 }));

describe("the three versions of the example", () => {
  it("agree within a thousandth, and on the mode but right at a limit", async () => {
    const versions = await Promise.all(["ideal-gain", "whole-numbers", "by-cases"].map(load));
    const modes = new Set<string>();
    for (const input of inputs) {
      const [first, ...others] = versions.map((compute) => compute(input)) as [
        Output,
        Output,
        Output,
      ];
      modes.add(first.mode);
      const isAtLimit = Math.min(first.duty, 1 - first.duty) < 1e-4 && first.mode === "regulating";
      for (const other of others) {
        expect(Math.abs(other.duty - first.duty)).toBeLessThan(1e-3);
        expect(Math.abs(other.integral - first.integral)).toBeLessThan(1e-3);
        if (!isAtLimit) expect(other.mode, JSON.stringify(input)).toBe(first.mode);
      }
    }
    expect(modes).toEqual(new Set(["full", "regulating", "off"]));
  });

  it("are not that of forgets-the-limit, which is right near the set point only", async () => {
    const [right, wrong] = [await load("ideal-gain"), await load("forgets-the-limit")];
    const near = { temperature: 59.5, integral: 0.19, step: 0.1 };
    expect(wrong(near)).toEqual(right(near));
    expect(wrong({ ...near, temperature: 20 }).duty).toBeGreaterThan(1);
  });
});

describe.skipIf(!isBuilt(["src/host/n-version/open-versions.js"]))("hold.mjs", () => {
  const hold = (...words: string[]) => startNode([`${folder}/hold.mjs`, ...words]).ended;

  it("comes to the set point with three versions that agree", async () => {
    const { code, stdout } = await hold();
    expect(code).toBe(0);
    expect(stdout).toContain("3 of 3 versions agree");
    expect(stdout).toMatch(/after a minute: (59\.9|60\.\d) degC\n$/);
  });

  it("comes there with one that has a bug, which is outvoted and says so", async () => {
    const { code, stdout } = await hold("forgets-the-limit");
    expect(code).toBe(0);
    expect(stdout).toContain(
      "forgets-the-limit disagrees: if the two share a fault, this is wrong",
    );
    expect(stdout).toMatch(/after a minute: (59\.9|60\.\d) degC\n$/);
  });
});
