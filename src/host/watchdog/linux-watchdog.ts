/**
 * A watchdog of the board, by /dev/watchdogN: a timer of the hardware that resets the board when it
 * was not petted in time. It is armed from its opening on, and a process that is killed leaves it
 * so: that is what it is for. Only a stop in good order disarms it, by the magic character, if the
 * policy and the driver allow.
 *
 * Source: the kernel's watchdog-api. On `nowayout`, and on drivers without magic close, see
 * docs/watchdog.md.
 */
import { type Duration, micros } from "../../kernel/time.js";
import { systemCode } from "../udp-socket.js";
import { bootStatusWords, flags, magicCharacter, requests } from "./linux-watchdog-abi.js";
import {
  type LinuxWatchdogOptions,
  type OpenWatchdog,
  openWatchdog,
} from "./linux-watchdog-opening.js";
import type { WatchdogDevice } from "./watchdog-device.js";

/** Any byte but the magic one pets; made once, for a pet makes no garbage. */
const petBytes = Uint8Array.of(0);
const magicBytes = Uint8Array.of(magicCharacter);

export class LinuxWatchdog implements WatchdogDevice {
  readonly name: string;
  readonly timeout: Duration;
  readonly #options: LinuxWatchdogOptions;
  readonly #device: OpenWatchdog;
  readonly #timeLeft = new Int32Array(1);
  #canAskTimeLeft: boolean;
  #open = true;
  #pets = 0;
  #failures = 0;
  #failing = false;

  private constructor(options: LinuxWatchdogOptions, device: OpenWatchdog) {
    this.name = options.path;
    this.timeout = micros(device.timeout * 1_000_000);
    this.#options = options;
    this.#device = device;
    this.#canAskTimeLeft = device.canAskTimeLeft;
  }

  /** @throws WatchdogRefusal with what a person can do; nothing is left open then */
  static arm(options: LinuxWatchdogOptions): LinuxWatchdog {
    const device = openWatchdog(options);
    tellLimits(options, device);
    const dog = new LinuxWatchdog(options, device);
    dog.#write(petBytes);
    return dog;
  }

  get identity(): string | null {
    return this.#device.identity;
  }

  get pets(): number {
    return this.#pets;
  }

  get failures(): number {
    return this.#failures;
  }

  pet(): void {
    if (!this.#open) return;
    if (this.#write(petBytes)) this.#pets += 1;
  }

  timeLeft(): Duration | null {
    if (!this.#open || !this.#canAskTimeLeft) return null;
    const { calls } = this.#options;
    const error = calls.ioctl(this.#device.file, requests.getTimeLeft, this.#timeLeft);
    // A driver that cannot tell never will.
    if (error !== 0) this.#canAskTimeLeft = false;
    return error === 0 ? micros((this.#timeLeft[0] ?? 0) * 1_000_000) : null;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    const { calls } = this.#options;
    if (this.#disarms()) this.#write(magicBytes);
    this.#open = false;
    calls.close(this.#device.file);
  }

  /**
   * A policy to keep it armed holds from the first pet on, and for one that was armed before: a
   * start that fails must not reset the board on top.
   */
  #disarms(): boolean {
    if (this.#options.onStop === "disarm") return true;
    return this.#pets === 0 && !this.#device.wasActive;
  }

  /** False when it did not get through, which is told once until one does again. */
  #write(bytes: Uint8Array): boolean {
    const { calls, tell } = this.#options;
    try {
      calls.write(this.#device.file, bytes);
    } catch (error) {
      this.#failures += 1;
      if (!this.#failing) tell("warn", `a pet failed (${systemCode(error)}): it will soon act`);
      this.#failing = true;
      return false;
    }
    if (this.#failing) tell("info", "it can be petted again");
    this.#failing = false;
    return true;
  }
}

/** What this device does otherwise than people may think. */
function tellLimits({ tell, onStop }: LinuxWatchdogOptions, device: OpenWatchdog): void {
  const { identity, nowayout, options, timeout } = device;
  tell("info", `armed: ${identity ?? "an unknown timer"}, ${timeout} s`);
  const lastBoot = bootStatusWords(device.bootStatus).join(", ");
  if (lastBoot !== "") tell("info", `its driver says of the board's last boot: ${lastBoot}`);
  if (device.wasActive) tell("info", "it was armed already: its process had ended without a stop");
  if (nowayout && onStop === "disarm") {
    tell("warn", `nowayout: it cannot be disarmed; ${timeout} s after a stop the board is reset`);
  }
  if (options !== null && (options & flags.magicClose) === 0 && !nowayout) {
    tell("warn", "no magic close: it is disarmed whenever its process ends, also by SIGKILL");
  }
  if (options !== null && (options & flags.alarmOnly) !== 0) {
    tell("warn", "it raises an alarm and does not reset the board");
  }
  if (identity !== null && /software watchdog/i.test(identity)) {
    tell("info", "softdog is part of the kernel: it does not help when the kernel hangs or panics");
  }
}
