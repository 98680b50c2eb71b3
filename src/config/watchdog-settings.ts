/** The settings of a replica's watchdogs, from a section that was checked. */
import type { WatchdogSettings } from "../host/watchdog/watchdog-settings.js";
import { micros, seconds } from "../kernel/time.js";
import type { FileContent } from "./schema.js";

export const noDevice = "none";

/** What stands under `device`, in a list or with commas; not checked. */
export function devicesIn(value: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items
    .filter((item) => typeof item === "string")
    .flatMap((item) => item.split(","))
    .map((word) => word.trim());
}

export const watchdogSettingsOf = (
  section: NonNullable<FileContent["watchdog"]>,
): WatchdogSettings => ({
  devices: devicesIn(section.device).filter((device) => device !== noDevice),
  timeout: section.timeout ?? seconds(0),
  pretimeout: section.pretimeout ?? micros(0),
  onStop: section.onStop ?? "disarm",
  required: section.required ?? true,
  systemd: section.systemd !== "off",
});
