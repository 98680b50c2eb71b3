/**
 * What a line does when the process that drives it is killed: what the kernel allows. gpio-sim lets
 * a line that is given back fall to its pull; sysfs keeps what was exported; a guard holds the line
 * and makes it safe.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Level, PinBoard } from "../../../boards/pin-board.js";
import { plainOutput } from "../../contracts/pins/rig.js";
import type { GuestCheck, Site } from "./guest-check.js";
import { boardOf, clock, offsetOf } from "./pin-trial.js";
import { resetLine } from "./sim-chips.js";

const pin = "GPIO22";
const offset = offsetOf(pin);

/** A guest is slow: what must come is waited for so long, in milliseconds. */
const patience = 30_000;
const lookEvery = 50;

/** Where guards are asked, of this program and of those that it starts. */
const guardFolder = "/run/holdfast";

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < patience; waited += lookEvery) {
    if (isSo()) return;
    await pause(lookEvery);
  }
  assert.fail(`${what}: not after ${patience / 1_000} s`);
}

/** A program that drives the line at 1. Its guard, where it has one, is there. */
async function driver({ gpio, chip }: Site, safe: Level, guarded: boolean): Promise<ChildProcess> {
  const program = fileURLToPath(new URL("./drive-a-line.js", import.meta.url));
  const words = [program, gpio, chip.label, pin, `${safe}`, guarded ? "guard" : "alone"];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  assert.equal(child.exitCode, null, "it drives the line");
  if (guarded) await until(() => guards().length > 0, "its guard is there");
  return child;
}

function guards(): readonly string[] {
  try {
    return readdirSync(guardFolder).filter((name) => name.startsWith("gpio_"));
  } catch {
    return [];
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const end = once(child, "exit");
  child.kill("SIGKILL");
  await end;
}

/** The safe value is 0 in both cases: what the line has then is its pull, and nobody's word. */
async function fallsToItsPull(site: Site): Promise<void> {
  const { lines } = site;
  for (const pull of [1, 0] as const) {
    lines.begin([offset]);
    lines.drive(offset, pull);
    const child = await driver(site, 0, false);
    assert.equal(lines.measure(offset), 1);
    await kill(child);
    await until(() => lines.measure(offset) === null, "the kernel takes the line back");
    assert.equal(lines.level(offset), pull, "as its pull");
  }
}

async function staysAsItWas(site: Site): Promise<void> {
  const { lines, chip, gpio } = site;
  lines.begin([offset]);
  const child = await driver(site, 0, false);
  await kill(child);
  await pause(1_000);
  assert.equal(lines.measure(offset), 1, "sysfs drives on: nobody gave the line back");
  const board = await boardOf(gpio, chip.label);
  const opened = board.openOutput(clock.now(), pin, { ...plainOutput, initial: "safe" });
  assert.ok(opened.ok, opened.ok ? "" : opened.message);
  assert.equal(lines.measure(offset), 0, "its successor makes it safe");
  board.close(clock.now());
  resetLine(chip, offset);
}

async function guardMakesSafe(site: Site): Promise<void> {
  const { lines, chip, gpio } = site;
  for (const safe of [0, 1] as const) {
    lines.begin([offset]);
    // The pull is the other level: what is seen is the guard's doing.
    lines.drive(offset, safe === 1 ? 0 : 1);
    const child = await driver(site, safe, true);
    assert.equal(lines.measure(offset), 1);
    await kill(child);
    await until(() => lines.measure(offset) === safe, "the guard makes it safe");
    await pause(1_000);
    assert.equal(lines.measure(offset), safe, "and holds it");
    const levels = lines.history(offset);
    assert.ok(!levels.includes(null), "it was never let go");
    assert.deepEqual([...new Set(levels)], safe === 1 ? [1] : [1, 0], "nor did it flicker");
    const board = await boardOf(gpio, chip.label);
    await successor(board);
    assert.equal(lines.measure(offset), 1, "a successor gets it");
    board.close(clock.now());
    await until(() => guards().length === 0, "the guard is gone");
  }
}

/** It waits half a second for a guard to let go; a guest may take longer. */
async function successor(board: PinBoard): Promise<void> {
  const open = () => board.openOutput(clock.now(), pin, { ...plainOutput, initial: 1 });
  await until(() => open().ok, "the successor opens the line");
}

async function goodByeSendsTheGuardAway(site: Site): Promise<void> {
  const { lines, gpio, chip } = site;
  lines.begin([offset]);
  const board = await boardOf(gpio, chip.label, true);
  const opened = board.openOutput(clock.now(), pin, { ...plainOutput, initial: 1 });
  assert.ok(opened.ok, opened.ok ? "" : opened.message);
  await until(() => guards().length > 0, "the guard is there");
  board.close(clock.now());
  await until(() => guards().length === 0, "the guard is gone");
  await until(() => lines.measure(offset) === null, "and the line is free");
}

export const killChecks = (gpio: Site["gpio"]): readonly GuestCheck[] => {
  process.env["XDG_RUNTIME_DIR"] = "/run";
  return gpio === "sysfs"
    ? [{ name: "after SIGKILL a line of sysfs stays, until a successor", run: staysAsItWas }]
    : [
        { name: "after SIGKILL a line falls to its pull, without a guard", run: fallsToItsPull },
        { name: "after SIGKILL a guard makes the line safe, and hands it on", run: guardMakesSafe },
        { name: "a guard goes when the board is closed", run: goodByeSendsTheGuardAway },
      ];
};
