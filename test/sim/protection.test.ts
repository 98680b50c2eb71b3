/**
 * What end-to-end protection sees of what goes wrong behind the tags, and its twin without it: the
 * same fault is a wrong value then, and only the vote is left.
 */
import { describe, expect, it } from "vitest";
import type { WriteResult } from "../../boards/board.js";
import { e2eProfileNames } from "../../src/codes/e2e/stream.js";
import { defineApp } from "../../src/control/app.js";
import { type Protection, unprotected } from "../../src/control/protection/protection.js";
import { type Instant, seconds } from "../../src/kernel/time.js";
import { makeMockSite } from "../../src/sim/mock-site.js";
import type { SimReport } from "../../src/sim/report.js";
import type { RunOptions, Site } from "../../src/sim/run.js";
import type { EventPattern, Expectation, FaultAction, Scenario } from "../../src/sim/scenario.js";
import { type a, b, c, once, quiet, run } from "./support/scenarios.js";
import { ToyBoard, toyApp } from "./support/site.js";

const node = (id: typeof a) => ({ kind: "node", node: id }) as const;
const full: Protection = { samples: "P07", commands: "P04" };

const expected = (event: EventPattern["event"], reason: string, by: "all" | "target") =>
  ({
    kind: "happens",
    pattern: {
      ...{ event, reason, sensor: null, channel: by === "all" ? "target" : null },
      ...{ peer: null, path: null, direction: null },
    },
    after: "fault",
    within: seconds(1),
    by,
  }) as const;

function under(
  protection: Protection,
  action: FaultAction,
  expectations: readonly Expectation[],
  options: Partial<RunOptions> = {},
): SimReport {
  const faults = [once("fault", action, seconds(3), seconds(2))];
  const duration = seconds(7);
  const scenario: Scenario = {
    ...quiet,
    duration,
    protection,
    faults,
    expectations,
    invariants: [],
  };
  return run(scenario, options);
}

const corruptSamples = { kind: "corrupt-samples", node: node(c), sensor: "temperature" } as const;

describe("a bit that flips in samples on their way, within the tag", () => {
  it.each(e2eProfileNames)("PROT-4: is CORRUPT to all readers under %s", (samples) => {
    const corrupt = expected("channel-excluded", "CORRUPT", "all");
    const report = under({ samples, commands: null }, corruptSamples, [corrupt]);
    expect(report).toMatchObject({ verdict: "passed", expectations: [{ outcome: "met" }] });
  });

  it("is a wrong value where samples are not protected, and outvoted", () => {
    const wrong = expected("channel-excluded", "BIAS", "all");
    const report = under(unprotected, corruptSamples, [wrong]);
    expect(report).toMatchObject({ verdict: "passed", expectations: [{ outcome: "met" }] });
    const corrupt = expected("channel-excluded", "CORRUPT", "all");
    expect(under(unprotected, corruptSamples, [corrupt]).verdict).toBe("failed");
  });

  it("PROT-10: does no harm to two channels of three, which would outvote the right one", () => {
    const faults = [b, c].map((id) =>
      once(`at ${id}`, { ...corruptSamples, node: node(id) }, seconds(4), seconds(3)),
    );
    const farValues = (protection: Protection): number[] => {
      const values: number[] = [];
      const app = defineApp({
        ...toyApp,
        control: (input) => {
          values.push(input.inputs["temperature"]?.value ?? 60);
          return toyApp.control(input);
        },
      });
      run({ ...quiet, protection, faults, invariants: [] }, { app });
      return values.filter((value) => value < 50 || value > 70);
    };
    expect(farValues(unprotected).length).toBeGreaterThan(100);
    expect(farValues(full)).toEqual([]);
  });
});

describe("samples that change places on their way", () => {
  const sensor = { unit: "1", min: 0, max: 1_000, tolerance: 2 };
  const app = defineApp({
    ...toyApp,
    sensors: { temperature: { ...sensor }, humidity: { ...sensor } },
  });
  const swap: FaultAction = {
    ...({ kind: "swap-samples", node: node(c) } as const),
    ...{ sensor: "temperature", other: "humidity" },
  };
  const options = { app, makeSite: makeMockSite };

  it.each(e2eProfileNames)("PROT-4: are a MASQUERADE under %s", (samples) => {
    const masquerade = expected("channel-excluded", "MASQUERADE", "all");
    const report = under({ samples, commands: null }, swap, [masquerade], options);
    expect(report.expectations).toMatchObject([{ outcome: "met" }]);
  });

  it("PROT-4: are not called CORRUPT, for they are whole", () => {
    const corrupt = expected("channel-excluded", "CORRUPT", "all");
    expect(under(full, swap, [corrupt], options).verdict).toBe("failed");
  });

  it("are not known for it where they are not protected", () => {
    const masquerade = expected("channel-excluded", "MASQUERADE", "all");
    expect(under(unprotected, swap, [masquerade], options).verdict).toBe("failed");
  });
});

/** Notes each value that its pin is given. */
class NotingBoard extends ToyBoard {
  readonly #values: number[];

  constructor(values: number[]) {
    super(() => 50);
    this.#values = values;
  }

  override write(now: Instant, output: string, value: number, until: Instant): WriteResult {
    this.#values.push(value);
    return super.write(now, output, value, until);
  }
}

describe("a bit that flips in commands between a node and its board", () => {
  const corruptCommands: FaultAction = {
    kind: "corrupt-commands",
    node: { kind: "driver" },
    output: "heater",
  };

  function pinUnder(protection: Protection, expectations: readonly Expectation[]) {
    const values: number[] = [];
    const makeSite = (): Site => ({
      plant: { truth: () => 50 },
      makeBoard: () => new NotingBoard(values),
    });
    return { values, report: under(protection, corruptCommands, expectations, { makeSite }) };
  }

  it.each(e2eProfileNames)("PROT-8: never reaches the pin, and is told, under %s", (commands) => {
    const refused = expected("write-refused", "corrupt-command", "target");
    const { values, report } = pinUnder({ samples: null, commands }, [refused]);
    expect(report.expectations).toMatchObject([{ outcome: "met" }]);
    expect(new Set(values)).toEqual(new Set([1]));
    // It is safe while the fault lasts, and driven again afterwards.
    expect(report.driven["heater"]).toBeGreaterThan(0.5);
    expect(report.driven["heater"]).toBeLessThan(0.65);
  });

  it("drives half of what was commanded where commands are not protected", () => {
    const { values, report } = pinUnder(unprotected, []);
    expect(new Set(values)).toEqual(new Set([1, 0.5]));
    expect(report.driven["heater"]).toBeGreaterThan(0.9);
  });
});

describe("a liar that makes its own samples", () => {
  it.each(["P01", "P07"] as const)(
    "is no matter of protection: %s is in order, the vote is left",
    (samples) => {
      const twoFaced = {
        kind: "two-faced",
        node: node(c),
        sensor: "temperature",
        spread: 60,
      } as const;
      const wrong = { ...expected("channel-excluded", "BIAS", "all"), by: "any" } as const;
      const report = under({ samples, commands: null }, twoFaced, [wrong]);
      expect(report.expectations).toMatchObject([{ outcome: "met" }]);
    },
  );
});
