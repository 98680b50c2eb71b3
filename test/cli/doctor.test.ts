/** `holdfast doctor` on this machine, and its text for others. */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unmetNeeds } from "../../src/cli/doctor/needs.js";
import { doctorText, wrapped } from "../../src/cli/doctor/text.js";
import { examine } from "../../src/host/doctor/doctor.js";
import { bareVm, FakeMachine, pi4 } from "../host/doctor/support/fake-machine.js";
import { goodTrials, refusedTrials } from "../host/doctor/support/good-trials.js";
import { testFolder } from "../host/support/folder.js";
import { jsonOf, run } from "./support/captured-io.js";

const own = { architecture: "arm64", node: "20.19.0" };
const plain = (_tone: string, text: string): string => text;

describe("the text (DOCTOR-3)", () => {
  it.each([
    ["Raspberry Pi 4", pi4],
    ["bare machine", bareVm],
  ])("of a %s fits 80 columns, and names what to do", (_, parts) => {
    const report = examine(new FakeMachine(parts), refusedTrials, own, {});
    const text = doctorText(report, ["watchdog.device /dev/watchdog0: there is none"], plain);
    const prose = text.split("\n").filter((line) => !line.trimStart().startsWith("> "));
    for (const line of prose) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toContain("\n          > LimitRTPRIO=80");
    expect(text).toContain("  missing no SCHED_FIFO: not permitted (EPERM)");
    expect(text).toContain("The config needs what is not here\n  watchdog.device");
  });

  it("wraps between words only", () => {
    expect(wrapped("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrapped("somethinglong x", 4)).toEqual(["somethinglong", "x"]);
  });
});

describe("what a config needs (DOCTOR-4)", () => {
  const machine = new FakeMachine(pi4);
  const needsOf = (devices: readonly string[], trials = goodTrials) =>
    unmetNeeds(devices, examine(machine, trials, own, {}), machine);

  it("is nothing of the board with the thread alone", () => {
    expect(needsOf(["thread", "mock"])).toEqual([]);
  });

  it("is a device that is there and may be opened, and a disk that takes an fsync", () => {
    expect(needsOf(["/dev/watchdog1"])[0]).toContain("there is no such device");
    expect(needsOf(["/dev/watchdog0"])[0]).toContain("may not open it");
    expect(needsOf([], { ...goodTrials, storage: refusedTrials.storage })).toEqual([
      "stateDir: /: EROFS",
    ]);
  });
});

describe("on this machine", () => {
  it("reports as JSON, and leaves nothing in the folder that it measured", async () => {
    const folder = await testFolder();
    const result = await run(["doctor", "--json", "--state-dir", folder]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    const report = jsonOf(result);
    expect(Object.keys(report)[0]).toBe("schema");
    expect(report).toMatchObject({
      schema: "holdfast.doctor/1",
      machine: { architecture: process.arch },
      clock: { timer: { samples: 100 } },
      storage: { folder, fsync: { ok: true } },
      needs: [],
    });
    expect(await readdir(folder)).toEqual([]);
  }, 30_000);

  it("ends with 1 where what the config needs is not here, and with 2 without one", async () => {
    expect(await run(["doctor", "--strict"])).toMatchObject({ code: 2, stdout: "" });
    const folder = await testFolder();
    const lines = [
      "cluster: alone",
      "key: 00112233445566778899aabbccddeeff",
      "app: app.mjs",
      "board: { kind: mock }",
      'nodes: [{ id: a, address: "127.0.0.1:7101" }]',
      "watchdog: { device: /dev/watchdog97 }",
    ];
    await writeFile(join(folder, "holdfast.yaml"), `${lines.join("\n")}\n`, { mode: 0o600 });
    const app = "export const app = { name: 'a', sensors: {}, outputs: {}, initial: 0,";
    await writeFile(
      join(folder, "app.mjs"),
      `${app} control: () => ({ state: 0, commands: {} }) };`,
    );
    const words = ["doctor", "--config", "holdfast.yaml"];
    const result = await run([...words, "--strict"], { cwd: folder });
    expect(result.code, result.stderr).toBe(1);
    expect(result.stdout).toContain("watchdog.device /dev/watchdog97: there is no such device");
    expect((await run(words, { cwd: folder })).code).toBe(0);
  }, 30_000);
});
