/** Which watchdogs a replica has, as its config says. */
import type { Duration } from "../../kernel/time.js";
import type { StopPolicy } from "./linux-watchdog-opening.js";

export interface WatchdogSettings {
  /**
   * `thread`, `mock`, `bridge`, or the path of a device; each once, and none for a replica without
   * any.
   */
  readonly devices: readonly string[];
  /** Of all but the thread, whose patience is the cluster's `timing.watchdog`. */
  readonly timeout: Duration;
  /** Of a device of the board that can; 0 for none. */
  readonly pretimeout: Duration;
  readonly onStop: StopPolicy;
  /** False: a replica without a device that it was to have goes on, and says so. */
  readonly required: boolean;
  /** Is systemd told and petted where it started the replica? */
  readonly systemd: boolean;
}

export const threadDevice = "thread";
export const mockDevice = "mock";
/** A microcontroller that makes its own outputs safe; see boards/bridge. */
export const bridgeDevice = "bridge";

/** A device of the board, and no stand-in. */
export const isBoardDevice = (device: string): boolean => device.startsWith("/");
