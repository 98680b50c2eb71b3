/** Who acts when a replica hangs, and in which order, for `holdfast config check`. */
import { bridgeDevice, mockDevice, threadDevice } from "../host/watchdog/watchdog-settings.js";
import { type Duration, micros } from "../kernel/time.js";
import { formatDuration } from "./quantity.js";
import type { RunSettings } from "./settings.js";

export interface WatchdogStage {
  readonly device: string;
  /** Since the last pet. Null for systemd: its unit says, and must say at least `leastMs`. */
  readonly afterMs: number | null;
  readonly leastMs: number | null;
  readonly does: string;
}

export interface WatchdogReport {
  /** How often pets come at least, while all is well. */
  readonly petEveryMs: number;
  /** In the order in which they act. */
  readonly stages: readonly WatchdogStage[];
}

const petsPerPatience = 4;

export function watchdogReport({ cluster, watchdog }: RunSettings): WatchdogReport {
  const patience = cluster.timing.watchdog;
  const stages = watchdog.devices.map((device) => {
    const time = device === threadDevice ? patience : watchdog.timeout;
    return { device, afterMs: inMs(time), leastMs: null, does: whatItDoes(device) };
  });
  const first = stages.filter(({ device }) => device === threadDevice);
  const others = stages.filter(({ device }) => device !== threadDevice);
  const systemd = {
    device: "systemd",
    ...{ afterMs: null, leastMs: inMs(patience), does: "starts the process again" },
  };
  return {
    petEveryMs: inMs(patience) / petsPerPatience,
    stages: [...first, ...(watchdog.systemd ? [systemd] : []), ...others],
  };
}

function whatItDoes(device: string): string {
  if (device === threadDevice) return "kills the process; whoever started it starts it again";
  if (device === mockDevice) return "says that a real one would have reset the board";
  if (device === bridgeDevice) return "makes its outputs safe, and takes no command";
  return "resets the board";
}

const inMs = (time: Duration): number => time / 1_000;

/** Lines for people, the first a heading. */
export function watchdogInWords({ stages, petEveryMs }: WatchdogReport): readonly string[] {
  const heading = "When a replica hangs, or a part that it supervises is late:";
  const acting = stages.map(stageText);
  if (stages.every(({ afterMs }) => afterMs === null)) {
    acting.push(`Nobody ${acting.length > 0 ? "else " : ""}acts: it stays as it is.`);
  }
  return [heading, ...acting, `While all is well it pets them every ${timeText(petEveryMs)}.`];
}

function stageText({ device, afterMs, leastMs, does }: WatchdogStage): string {
  if (afterMs !== null) return `after ${timeText(afterMs)} ${device} ${does}`;
  const least = timeText(leastMs ?? 0);
  return `then ${device} ${does}, if its unit has WatchdogSec= (at least ${least})`;
}

const timeText = (ms: number): string => formatDuration(micros(Math.round(ms * 1_000)));
