/**
 * A Linux watchdog as the kernel's core and a driver behave, in virtual time. By default it is an
 * i6300ESB, whose answers were measured on a real kernel 6.1: options 0x8180, 1 to 2046 s, EINVAL
 * beyond, EBUSY for a second opening, no time left (EOPNOTSUPP), the timer goes on when it is
 * closed without the magic character.
 */

import { errors, flags, requests } from "../../../src/host/watchdog/linux-watchdog-abi.js";
import type { WatchdogCalls } from "../../../src/host/watchdog/watchdog-calls.js";
import { type Duration, due, type Instant, seconds } from "../../../src/kernel/time.js";
import { VirtualClock } from "./virtual-clock.js";

export interface FakeHardware {
  readonly identity: string;
  readonly options: number;
  /** In seconds, as all times here. */
  readonly timeout: number;
  readonly min: number;
  readonly max: number;
  /** What the hardware makes of a time. */
  readonly rounds: (seconds: number) => number;
  readonly bootStatus: number;
  readonly nowayout: boolean;
  readonly tellsTimeLeft: boolean;
  /** False for a driver of the old kind, like ib700. */
  readonly inSysfs: boolean;
  /** False for a kernel whose /sys has no limits. */
  readonly limitsInSysfs: boolean;
  readonly ioctlRefusal: string | null;
}

export const i6300esb: FakeHardware = {
  identity: "i6300ESB timer",
  options: flags.magicClose | flags.setTimeout | flags.keepAlivePing,
  ...{ timeout: 30, min: 1, max: 2_046, rounds: (asked) => asked, bootStatus: 0 },
  ...{ nowayout: false, tellsTimeLeft: false, inSysfs: true, limitsInSysfs: true },
  ioctlRefusal: null,
};

/** As a Raspberry Pi's before kernel 6.8. */
export const bcm2835: FakeHardware = {
  ...i6300esb,
  ...{ identity: "Broadcom BCM2835 Watchdog timer", timeout: 15, max: 15, tellsTimeLeft: true },
};

type Failing = "open" | "write" | "stat";

const file = 7;
const deviceNumber = "247:0";

export class FakeWatchdog implements WatchdogCalls {
  readonly clock: VirtualClock;
  readonly hardware: FakeHardware;
  /** Every opening, for tests that nobody may open. */
  openings = 0;
  loadedBeforeOpening = false;
  /** The code of the error that a call has from now on. */
  readonly failures = new Map<Failing, string>();
  pretimeout = 0;
  #timeout: number;
  #isOpen = false;
  #mayStop = false;
  #bitesAt: Instant | null = null;

  constructor(hardware: Partial<FakeHardware> = {}, clock = new VirtualClock()) {
    this.hardware = { ...i6300esb, ...hardware };
    this.clock = clock;
    this.#timeout = this.hardware.timeout;
  }

  load(): void {
    this.loadedBeforeOpening = this.openings === 0;
  }

  get ioctlRefusal(): string | null {
    return this.hardware.ioctlRefusal;
  }

  get active(): boolean {
    return this.#bitesAt !== null;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The board was reset. */
  bitten(): boolean {
    return this.#bitesAt !== null && due(this.#bitesAt, this.clock.now());
  }

  /** What the kernel does with the files of a process that ends, however it ends. */
  processEnds(): void {
    if (this.#isOpen) this.close();
  }

  deviceNumber(): string {
    this.#failIf("stat");
    return this.hardware.inSysfs ? deviceNumber : "10:130";
  }

  open(): number {
    this.#failIf("open");
    if (this.#isOpen) throw systemError("EBUSY");
    this.openings += 1;
    this.#isOpen = true;
    this.#mayStop = false;
    this.#ping();
    return file;
  }

  write(_file: number, bytes: Uint8Array): void {
    this.#failIf("write");
    this.#mayStop = bytes.includes("V".charCodeAt(0));
    this.#ping();
  }

  close(): void {
    const { options, nowayout } = this.hardware;
    const stops = this.#mayStop || (options & flags.magicClose) === 0;
    if (stops && !nowayout) this.#bitesAt = null;
    else this.#ping();
    this.#isOpen = false;
  }

  ioctl(_file: number, request: number, argument: Int32Array | Uint8Array): number {
    switch (request) {
      case requests.getSupport:
        this.#support(argument);
        return 0;
      case requests.getBootStatus:
        argument[0] = this.hardware.bootStatus;
        return 0;
      case requests.setTimeout:
        return this.#setTimeout(argument);
      case requests.getTimeout:
        argument[0] = this.#timeout;
        return 0;
      case requests.setPretimeout:
        return this.#setPretimeout(argument);
      case requests.getPretimeout:
        argument[0] = this.pretimeout;
        return 0;
      case requests.getTimeLeft:
        return this.#timeLeft(argument);
      default:
        return errors.notATypewriter;
    }
  }

  entries(): readonly string[] {
    return this.hardware.inSysfs ? ["watchdog0"] : [];
  }

  attribute(entry: string, name: string): string | null {
    const { identity, min, max, nowayout, limitsInSysfs } = this.hardware;
    const texts: Readonly<Record<string, string>> = {
      ...{ identity, timeout: `${this.#timeout}`, nowayout: nowayout ? "1" : "0" },
      ...{ state: this.active ? "active" : "inactive", bootstatus: "0", dev: deviceNumber },
      ...(limitsInSysfs ? { min_timeout: `${min}`, max_timeout: `${max}` } : {}),
    };
    return entry === "watchdog0" ? (texts[name] ?? null) : null;
  }

  #failIf(what: Failing): void {
    const code = this.failures.get(what);
    if (code !== undefined) throw systemError(code);
  }

  #ping(): void {
    if (this.bitten()) return;
    this.#bitesAt = (this.clock.now() + this.#time()) as Instant;
  }

  #time(): Duration {
    return seconds(this.#timeout);
  }

  #support(bytes: Int32Array | Uint8Array): void {
    const { options, identity } = this.hardware;
    const view = new DataView(bytes.buffer);
    view.setUint32(0, options, true);
    new Uint8Array(bytes.buffer).set(new TextEncoder().encode(identity), 8);
  }

  #setTimeout(argument: Int32Array | Uint8Array): number {
    const { options, min, max, rounds } = this.hardware;
    const [asked = 0] = argument;
    if ((options & flags.setTimeout) === 0) return errors.notSupported;
    if (asked < min || asked > max) return errors.invalid;
    this.#timeout = rounds(asked);
    argument[0] = this.#timeout;
    this.#ping();
    return 0;
  }

  #setPretimeout(argument: Int32Array | Uint8Array): number {
    if ((this.hardware.options & flags.pretimeout) === 0) return errors.notSupported;
    this.pretimeout = argument[0] ?? 0;
    return 0;
  }

  #timeLeft(argument: Int32Array | Uint8Array): number {
    if (!this.hardware.tellsTimeLeft || this.#bitesAt === null) return errors.notSupported;
    argument[0] = Math.floor((this.#bitesAt - this.clock.now()) / seconds(1));
    return 0;
  }
}

const systemError = (code: string): Error => Object.assign(new Error(code), { code });
