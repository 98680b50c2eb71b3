/**
 * The watchdogs: what holds when a key is absent, and what contradicts the times. The thread's
 * patience says how often pets come, so whoever is less patient would act between two pets, and a
 * board that is reset before its process could be killed and started again is reset for nothing.
 */

import { bridgeDevice, isBoardDevice, threadDevice } from "../host/watchdog/watchdog-settings.js";
import { type Duration, micros, seconds } from "../kernel/time.js";
import type { Layers } from "./layers.js";
import type { Problem } from "./problem.js";
import { formatDuration, parseDuration } from "./quantity.js";
import { devicesIn, noDevice } from "./watchdog-settings.js";

/** The longest that a Raspberry Pi's timer takes by itself; others take more. */
const usualTimeout = seconds(15);
const patienceFactor = 3;

/** Beyond it a device would hardly be one that watches. */
const timeoutMax = seconds(86_400);
const devicesMax = 4;

/** What a bridge can wait: its windows need some time, and its counters end. */
const bridgeTimeoutMin = seconds(1);
const bridgeTimeoutMax = seconds(120);

/** What Node on a small board takes from its start to its first pet, roughly. */
const restartUsual = seconds(5);

interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Call it when the times are settled. What is misshapen counts as set: others refuse it. */
export function settleWatchdog(layers: Layers): Findings {
  const patience = timeAt(layers, ["timing", "watchdog"]);
  const timeoutIsSet = layers.get(timeoutPath) !== undefined;
  setDefaults(layers, patience);
  const devices = devicesIn(layers.get(devicePath));
  const problems = deviceProblems(layers, devices);
  const timeout = timeAt(layers, timeoutPath);
  if (timeout === null || patience === null) return { problems, warnings: [] };
  const settled = { devices, timeout, patience };
  if (timeoutIsSet) problems.push(...timeoutProblems(layers, settled));
  problems.push(...pretimeoutProblems(layers, settled));
  return { problems, warnings: problems.length > 0 ? [] : orderWarnings(layers, settled) };
}

interface Settled {
  readonly devices: readonly string[];
  readonly timeout: Duration;
  readonly patience: Duration;
}

const devicePath = ["watchdog", "device"];
const timeoutPath = ["watchdog", "timeout"];
const pretimeoutPath = ["watchdog", "pretimeout"];

/** Null for what cannot be read. */
function timeAt(layers: Layers, path: readonly string[]): Duration | null {
  const parsed = parseDuration(layers.get(path));
  return parsed.ok ? parsed.value : null;
}

function setDefaults(layers: Layers, patience: Duration | null): void {
  const long = patienceFactor * (patience ?? 0);
  const derived = Math.max(usualTimeout, Math.ceil(long / seconds(1)) * seconds(1));
  const defaults: readonly (readonly [string, unknown])[] = [
    ["device", threadDevice],
    ["timeout", formatDuration(micros(derived))],
    ["pretimeout", "0s"],
    ["onStop", "disarm"],
    ["required", true],
    ["systemd", "auto"],
  ];
  for (const [key, value] of defaults) {
    if (layers.get(["watchdog", key]) !== undefined) continue;
    const rule = key === "timeout" ? "15s, at least 3 times timing.watchdog" : "";
    layers.set(["watchdog", key], value, { kind: "default", rule });
  }
}

function deviceProblems(layers: Layers, devices: readonly string[]): Problem[] {
  const refuse = (message: string) => [layers.problem(devicePath, `expected ${message}`)];
  const same = devices.map((device) => (device === "/dev/watchdog" ? `${device}0` : device));
  const twice = same.find((device, index) => same.indexOf(device) !== index);
  if (twice !== undefined) {
    const why = isBoardDevice(twice) ? " (/dev/watchdog is the first one, /dev/watchdog0)" : "";
    return refuse(`each device once, got ${twice} twice${why}`);
  }
  if (devices.includes(noDevice) && devices.length > 1) return refuse("`none` alone");
  if (devices.includes(bridgeDevice) && layers.get(["board", "kind"]) !== "bridge") {
    return refuse("`bridge` only with `board.kind: bridge`, the board that is to watch");
  }
  if (devices.length > devicesMax) return refuse(`at most ${devicesMax} devices`);
  const raw = layers.get(devicePath);
  if (Array.isArray(raw) && raw.length === 0) return refuse("at least one device, or `none`");
  return [];
}

function timeoutProblems(layers: Layers, { devices, timeout, patience }: Settled): Problem[] {
  const refuse = (expected: string) => {
    const found = `got ${formatDuration(timeout)}`;
    return [layers.problem(timeoutPath, `expected ${expected}, ${found}`)];
  };
  const limits = `timing.watchdog (${formatDuration(patience)})`;
  if (devices.some(isBoardDevice) && timeout % seconds(1) !== 0) return refuse("whole seconds");
  const [least, most] = [bridgeTimeoutMin, bridgeTimeoutMax];
  if (devices.includes(bridgeDevice) && (timeout < least || timeout > most)) {
    return refuse(`from ${formatDuration(least)} to ${formatDuration(most)} for a bridge`);
  }
  if (timeout > timeoutMax) return refuse(`at most ${formatDuration(timeoutMax)}`);
  if (timeout < patience) {
    return refuse(`at least ${limits}, a quarter of which lies between two pets`);
  }
  if (timeout === patience && devices.includes(threadDevice)) {
    return refuse(`more than ${limits}, so that the process is ended before the board is reset`);
  }
  return [];
}

function pretimeoutProblems(layers: Layers, { timeout }: Settled): readonly Problem[] {
  const pretimeout = timeAt(layers, pretimeoutPath);
  if (pretimeout === null || (pretimeout % seconds(1) === 0 && pretimeout < timeout)) return [];
  const found = `got ${formatDuration(pretimeout)} with a timeout of ${formatDuration(timeout)}`;
  const expected = "expected whole seconds, fewer than the timeout";
  return [layers.problem(pretimeoutPath, `${expected}; ${found}`)];
}

/** The time in which a process that was killed must be back. */
function orderWarnings(layers: Layers, { devices, timeout, patience }: Settled): Problem[] {
  const left = timeout - patience;
  const both = devices.some(isBoardDevice) && devices.includes(threadDevice);
  if (!both || left >= restartUsual) return [];
  const message =
    `a replica that hangs is killed after ${formatDuration(patience)}, and has only ` +
    `${formatDuration(micros(left))} to be back before the board is reset`;
  return [layers.problem(timeoutPath, message)];
}
