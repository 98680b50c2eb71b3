/** The section `watchdog` of a config: its defaults, and what contradicts the times. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchdogInWords, watchdogReport } from "../../src/config/watchdog-words.js";
import { accepted, ConfigFolder, problemLines, soundConfig } from "./support/folder.js";

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
});
afterEach(() => folder.remove());

/** The section is on line 9, and what follows on the next. */
const load = (section: string, more = "") =>
  folder.load(`${soundConfig}watchdog: ${section}\n${more}`);

const settings = async (section: string, more = "") => accepted(await load(section, more)).settings;

const warnings = async (section: string, more = "") =>
  accepted(await load(section, more)).warnings.map(({ message }) => message);

describe("the watchdogs of a config", () => {
  it("WATCHDOG-CONFIG-1: an old config has the thread's, and perhaps systemd's", async () => {
    const { settings: old } = accepted(await folder.load(soundConfig));
    expect(old.watchdog).toEqual({
      ...{ devices: ["thread"], timeout: 15_000_000, pretimeout: 0 },
      ...{ onStop: "disarm", required: true, systemd: true },
    });
  });

  it("WATCHDOG-CONFIG-1: one device, several in a list or with commas, or none", async () => {
    const devices = async (text: string) =>
      (await settings(`{ device: ${text} }`)).watchdog.devices;
    expect(await devices("/dev/watchdog0")).toEqual(["/dev/watchdog0"]);
    expect(await devices("[thread, /dev/watchdog1]")).toEqual(["thread", "/dev/watchdog1"]);
    expect(await devices('"thread,mock , /dev/watchdog"')).toEqual([
      ...["thread", "mock", "/dev/watchdog"],
    ]);
    expect(await devices("none")).toEqual([]);
    const env = { HOLDFAST_WATCHDOG_DEVICE: "thread,/dev/watchdog0" };
    const { watchdog } = accepted(await folder.load(soundConfig, { env })).settings;
    expect(watchdog.devices).toEqual(["thread", "/dev/watchdog0"]);
  });

  it("WATCHDOG-CONFIG-2: the board's time follows from the thread's patience", async () => {
    const timeout = async (timing: string) =>
      (await settings("{ device: /dev/watchdog0 }", `timing: { ${timing} }`)).watchdog.timeout;
    expect(await timeout("watchdog: 5s")).toBe(15_000_000);
    expect(await timeout("watchdog: 5100ms")).toBe(16_000_000);
    expect(await timeout("watchdog: 60s")).toBe(180_000_000);
  });

  it.each([
    [
      "{ device: cat }",
      "9:21: watchdog.device: expected thread, mock, bridge, none, or a device such as",
    ],
    [
      "{ device: [thread, 3] }",
      "9:21: watchdog.device: expected thread, mock, bridge, none, or a device",
    ],
    ["{ device: 3 }", "9:21: watchdog.device: expected thread, mock, bridge, none"],
    ["{ device: ./watchdog }", "9:21: watchdog.device: expected thread, mock, bridge, none"],
    ["{ device: [] }", "9:21: watchdog.device: expected at least one device, or `none`"],
    [
      "{ device: bridge }",
      "9:21: watchdog.device: expected `bridge` only with `board.kind: bridge`",
    ],
    ["{ device: [none, thread] }", "9:21: watchdog.device: expected `none` alone"],
    ["{ device: [mock, mock] }", "9:21: watchdog.device: expected each device once, got mock"],
    [
      "{ device: [/dev/watchdog, /dev/watchdog0] }",
      "watchdog.device: expected each device once, got /dev/watchdog0 twice (/dev/watchdog is the",
    ],
    [
      "{ device: [/dev/a, /dev/b, /dev/c, /dev/d, /dev/e] }",
      "9:21: watchdog.device: expected at most 4 devices",
    ],
    ["{ timeout: 999ms }", "9:22: watchdog.timeout: expected at least timing.watchdog (1s), a"],
    ["{ timeout: 1s }", "9:22: watchdog.timeout: expected more than timing.watchdog (1s), so that"],
    ["{ timeout: 25h }", "9:22: watchdog.timeout: expected at most 24h"],
    [
      "{ device: /dev/watchdog0, timeout: 2500ms }",
      "9:46: watchdog.timeout: expected whole seconds, got 2500ms",
    ],
    ["{ pretimeout: 15s }", "9:25: watchdog.pretimeout: expected whole seconds, fewer than the"],
    ["{ pretimeout: 500ms }", "9:25: watchdog.pretimeout: expected whole seconds, fewer than"],
    ["{ onStop: stay }", "9:21: watchdog.onStop: expected `disarm` or `keep`"],
    ["{ required: yes please }", "9:23: watchdog.required: expected true or false"],
    ["{ systemd: on }", "9:22: watchdog.systemd: expected `auto` or `off`"],
    ["{ divice: thread }", 'watchdog.divice: expected a known key, got "divice" (did you mean'],
    ["thread", "9:11: watchdog: expected a mapping of keys to values"],
  ])("WATCHDOG-CONFIG-3: %s is refused, with its line", async (section, says) => {
    const lines = problemLines(await load(section));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(says);
  });

  it("WATCHDOG-CONFIG-3: what is accepted there", async () => {
    await settings("{ device: /dev/watchdog0, timeout: 1s }");
    await settings("{ device: mock, timeout: 1500ms }");
    await settings("{ device: none, timeout: 1s, systemd: off }");
    await settings("{ device: /dev/watchdog0, timeout: 15s, pretimeout: 14s, onStop: keep }");
  });

  it("WATCHDOG-CONFIG-4: too little time for a killed process to be back is told", async () => {
    const both = "device: [thread, /dev/watchdog0]";
    expect(await warnings(`{ ${both}, timeout: 5s }`)).toEqual([
      expect.stringMatching(/is killed after 1s, and has only 4s to be back before the board/),
    ]);
    expect(await warnings(`{ ${both}, timeout: 6s }`)).toEqual([]);
    expect(await warnings("{ device: /dev/watchdog0, timeout: 2s }")).toEqual([]);
    expect(await warnings("{ device: [thread, mock], timeout: 2s }")).toEqual([]);
  });
});

describe("who acts, in words", () => {
  const words = async (section: string) => watchdogInWords(watchdogReport(await settings(section)));

  it("WATCHDOG-CONFIG-5: is told in the order in which they act", async () => {
    expect(await words("{ device: [/dev/watchdog0, thread, mock], timeout: 20s }")).toEqual([
      "When a replica hangs, or a part that it supervises is late:",
      "after 1s thread kills the process; whoever started it starts it again",
      "then systemd starts the process again, if its unit has WatchdogSec= (at least 1s)",
      "after 20s /dev/watchdog0 resets the board",
      "after 20s mock says that a real one would have reset the board",
      "While all is well it pets them every 250ms.",
    ]);
  });

  it("WATCHDOG-CONFIG-5: is told where it is nobody", async () => {
    expect(await words("{ device: none, systemd: off }")).toContain(
      "Nobody acts: it stays as it is.",
    );
    expect(await words("{ device: none }")).toContain("Nobody else acts: it stays as it is.");
    expect((await words("{ device: mock }")).join()).not.toContain("Nobody");
  });
});
