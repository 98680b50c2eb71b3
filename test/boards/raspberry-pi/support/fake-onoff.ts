/**
 * The package onoff over sysfs, as far as a driver sees of it: it exports a line first and sets it
 * up afterwards, its words `high` and `low` mean volts, and when it hears of an edge it reads the
 * level by its own `readSync`: what that throws then, nobody catches.
 */
import type {
  Onoff,
  OnoffEdge,
  OnoffLine,
  OnoffOptions,
} from "../../../../boards/raspberry-pi/sysfs/onoff-module.js";
import type { Clock } from "../../../../src/host/monotonic-clock.js";
import type { FakeGpioKernel } from "./fake-gpio-kernel.js";
import type { FakeLine } from "./fake-gpio-line.js";
import type { FakeMachine } from "./fake-machine.js";

type Level = 0 | 1;
type Direction = "in" | "out" | "high" | "low";
type Callback = (error: Error | null | undefined, value: Level) => void;

/** Where the lines of a chip begin in sysfs, as on a Pi 4 with kernel 6.6. */
export const sysfsBase = 512;
const label = "pinctrl-bcm2711";

export const sysfsFiles: Readonly<Record<string, string>> = {
  "/sys/class/gpio/export": "",
  "/sys/class/gpio/gpiochip512/label": `${label}\n`,
  "/sys/class/gpio/gpiochip512/base": "512\n",
  "/sys/class/gpio/gpiochip512/ngpio": "58\n",
  "/sys/class/gpio/gpiochip570/label": "raspberrypi-exp-gpio\n",
  "/sys/class/gpio/gpiochip570/base": "570\n",
  "/sys/class/gpio/gpiochip570/ngpio": "8\n",
};

export class FakeOnoff {
  readonly module: Onoff;
  /** What making a line throws. */
  failure: string | null = null;
  /** What reading a line throws, and watching one. */
  readFailure: string | null = null;
  readonly #lines = new Set<SysfsLine>();

  constructor(clock: Clock, kernel: FakeGpioKernel, machine: FakeMachine) {
    const owner = this;
    const lines = this.#lines;
    this.module = {
      Gpio: class extends SysfsLine {
        constructor(gpio: number, direction: Direction, edge: OnoffEdge, options: OnoffOptions) {
          if (owner.failure !== null) throw thrown(owner.failure);
          const offset = gpio - sysfsBase;
          if (offset < 0 || offset >= 58) throw thrown("EINVAL");
          const line = kernel.line(label, offset);
          if (line.used && line.consumer !== "sysfs") throw thrown("EBUSY");
          const failure = () => owner.readFailure;
          super({ clock, kernel, machine, gpio, line, edge, options, failure }, () =>
            lines.delete(this),
          );
          lines.add(this);
          if (options.reconfigureDirection === false && this.direction() === direction) return;
          this.setDirection(direction);
        }
      },
    };
  }

  get exported(): number {
    return this.#lines.size;
  }

  /** Words that were on their way come, also to lines that were closed meanwhile. */
  ringAll(lines: readonly SysfsLine[]): void {
    for (const line of lines) line.ring();
  }

  get lines(): readonly SysfsLine[] {
    return [...this.#lines];
  }

  /** The loop turns: callbacks that are due come. */
  turn(): void {
    for (const line of this.#lines) line.turn();
  }
}

interface SysfsParts {
  readonly clock: Clock;
  readonly kernel: FakeGpioKernel;
  readonly machine: FakeMachine;
  readonly gpio: number;
  readonly line: FakeLine;
  readonly edge: OnoffEdge;
  readonly options: OnoffOptions;
  readonly failure: () => string | null;
}

class SysfsLine implements OnoffLine {
  readonly #parts: SysfsParts;
  readonly #onEnd: () => void;
  #callback: Callback | null = null;
  #open = true;

  constructor(parts: SysfsParts, onEnd: () => void) {
    this.#parts = parts;
    this.#onEnd = onEnd;
    const { line } = parts;
    line.used = true;
    line.consumer = "sysfs";
    this.#configure(null, 0);
  }

  readSync = (): Level => {
    this.#mustBeOpen();
    const failure = this.#parts.failure();
    if (failure !== null) throw thrown(failure);
    return this.#parts.line.logical(this.#parts.clock.now());
  };

  writeSync(value: Level): void {
    this.#mustBeOpen();
    const { line, clock } = this.#parts;
    if (line.direction !== "output") throw thrown("EPERM");
    line.drive(clock.now(), value);
  }

  direction(): string {
    return this.#parts.line.direction === "output" ? "out" : "in";
  }

  setDirection(direction: Direction): void {
    this.#mustBeOpen();
    if (direction === "in") this.#configure("input", 0);
    else {
      const volts = direction === "high" ? 1 : 0;
      this.#configure("output", this.#parts.options.activeLow ? ((1 - volts) as Level) : volts);
    }
  }

  watch(callback: Callback): void {
    this.#mustBeOpen();
    this.#callback = callback;
  }

  unexport(): void {
    this.#mustBeOpen();
    this.#open = false;
    const { line, clock, kernel, machine } = this.#parts;
    line.giveBack(clock.now(), kernel.onRelease);
    machine.files.delete(this.#file);
    this.#onEnd();
  }

  turn(): void {
    const { line, clock, edge } = this.#parts;
    const heard = line.take(clock.now(), 10_000).length > 0;
    if (heard && edge === "both") this.ring();
  }

  /** It hears of an edge; also once more after its end, for that word was on its way. */
  ring(): void {
    this.#callback?.(null, this.readSync());
  }

  get #file(): string {
    return `/sys/class/gpio/gpio${this.#parts.gpio}/direction`;
  }

  #configure(direction: "input" | "output" | null, value: Level): void {
    const { line, clock, machine, edge, options } = this.#parts;
    const { activeLow } = options;
    const both = edge === "both";
    const more = { activeLow, rising: both, falling: both, pull: "none" as const, debounce: 0 };
    line.configure(clock.now(), { direction, value, ...more });
    machine.files.set(this.#file, `${this.direction()}\n`);
  }

  #mustBeOpen(): void {
    if (!this.#open) throw thrown("EBADF");
  }
}

const thrown = (code: string): Error => Object.assign(new Error(code), { code });
