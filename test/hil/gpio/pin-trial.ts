/** The board of a Pi in a guest, under the checks of pin boards: real kernel, simulated lines. */
import { setTimeout as pause } from "node:timers/promises";
import { openRaspberryPi } from "../../../boards/raspberry-pi/open.js";
import type { GpioChoice } from "../../../boards/raspberry-pi/open-lines.js";
import { MonotonicClock } from "../../../src/host/monotonic-clock.js";
import { millis } from "../../../src/kernel/time.js";
import type { PinAbilities, PinBoardRig, PinBoardTrial } from "../../contracts/pins/rig.js";
import type { SimLines } from "./sim-lines.js";

export const clock = new MonotonicClock();

export const offsets: ReadonlyMap<string, number> = new Map([
  ["GPIO17", 17],
  ["GPIO27", 27],
  ["GPIO22", 22],
  ["P1-16", 23],
]);

const common = {
  inputs: ["GPIO17", "GPIO27"],
  outputs: ["GPIO22", "P1-16"],
  pwm: null,
  analog: null,
  notAble: ["GPIO17", "analog"],
  endsWithin: millis(100),
  edges: true,
  seesLetGo: true,
  // gpio-sim lets a line that is given back fall to its pull.
  holdsAfterClose: false,
  silentWithin: null,
} as const satisfies Partial<PinAbilities>;

export const abilities: Readonly<Record<"chardev" | "sysfs", PinAbilities>> = {
  chardev: {
    ...common,
    latency: millis(5),
    edgeTimeWithin: millis(1),
    togglesMax: 10_000,
    debounce: true,
    pull: true,
  },
  // Edges that come before the program has heard of the first are one.
  sysfs: {
    ...common,
    latency: millis(50),
    edgeTimeWithin: millis(50),
    togglesMax: 1,
    debounce: false,
    pull: false,
  },
};

export function pinTrial(gpio: "chardev" | "sysfs", chip: string, lines: SimLines): PinBoardTrial {
  return { abilities: abilities[gpio], make: () => makeRig(gpio, chip, lines) };
}

export async function boardOf(gpio: GpioChoice, chip: string, guard = false) {
  const opened = await openRaspberryPi({ gpio, chip, clock, guard });
  if (!opened.ok) throw new Error(`${opened.reason}: ${opened.message}`);
  return opened.board;
}

async function makeRig(gpio: GpioChoice, chip: string, lines: SimLines): Promise<PinBoardRig> {
  lines.begin([...offsets.values()]);
  const board = await boardOf(gpio, chip);
  return {
    board,
    now: () => clock.now(),
    settle: async (wait) => {
      await pause(Math.ceil(wait / 1_000));
    },
    drive: (pin, level) => {
      if (level !== null) lines.drive(offsetOf(pin), level);
    },
    set: () => {},
    measure: (pin) => lines.measure(offsetOf(pin)),
    history: (pin) => lines.history(offsetOf(pin)),
    freeze: () => {},
    end: () => {},
  };
}

export function offsetOf(pin: string): number {
  const offset = offsets.get(pin);
  if (offset === undefined) throw new Error(`${pin} is no pin of this trial`);
  return offset;
}
