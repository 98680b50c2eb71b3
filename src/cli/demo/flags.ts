/** What the demo is asked to do, read from its flags: whatever is wrong with them is told here. */
import { resolve } from "node:path";
import { formatDuration, parseDuration } from "../../config/quantity.js";
import { type Duration, millis, seconds } from "../../kernel/time.js";
import { CliFailure } from "../exit.js";
import type { Played } from "./open-site.js";

export interface DemoFlags {
  readonly for?: string;
  readonly json?: boolean;
  readonly cycle?: string;
  readonly heartbeat?: string;
  readonly recording?: string;
  readonly speed?: string;
  readonly quiet?: boolean;
  readonly firmware?: boolean;
}

export interface DemoPlan {
  /** Null: until somebody ends it. */
  readonly forMs: number | null;
  /** Faults come from the script. */
  readonly scripted: boolean;
  /** As they are written in a config. */
  readonly cycle: string;
  readonly heartbeat: string;
  readonly cycleMs: number;
  readonly played: Played | null;
  /** Sensors and heater are behind microcontrollers. */
  readonly firmware: boolean;
  readonly json: boolean;
}

/** Three replicas on one machine do no shorter cycles, and nobody watches longer ones. */
const periodMin = millis(5);
const periodMax = seconds(10);

/** Longer than any timer of Node can wait (2^31 ms) is longer than anybody meant. */
const forMax = seconds(20 * 24 * 3_600);

const usual = { cycle: "100ms", heartbeat: "50ms" } as const;

/** Four microcontrollers are run as well, on a machine that may have two processors. */
const withFirmware = { cycle: "200ms", heartbeat: "100ms" } as const;

/**
 * @param cwd where a relative path of a recording begins
 * @throws CliFailure (usage)
 */
export function planOf(flags: DemoFlags, cwd: string): DemoPlan {
  const forMs = flags.for === undefined ? null : readMs("--for", flags.for, millis(1), forMax);
  const firmware = firmwareOf(flags);
  const { cycle, heartbeat } = { ...(firmware ? withFirmware : usual), ...flags };
  const cycleMs = readMs("--cycle", cycle, periodMin, periodMax);
  readMs("--heartbeat", heartbeat, periodMin, periodMax);
  if (flags.quiet === true && forMs === null) throw usage("--quiet: only with --for");
  return {
    forMs,
    scripted: forMs !== null && flags.quiet !== true,
    cycle,
    heartbeat,
    cycleMs,
    played: playedOf(flags, cwd),
    firmware,
    json: flags.json === true,
  };
}

function firmwareOf({ firmware = false, recording }: DemoFlags): boolean {
  if (firmware && recording !== undefined) {
    throw usage("--firmware: the microcontrollers measure the boiler, not a --recording");
  }
  return firmware;
}

function playedOf({ recording, speed }: DemoFlags, cwd: string): Played | null {
  if (recording === undefined) {
    if (speed !== undefined) throw usage("--speed: only with --recording");
    return null;
  }
  const factor = Number(speed ?? "1");
  if (speed?.trim() === "" || !Number.isFinite(factor) || factor <= 0) {
    throw usage(`--speed ${speed}: expected a number of more than 0`);
  }
  return { file: recording, path: resolve(cwd, recording), speed: factor };
}

function readMs(flag: string, text: string, min: Duration, max: Duration): number {
  const duration = parseDuration(text);
  if (!duration.ok) throw usage(`${flag} ${text}: expected ${duration.expected}`);
  if (duration.value >= min && duration.value <= max) return duration.value / 1_000;
  const range = `${formatDuration(min)} to ${formatDuration(max)}`;
  throw usage(`${flag} ${text}: expected ${range}`);
}

const usage = (message: string): CliFailure => new CliFailure("usage", message);
