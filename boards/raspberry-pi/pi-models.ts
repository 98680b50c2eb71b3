/**
 * Raspberry Pis as data. Those of one chip differ in name only, as far as their header goes.
 *
 * Source: Raspberry Pi documentation and device trees; limits from "GPIO pads control" (BCM2835 and
 * BCM2711: 2 to 16 mA a pin, about 50 mA in all) and RP1 Peripherals, section 3.1.3 (2 to 12 mA).
 */
import { seconds } from "../../src/kernel/time.js";
import type { SerialPortFacts, WatchdogFacts } from "../pin-board.js";

export interface PiModel {
  readonly name: string;
  /** Words of /proc/device-tree/compatible, any of which tells it. */
  readonly compatible: readonly string[];
  /** The label of the chip that has the header. */
  readonly chip: string;
  readonly limits: PiLimits;
  /** The end of the name of the device with the header's PWM, in /sys/class/pwm. */
  readonly pwmDevice: string;
  /** Channels of that device by the line on which they can be had. */
  readonly pwmChannels: ReadonlyMap<number, number>;
}

export interface PiLimits {
  /** An input that gets more is destroyed. */
  readonly voltsMax: number;
  /** What one pin can give or take, in milliamperes, at its strongest setting. */
  readonly milliamperesMax: number;
  /** All pins of the header together. */
  readonly milliamperesTotalMax: number;
}

/** The two channels of the BCM chips, each on two pins. */
const bcmPwm = new Map([
  [12, 0],
  [18, 0],
  [13, 1],
  [19, 1],
]);

/** Four channels of the RP1, each on one pin that is used for it. */
const rp1Pwm = new Map([
  [12, 0],
  [13, 1],
  [18, 2],
  [19, 3],
]);

const bcm = (name: string, chip: string, ...compatible: readonly string[]): PiModel => ({
  name,
  compatible,
  chip,
  limits: { voltsMax: 3.3, milliamperesMax: 16, milliamperesTotalMax: 50 },
  pwmDevice: "20c000.pwm",
  pwmChannels: bcmPwm,
});

const rp1 = (name: string, ...compatible: readonly string[]): PiModel => ({
  name,
  compatible,
  chip: "pinctrl-rp1",
  limits: { voltsMax: 3.3, milliamperesMax: 12, milliamperesTotalMax: 50 },
  pwmDevice: "098000.pwm",
  pwmChannels: rp1Pwm,
});

const bcm2835 = "pinctrl-bcm2835";
const bcm2711 = "pinctrl-bcm2711";

export const piModels: readonly PiModel[] = [
  bcm("Raspberry Pi Zero 2 W", bcm2835, "raspberrypi,model-zero-2-w", "raspberrypi,model-zero-2"),
  bcm("Raspberry Pi 3 Model A+", bcm2835, "raspberrypi,3-model-a-plus"),
  bcm("Raspberry Pi 3 Model B", bcm2835, "raspberrypi,3-model-b"),
  bcm("Raspberry Pi 3 Model B+", bcm2835, "raspberrypi,3-model-b-plus"),
  bcm("Raspberry Pi Compute Module 3", bcm2835, "raspberrypi,3-compute-module"),
  bcm("Raspberry Pi 4 Model B", bcm2711, "raspberrypi,4-model-b"),
  bcm("Raspberry Pi 400", bcm2711, "raspberrypi,400"),
  bcm("Raspberry Pi Compute Module 4", bcm2711, "raspberrypi,4-compute-module"),
  bcm("Raspberry Pi Compute Module 4S", bcm2711, "raspberrypi,4-compute-module-s"),
  rp1("Raspberry Pi 5 Model B", "raspberrypi,5-model-b"),
  rp1("Raspberry Pi 500", "raspberrypi,500"),
  rp1("Raspberry Pi Compute Module 5", "raspberrypi,5-compute-module"),
];

/** A model of a later day with a chip that is known has the same header. */
export const modelOfChip = (label: string): PiModel | null => {
  if (label === bcm2835 || label === bcm2711) return bcm("a Raspberry Pi", label);
  return label === "pinctrl-rp1" ? rp1("a Raspberry Pi") : null;
};

/** The timer of all of them: 20 bits of 1/65536 s, so 15 whole seconds. */
export const piWatchdog: WatchdogFacts = {
  name: "bcm2835-wdt",
  path: "/dev/watchdog",
  timeoutMax: seconds(15),
};

/** The names that Raspberry Pi OS gives; which UART is behind depends on the model and overlays. */
export const piSerialPorts: readonly SerialPortFacts[] = [
  { name: "UART0 (GPIO14, GPIO15)", path: "/dev/serial0" },
  { name: "UART of Bluetooth", path: "/dev/serial1" },
];
