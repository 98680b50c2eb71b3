import { describe, expect, it } from "vitest";
import { type DemoFlags, planOf } from "../../../src/cli/demo/flags.js";
import { CliFailure } from "../../../src/cli/exit.js";

const plain: DemoFlags = { cycle: "100ms", heartbeat: "50ms" };

function refusal(flags: Partial<DemoFlags>): [code: number, message: string] {
  try {
    planOf({ ...plain, ...flags }, "/");
  } catch (error) {
    if (error instanceof CliFailure) return [error.code, error.message];
    throw error;
  }
  throw new Error("it was not refused");
}

describe("the flags of the demo", () => {
  it("ask for an attended demo of the boiler when there are none", () => {
    expect(planOf(plain, "/")).toEqual({
      ...{ forMs: null, scripted: false, played: null, firmware: false, json: false },
      ...{ cycle: "100ms", heartbeat: "50ms", cycleMs: 100 },
    });
  });

  it("--firmware puts microcontrollers under the boiler, and under no recording", () => {
    const plan = planOf({ firmware: true }, "/");
    expect(plan).toMatchObject({ firmware: true, cycle: "200ms", heartbeat: "100ms" });
    expect(planOf({ firmware: true, cycle: "50ms" }, "/").cycleMs).toBe(50);
    const both = { ...plain, firmware: true, recording: "motes.csv" };
    expect(() => planOf(both, "/")).toThrow("--firmware: the microcontrollers measure the boiler");
  });

  it("ask for the script with a time, and for none with --quiet", () => {
    expect(planOf({ ...plain, for: "20s" }, "/")).toMatchObject({ forMs: 20_000, scripted: true });
    expect(planOf({ ...plain, for: "20s", quiet: true }, "/").scripted).toBe(false);
  });

  it("find a recording from where the person is, and call it by the person's name", () => {
    const { played } = planOf({ ...plain, recording: "a.csv", speed: "60" }, "/data");
    expect(played).toEqual({ file: "a.csv", path: "/data/a.csv", speed: 60 });
    expect(planOf({ ...plain, recording: "/b.csv" }, "/data").played).toMatchObject({ speed: 1 });
  });

  it.each<Partial<DemoFlags>>([
    { for: "x" },
    { for: "20" },
    { for: "0s" },
    { for: "1000h" },
    { cycle: "0ms" },
    { cycle: "1us" },
    { cycle: "1h" },
    { heartbeat: "-5ms" },
    { recording: "a.csv", speed: "0" },
    { recording: "a.csv", speed: "" },
    { recording: "a.csv", speed: "fast" },
    { speed: "2" },
    { quiet: true },
  ])("are refused with what was expected: %j", (flags) => {
    const [code, message] = refusal(flags);
    expect(code).toBe(2);
    expect(message).toMatch(/^--(for|cycle|heartbeat|speed|quiet).*(expected|only with)/);
  });
});
