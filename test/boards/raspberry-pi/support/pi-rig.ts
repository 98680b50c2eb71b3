/** A Raspberry Pi that is made up, with a board opened on it. */

import type { OpenedBoard, PinBoard } from "../../../../boards/pin-board.js";
import type { LineGuards } from "../../../../boards/raspberry-pi/chardev/chardev-back-end.js";
import { openRaspberryPi } from "../../../../boards/raspberry-pi/open.js";
import type { GpioChoice, GuardWish } from "../../../../boards/raspberry-pi/open-lines.js";
import type { PiMachine } from "../../../../boards/raspberry-pi/pi-machine.js";
import { after, type Duration, type Instant } from "../../../../src/kernel/time.js";
import { ManualClock } from "../../../host/support/manual-clock.js";
import { type FakeChip, FakeGpioKernel } from "./fake-gpio-kernel.js";
import { FakeMachine, pi4 } from "./fake-machine.js";
import { FakeOnoff } from "./fake-onoff.js";
import { FakePwm } from "./fake-pwm.js";
import { FakeSensors } from "./fake-sensors.js";

export const pi4Chips: readonly FakeChip[] = [
  { label: "raspberrypi-exp-gpio", lines: 8 },
  { label: "pinctrl-bcm2711", lines: 58 },
];

export interface PiRigOptions {
  readonly chips?: readonly FakeChip[];
  readonly files?: Readonly<Record<string, string>>;
  readonly gpio?: GpioChoice;
  readonly chip?: string;
  /** Why onoff cannot be loaded; it can be where this is absent. */
  readonly noOnoff?: string;
  readonly guard?: GuardWish;
  /** None can be made where it is absent. */
  readonly guardFolder?: string;
  /** Without the character device. */
  readonly sysfsOnly?: boolean;
}

export class PiRig {
  readonly clock = new ManualClock();
  readonly kernel: FakeGpioKernel;
  readonly machine: FakeMachine;
  readonly onoff: FakeOnoff;
  readonly pwm: FakePwm;
  readonly sensors: FakeSensors;
  /** What is called when the process ends by itself. */
  readonly exits = new Set<() => void>();
  /** Nobody holds lines for us, unless a test says so. */
  guards: LineGuards = { ask: () => false, pause: () => {} };
  readonly #options: PiRigOptions;
  #board: PinBoard | null = null;

  constructor(options: PiRigOptions = {}) {
    this.#options = options;
    this.kernel = new FakeGpioKernel(this.clock, options.chips ?? pi4Chips);
    this.machine = new FakeMachine(options.files ?? pi4);
    this.onoff = new FakeOnoff(this.clock, this.kernel, this.machine);
    this.pwm = new FakePwm(this.machine);
    this.sensors = new FakeSensors(this.machine);
  }

  async open(): Promise<OpenedBoard> {
    const { gpio = "auto", chip, guard = false } = this.#options;
    const opened = await openRaspberryPi({
      ...{ gpio, guard, clock: this.clock, machine: this.#parts() },
      ...(chip === undefined ? {} : { chip }),
    });
    if (opened.ok) this.#board = opened.board;
    return opened;
  }

  #parts(): PiMachine {
    const { noOnoff, sysfsOnly = false } = this.#options;
    return {
      view: this.machine,
      gpio: sysfsOnly ? Object.create(this.kernel, { chips: { value: () => [] } }) : this.kernel,
      pwm: this.pwm,
      loadOnoff: () =>
        noOnoff === undefined
          ? { ok: true, onoff: this.onoff.module }
          : { ok: false, reason: noOnoff },
      // No timer rings in a test by itself: a line looks at the time when it is asked.
      timer: () => ({ set: () => {} }),
      readText: (path) => this.sensors.read(path),
      every: (_period, act) => this.sensors.every(act),
      guards: this.guards,
      guardFolder: this.#options.guardFolder ?? "/proc/no-folder-can-be-made-here",
      atExit: (act) => {
        this.exits.add(act);
        return () => this.exits.delete(act);
      },
    };
  }

  get board(): PinBoard {
    if (this.#board === null) throw new Error("the board is not open");
    return this.#board;
  }

  get now() {
    return this.clock.now();
  }

  in(time: Duration): Instant {
    return after(this.now, time);
  }

  /** On the header's chip of a Pi 4. */
  line(offset: number) {
    return this.kernel.line("pinctrl-bcm2711", offset);
  }
}

export async function openedRig(options: PiRigOptions = {}): Promise<PiRig> {
  const rig = new PiRig(options);
  const opened = await rig.open();
  if (!opened.ok) throw new Error(opened.message);
  return rig;
}

/** @throws Error with the refusal */
export function got<Line>(
  opened: { readonly ok: true; readonly line: Line } | { readonly ok: false; message: string },
): Line {
  if (!opened.ok) throw new Error(opened.message);
  return opened.line;
}
