/** The example of three bare Pis: it is checked as it is, and its app keeps what it says. */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { app } from "../../examples/bare-pi/app.js";
import type { PinBoardSettings } from "../../src/config/board-schema.js";
import { loadConfig } from "../../src/config/load.js";
import { wiringOf } from "../../src/config/wiring-settings.js";
import type { VotedInput } from "../../src/control/app.js";
import { runApp } from "../../src/control/app-runner.js";
import { boardSpecsOf } from "../../src/host/board-specs.js";
import { nodeId } from "../../src/kernel/ids.js";
import { millis } from "../../src/kernel/time.js";

const file = "examples/bare-pi/holdfast.yaml";
const isCompiled = existsSync("dist/examples/bare-pi/app.js");
if (!isCompiled) console.warn("SKIPPED, compile first (tsc -b): the config of the bare Pis");

describe("the bare Pi example", () => {
  it.skipIf(!isCompiled)("is a config without a problem or a warning", async () => {
    const load = await loadConfig(file, { env: {} });
    expect(load).toMatchObject({ ok: true, warnings: [] });
    if (!load.ok) return;
    const { cluster, board } = load.settings;
    for (const node of cluster.nodes) {
      const wiring = wiringOf(board as PinBoardSettings, node, boardSpecsOf(cluster, node));
      expect([...wiring.inputs]).toEqual([
        ["temperature", { kind: "analog", pin: "cpu", valid: null, scale: 1, offset: 0 }],
      ]);
      expect(wiring.outputs.size).toBe(0);
    }
    expect(cluster.nodes).toContain(nodeId("pi-2"));
  });

  it("remembers the hottest that was agreed on, and nothing of what was not", () => {
    let state = app.initial;
    const seen = (value: number): VotedInput => ({ value, status: "ok" });
    const blind: VotedInput = { value: null, status: "no-majority" };
    for (const [index, temperature] of [seen(48), seen(61.5), blind, seen(50)].entries()) {
      const cycle = index + 1;
      const inputs = { temperature };
      const answer = runApp(app, state, { cycle, step: millis(200), inputs, replicated: null });
      if (!answer.ok) throw new Error(answer.message);
      expect(answer.commands.size).toBe(0);
      state = answer.state;
    }
    expect(state).toEqual({ hottest: 61.5 });
  });
});
