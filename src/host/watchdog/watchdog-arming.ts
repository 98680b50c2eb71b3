/** From the settings to armed watchdogs: all that were asked for, or a refusal and none. */
import type { Duration } from "../../kernel/time.js";
import type { DogEvidenceData } from "../evidence/dog-evidence.js";
import type { Clock } from "../monotonic-clock.js";
import { LinuxWatchdog } from "./linux-watchdog.js";
import { MockDog } from "./mock-dog.js";
import { openNotifySocket } from "./notify-socket.js";
import { type OwnEnvironment, takeSystemdOffer } from "./systemd-offer.js";
import { SystemdService, SystemdWatchdog } from "./systemd-service.js";
import { ThreadWatchdog } from "./thread-watchdog.js";
import type { WatchdogCalls } from "./watchdog-calls.js";
import { type TellWatchdog, type WatchdogDevice, WatchdogRefusal } from "./watchdog-device.js";
import { WatchdogSet } from "./watchdog-set.js";
import {
  bridgeDevice,
  isBoardDevice,
  mockDevice,
  threadDevice,
  type WatchdogSettings,
} from "./watchdog-settings.js";

export interface ArmingOptions {
  /** Whose dogs they are. */
  readonly name: string;
  readonly settings: WatchdogSettings;
  /** The thread's; all others must wait at least as long, for it says how often pets come. */
  readonly patience: Duration;
  readonly clock: Clock;
  readonly calls: WatchdogCalls;
  /** The process's own; systemd's variables are taken out of it. */
  readonly env: OwnEnvironment;
  readonly tell: (device: string, ...what: Parameters<TellWatchdog>) => void;
  /** See `WatchdogSetParts`. */
  readonly describe: () => string | null;
  /** The thread died: nobody watches the loop any more. */
  readonly onFailure: (error: Error) => void;
  /** Of a board that can watch its host; absent where there is none. */
  readonly armBridge?: ArmBridge;
  /** What the thread writes down before it bites; nothing where it is null or absent. */
  readonly evidence?: DogEvidenceData | null;
  /** SCHED_FIFO of the thread; by default it is ordinary. */
  readonly priority?: number;
  /** The thread is armed; why it did not get its priority, null where it did. */
  readonly onThread?: (refusal: string | null) => void;
}

/**
 * Arms a board that is on a line, and petted over it: this room knows no board. Rejects with a
 * `WatchdogRefusal`.
 */
export type ArmBridge = (timeout: Duration, tell: TellWatchdog) => Promise<WatchdogDevice>;

/** Rejects with a `WatchdogRefusal`; then none is armed, as far as their drivers allow. */
export async function armWatchdogs(options: ArmingOptions): Promise<WatchdogSet> {
  const devices: WatchdogDevice[] = [];
  const missing: string[] = [];
  const systemd = enterService(options, devices);
  try {
    for (const name of inArmingOrder(options)) {
      const device = await armOrGoOn(options, name, missing);
      if (device !== null) devices.push(device);
    }
    const { clock, describe } = options;
    return new WatchdogSet({ clock, devices, missing, systemd, describe });
  } catch (error) {
    for (const device of devices) await device.close();
    systemd?.close();
    throw error;
  }
}

/**
 * What takes long comes before what then waits: the library is loaded, and the thread started,
 * before the board's timer runs. On a small board either may take a second.
 */
function inArmingOrder({ settings: { devices }, calls }: ArmingOptions): readonly string[] {
  if (devices.some(isBoardDevice)) calls.load();
  const isThread = (device: string): boolean => device === threadDevice;
  return [...devices.filter(isThread), ...devices.filter((device) => !isThread(device))];
}

/** Null for one that is not there and need not be. */
async function armOrGoOn(
  options: ArmingOptions,
  name: string,
  missing: string[],
): Promise<WatchdogDevice | null> {
  try {
    return await arm(options, name);
  } catch (error) {
    if (!(error instanceof WatchdogRefusal) || options.settings.required) throw error;
    missing.push(error.message);
    options.tell(name, "warn", `${error.advice}; the replica goes on without it`);
    return null;
  }
}

async function arm(options: ArmingOptions, device: string): Promise<WatchdogDevice> {
  const { settings, patience, clock, calls } = options;
  const { timeout, pretimeout, onStop } = settings;
  const tell: TellWatchdog = (level, text) => options.tell(device, level, text);
  if (device === threadDevice) {
    const dog = await ThreadWatchdog.arm({ ...options, timeout: patience });
    options.onThread?.(dog.refusal);
    return dog;
  }
  if (device === mockDevice) return new MockDog({ timeout, clock, tell });
  if (device === bridgeDevice) return armBridge(options, timeout, tell);
  const timeoutLeast = patience;
  return LinuxWatchdog.arm({
    ...{ path: device, timeout, timeoutLeast, pretimeout, onStop, tell, calls },
  });
}

function armBridge(
  { armBridge: arm }: ArmingOptions,
  timeout: Duration,
  tell: TellWatchdog,
): Promise<WatchdogDevice> {
  if (arm !== undefined) return arm(timeout, tell);
  const message = "this replica has no bridge: it needs `board` with `kind: bridge`";
  throw new WatchdogRefusal(bridgeDevice, "missing", message);
}

/** Null where no systemd has started us, or it cannot be spoken to. */
function enterService(options: ArmingOptions, devices: WatchdogDevice[]): SystemdService | null {
  const { env, settings, patience } = options;
  const tell: TellWatchdog = (level, text) => options.tell("systemd", level, text);
  // Taken out in any case: whoever does not want to speak to systemd wants no child to.
  const offer = takeSystemdOffer(env, process.pid);
  if (offer === null || !settings.systemd) return null;
  if (offer.complaint !== null) tell("warn", offer.complaint);
  const opened = openNotifySocket(offer.socket);
  if (!opened.ok) {
    tell("warn", `it waits for messages that cannot be sent: ${opened.reason}. ${withoutNotify}`);
    return null;
  }
  const service = new SystemdService(opened.socket, tell);
  if (offer.watchdog === null) return service;
  if (offer.watchdog < patience) {
    service.close();
    throw new WatchdogRefusal("systemd", "timeout", tooShort(offer.watchdog, patience));
  }
  const hasBoardDevice = settings.devices.some(isBoardDevice);
  if (hasBoardDevice && offer.watchdog >= settings.timeout) tell("warn", boardFirst);
  devices.push(new SystemdWatchdog(service, offer.watchdog));
  return service;
}

const withoutNotify = "Give the unit Type=exec and no WatchdogSec=, or systemd will end it";

const boardFirst =
  "WatchdogSec= is not below watchdog.timeout: the board is reset before systemd would have " +
  "started the replica again";

const tooShort = (watchdog: Duration, patience: Duration): string =>
  `WatchdogSec= is ${watchdog / 1_000} ms, less than timing.watchdog (${patience / 1_000} ms), ` +
  "which says how often pets come: make it longer, or timing.watchdog shorter";
