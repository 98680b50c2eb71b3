/** The watchdog devices of a replica in `holdfast status`, a row for each. */
import type { HostStatus } from "../../host/live-status.js";
import type { WatchdogStatus } from "../../host/watchdog/watchdog-set.js";
import type { Duration } from "../../kernel/time.js";
import type { Paint } from "../terminal.js";

export function watchdogRows({ watchdog }: HostStatus, paint: Paint): string[][] {
  if (watchdog === null) return [["    devices", paint("warning", "none: they are turned off")]];
  const { devices, missing } = watchdog;
  const none = devices.length + missing.length === 0 ? [["    devices", "none"]] : [];
  return [
    ...none,
    ...devices.map((device) => [`    ${device.device}`, deviceText(device, paint)]),
    ...missing.map((why) => ["    missing", paint("bad", why)]),
  ];
}

function deviceText(device: WatchdogStatus, paint: Paint): string {
  const { identity, timeout, pets, failures, timeLeft } = device;
  const left = timeLeft === null ? "" : `, ${inSeconds(timeLeft)} left`;
  const failed = failures === 0 ? "" : `, ${paint("bad", `${failures} failed`)}`;
  const what = identity === null ? "" : ` (${identity})`;
  return `bites after ${inSeconds(timeout)}${what}, ${pets} pets${failed}${left}`;
}

const inSeconds = (time: Duration): string => `${(time / 1e6).toFixed(1)} s`;
