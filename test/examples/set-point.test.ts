/** The example with a set point in the log: its commands, and what control makes of them. */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { app } from "../../examples/set-point/app.js";
import { loadConfig } from "../../src/config/load.js";
import type { VotedInput } from "../../src/control/app.js";
import { runApp } from "../../src/control/app-runner.js";
import { appCommandsOf } from "../../src/control/replicated/app-commands.js";
import { millis } from "../../src/kernel/time.js";
import type { Plain } from "../../src/replication/service/ports.js";

const commands = appCommandsOf(app);

function heater(replicated: Plain, temperature: VotedInput, state: unknown = app.initial): number {
  const inputs = { temperature };
  const answer = runApp(app, state, { cycle: 1, step: millis(100), inputs, replicated });
  if (!answer.ok) throw new Error(answer.message);
  return answer.commands.get("heater") ?? Number.NaN;
}

const seen = (value: number): VotedInput => ({ value, status: "ok" });

describe("the example with a set point in the log", () => {
  it("heats to the set point that stands in the replicated state", () => {
    expect(heater(commands.initial, seen(59))).toBeCloseTo(0.15);
    expect(heater({ setPoint: 65, mode: "auto", changes: 1 }, seen(59))).toBeCloseTo(0.9);
    expect(heater({ setPoint: 65, mode: "off", changes: 2 }, seen(59))).toBe(0);
    expect(heater(commands.initial, { value: null, status: "insufficient" })).toBe(0);
  });

  it("changes it by commands, and counts the changes", () => {
    const first = commands.apply(commands.initial, "setPoint", 65);
    expect(first).toEqual({
      ...{ ok: true, result: 60 },
      state: { setPoint: 65, mode: "auto", changes: 1 },
    });
    const second = commands.apply(first.ok ? first.state : null, "mode", "off");
    expect(second).toMatchObject({ result: "auto", state: { mode: "off", changes: 2 } });
  });

  it.each<[string, Plain]>([
    ["setPoint", 95],
    ["setPoint", "hot"],
    ["setPoint", null],
    ["mode", "on"],
  ])("refuses %s %j", (name, argument) => {
    expect(commands.apply(commands.initial, name, argument)).toMatchObject({
      ...{ ok: false, reason: "app-refused" },
    });
  });

  it.runIf(existsSync("dist/examples/set-point/app.js"))("has a config that is sound", async () => {
    const load = await loadConfig("examples/set-point/holdfast.yaml", { env: {} });
    if (!load.ok) throw new Error(load.problems.map(({ message }) => message).join("; "));
    expect(load.warnings).toEqual([]);
    expect(load.settings.cluster.app.name).toBe(app.name);
    expect(load.settings.cluster.state?.group.size).toBe(3);
  });
});
