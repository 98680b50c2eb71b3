/**
 * The lines of one chip by sysfs, through the package onoff. It has less than the character device:
 * no pulls, the time of an edge is when this program heard of it, and a line is exported first and
 * set afterwards, though its level and its direction come in one word. Opening a line may hold the
 * loop up for a moment: onoff waits for the rights that udev gives to the new files.
 */
import type { MachineView } from "../../../src/host/doctor/machine-view.js";
import type { Clock } from "../../../src/host/monotonic-clock.js";
import type { LoopTimer } from "../../../src/host/wake-timer.js";
import type { Instant } from "../../../src/kernel/time.js";
import type {
  InputLine,
  InputRequest,
  Opened,
  OutputLine,
  OutputRequest,
  PinRefusal,
} from "../../pin-board.js";
import type { GpioBackEnd, LinePlace } from "../back-end.js";
import { codeOf, noPermission, refused } from "../refusals.js";
import { TimedOutput } from "../timed-output.js";
import type { Troubles } from "../troubles.js";
import type { Onoff, OnoffLine } from "./onoff-module.js";
import { gpioClass, type SysfsChip } from "./sysfs-chip.js";
import { SysfsDriver } from "./sysfs-driver.js";
import { SysfsInput } from "./sysfs-input.js";

export interface SysfsParts {
  readonly onoff: Onoff;
  readonly chip: SysfsChip;
  readonly view: MachineView;
  readonly clock: Clock;
  readonly troubles: Troubles;
  readonly timer: (wake: () => void) => LoopTimer;
}

export class SysfsBackEnd implements GpioBackEnd {
  readonly kind = "sysfs";
  readonly #parts: SysfsParts;

  constructor(parts: SysfsParts) {
    this.#parts = parts;
  }

  openInput(
    now: Instant,
    place: LinePlace,
    request: InputRequest,
    onClose: () => void,
  ): Opened<InputLine> {
    const { pin } = place;
    if (request.pull !== "none") {
      const remedy = "use `gpio: chardev`, or a resistor";
      return refused("not-supported", `${pin}: sysfs has no pulls; ${remedy}`);
    }
    const { activeLow, edges, debounce } = request;
    const watches = edges || debounce > 0;
    const opened = this.#make(place, (Gpio, number) => {
      return new Gpio(number, "in", watches ? "both" : undefined, { activeLow });
    });
    if (!opened.ok) return opened;
    const { line } = opened;
    const { clock, troubles, timer } = this.#parts;
    const parts = { pin, line, clock, troubles, timer, edges, debounce, now, onClose };
    const made = this.#attempt(place, () => new SysfsInput(parts));
    // Nothing stays exported of what is refused; where that fails too, the line is gone.
    if (!made.ok) this.#attempt(place, () => line.unexport());
    return made;
  }

  openOutput(
    _now: Instant,
    place: LinePlace,
    request: OutputRequest,
    onClose: () => void,
  ): Opened<OutputLine> {
    const { initial, safe, activeLow } = request;
    const first = initial !== "safe" ? initial : safe.kind === "value" ? safe.value : null;
    const isOut = first !== null || (safe.kind === "hold" && this.#isOutput(place));
    const opened = this.#make(place, (Gpio, number) => {
      if (first !== null) {
        // These words mean volts, also on a line that is active low.
        const isHigh = (first === 1) !== activeLow;
        return new Gpio(number, isHigh ? "high" : "low", undefined, { activeLow });
      }
      const options = { activeLow, reconfigureDirection: false };
      return new Gpio(number, isOut ? "out" : "in", undefined, options);
    });
    if (!opened.ok) return opened;
    const { troubles, timer } = this.#parts;
    const driver = new SysfsDriver(opened.line, activeLow, isOut);
    const { pin } = place;
    const line = new TimedOutput({
      ...{ pin, safe, takes: "levels", driver, troubles, timer, onClose },
    });
    return { ok: true, line };
  }

  close(): void {}

  #numberOf({ offset }: LinePlace): number {
    return this.#parts.chip.base + offset;
  }

  /** One that a predecessor has left exported; what is not exported is taken for an input. */
  #isOutput(place: LinePlace): boolean {
    const folder = `${gpioClass}/gpio${this.#numberOf(place)}`;
    return this.#parts.view.text(`${folder}/direction`) === "out";
  }

  #make(
    place: LinePlace,
    make: (Gpio: Onoff["Gpio"], number: number) => OnoffLine,
  ): Opened<OnoffLine> {
    return this.#attempt(place, () => make(this.#parts.onoff.Gpio, this.#numberOf(place)));
  }

  #attempt<Line>(place: LinePlace, make: () => Line): Opened<Line> {
    try {
      return { ok: true, line: make() };
    } catch (error) {
      return this.#refusal(place, codeOf(error));
    }
  }

  #refusal(place: LinePlace, code: string): PinRefusal {
    const { chip, view } = this.#parts;
    const number = this.#numberOf(place);
    const where = `${place.pin}, line ${place.offset} of ${chip.label} (sysfs ${number})`;
    switch (code) {
      case "EBUSY": {
        const look = "`gpioinfo` shows by which driver or program";
        return refused("in-use", `${where}: it is in use (${look}): end that first`);
      }
      case "EACCES":
      case "EPERM":
        return noPermission(view, `${gpioClass}/export`, `${where} is wanted`);
      case "EINVAL":
        return refused("not-supported", `${where}: the kernel has no such line in sysfs`);
      case "ENOENT":
      case "EIO":
        return refused("not-supported", `${where}: it has no interrupt: open it without edges`);
      default:
        return refused("system-error", `${where}: it could not be opened (${code})`);
    }
  }
}
