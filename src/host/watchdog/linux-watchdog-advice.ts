/** Why a Linux watchdog is refused, and what to do about it: for the one line that people read. */
import { unreachable } from "../../kernel/assert.js";
import type { WatchdogRefusalReason } from "./watchdog-device.js";
import type { WatchdogFacts } from "./watchdog-facts.js";

const reasons: Readonly<Record<string, WatchdogRefusalReason>> = {
  ENOENT: "missing",
  ENXIO: "missing",
  ENODEV: "missing",
  EBUSY: "busy",
  EACCES: "not-permitted",
  EPERM: "not-permitted",
};

/** @param code the system's own, for instance `EBUSY` */
export const refusalReason = (code: string): WatchdogRefusalReason => reasons[code] ?? "other";

const loadDriver =
  "load the driver of this board's timer (Raspberry Pi: dtparam=watchdog=on in config.txt), " +
  "or softdog where there is none";

const busy =
  "another process has it, and it serves one. Often that is systemd (RuntimeWatchdogSec= in " +
  "/etc/systemd/system.conf.d) or the watchdog daemon: end their use, or leave the device to " +
  "systemd, write `watchdog: { device: thread }` and give the unit a WatchdogSec=";

const notPermitted =
  "this user may not write to it: run as root, or add a udev rule such as " +
  'SUBSYSTEM=="watchdog", GROUP="holdfast", MODE="0660"';

/** @param known what else this machine has */
export function openAdvice(code: string, known: readonly WatchdogFacts[]): string {
  const reason = refusalReason(code);
  switch (reason) {
    case "missing":
      return `there is no such device; ${missing(known)} (${code})`;
    case "busy":
      return `${busy} (${code})`;
    case "not-permitted":
      return `${notPermitted} (${code})`;
    case "timeout":
    case "other":
      return `the system refused it (${code})`;
    default:
      return unreachable(reason);
  }
}

function missing(known: readonly WatchdogFacts[]): string {
  if (known.length === 0) return `the kernel knows of none: ${loadDriver}`;
  const names = known.map(({ entry, identity }) => `/dev/${entry} (${identity ?? "unknown"})`);
  return `this machine has ${names.join(", ")}`;
}

/** The hardware's counter has 20 bits and runs at 65536 Hz: 16 s at most, and 15 in whole ones. */
const raspberryPiMax = 15;

export function timeoutAdvice(asked: number, facts: WatchdogFacts | null): string {
  const { identity = null, timeoutMin = null, timeoutMax = null } = facts ?? {};
  if (asked > raspberryPiMax && identity !== null && /bcm2835/i.test(identity)) {
    return (
      `it does not take ${asked} s: the Raspberry Pi's timer ends at ${raspberryPiMax} s, and ` +
      "kernels before 6.8 refuse more (newer ones pet it in between). Write " +
      `\`watchdog: { timeout: ${raspberryPiMax}s }\`, or use kernel 6.8 or newer`
    );
  }
  const range = rangeText(timeoutMin, timeoutMax);
  return `it does not take ${asked} s${range}: write another watchdog.timeout`;
}

function rangeText(min: number | null, max: number | null): string {
  if (min === null && max === null) return "";
  if (max === null) return ` (it takes at least ${min} s)`;
  return ` (it takes ${min ?? 1} to ${max} s)`;
}

/** For a device whose own time stays as it is, and does not suit. */
export function ownTimeoutAdvice(own: number, asked: number, path: string, why: string): string {
  return (
    `its time stays at ${own} s, for ${why}, and ${asked} s are asked for: set it beforehand ` +
    `(\`wdctl --settimeout ${asked} ${path}\`, or the driver's parameter), or write ` +
    `\`watchdog: { timeout: ${own}s }\``
  );
}
