/**
 * The PWM of the hardware, on the pins that have it and where an overlay has given it to them.
 * There is none in software: a program that is late would make another duty of it.
 *
 * That the overlay has put the channel on this pin, and not on the other that can have it, no
 * program can see without being root: docs/boards-raspberry-pi.md says which line to write.
 */
import type { MachineView } from "../../../src/host/doctor/machine-view.js";
import type { LoopTimer } from "../../../src/host/wake-timer.js";
import type { Instant } from "../../../src/kernel/time.js";
import type { Opened, OutputLine, PinRefusal, PwmRequest } from "../../pin-board.js";
import type { LinePlace } from "../back-end.js";
import type { PwmPins } from "../linux-board.js";
import type { PiModel } from "../pi-models.js";
import { codeOf, noPermission, refused } from "../refusals.js";
import { type LineDriver, makeSafe, TimedOutput } from "../timed-output.js";
import type { Troubles } from "../troubles.js";
import { PwmChannel } from "./pwm-channel.js";
import type { PwmFiles } from "./pwm-files.js";

export interface HardwarePwmParts {
  readonly view: MachineView;
  /** Null where nothing is known of the machine's PWM. */
  readonly model: PiModel | null;
  readonly files: PwmFiles;
  readonly troubles: Troubles;
  readonly timer: (wake: () => void) => LoopTimer;
  /** A guard is wanted, come what may: of PWM there is none. */
  readonly mustGuard: boolean;
}

const pwmClass = "/sys/class/pwm";

/** In nanoseconds. */
const second = 1e9;
const periodMax = 4 * second;

/** A channel that was just exported gets its rights by udev, a moment later. In milliseconds. */
const rightsWaitMax = 200;
const rightsLook = 10;

export class HardwarePwm implements PwmPins {
  readonly #parts: HardwarePwmParts;
  /** The folder of the chip; null where there is none. */
  readonly #chip: string | null;

  constructor(parts: HardwarePwmParts) {
    this.#parts = parts;
    this.#chip = parts.model === null ? null : chipOf(parts.view, parts.model.pwmDevice);
  }

  has(line: number): boolean {
    return this.#chip !== null && this.#channelOf(line) !== null;
  }

  lack(line: number): string {
    if (this.has(line)) return "";
    const { model } = this.#parts;
    if (model === null) return "; it is not known which lines of this machine have PWM";
    if (this.#channelOf(line) !== null) {
      const overlay = "`dtoverlay=pwm-2chan` in /boot/firmware/config.txt, and a restart";
      return `: its PWM is not switched on; ${overlay}, gives it to GPIO18 and GPIO19`;
    }
    const able = [...model.pwmChannels.keys()].sort((one, other) => one - other);
    return `: the PWM is on ${able.map((one) => `GPIO${one}`).join(", ")}`;
  }

  open(
    _now: Instant,
    { pin, offset }: LinePlace,
    request: PwmRequest,
    onClose: () => void,
  ): Opened<OutputLine> {
    const refusal = this.#unsafe(pin, request);
    if (refusal !== null) return refusal;
    const period = Math.round(second / request.frequency);
    if (!(request.frequency > 0) || period < 1 || period > periodMax) {
      return refused("not-able", `${pin}: a frequency of ${request.frequency} Hz is none`);
    }
    const opened = this.#openChannel(pin, offset, period, request);
    if (!opened.ok) return opened;
    const driver = opened.line;
    const { troubles, timer } = this.#parts;
    const { safe } = request;
    const line = new TimedOutput({
      ...{ pin, safe, takes: "duties", driver, troubles, timer, onClose },
    });
    return { ok: true, line };
  }

  /** What it would promise, and could not keep. */
  #unsafe(pin: string, { activeLow, safe }: PwmRequest): PinRefusal | null {
    if (this.#parts.mustGuard) {
      const remedy = "say `guard: false`, or nothing of it, or put the output on a bridge";
      return refused("not-able", `${pin}: a guard is wanted, and PWM has none: ${remedy}`);
    }
    // PWM that is off is 0 volts.
    if (activeLow && safe.kind === "input") {
      const remedy = "say what is safe as a value, for instance `safe: 0`";
      const why = "PWM that is let go has 0 V, active low full on";
      return refused("not-able", `${pin}: ${why}; ${remedy}`);
    }
    return null;
  }

  #channelOf(line: number): number | null {
    return this.#parts.model?.pwmChannels.get(line) ?? null;
  }

  #openChannel(
    pin: string,
    line: number,
    period: number,
    { initial, safe, activeLow }: PwmRequest,
  ): Opened<LineDriver> {
    const channel = this.#channelOf(line);
    if (this.#chip === null || channel === null) {
      return refused("not-able", `${pin} has no PWM${this.lack(line)}`);
    }
    const chip = this.#chip;
    const folder = `${chip}/pwm${channel}`;
    const { files } = this.#parts;
    try {
      if (this.#parts.view.text(`${folder}/period`) === null) this.#take(chip, channel, folder);
      const onShut = () => files.write(`${chip}/unexport`, `${channel}`);
      const driver = new PwmChannel({ files, folder, period, activeLow, onShut });
      const trouble = initial === "safe" ? makeSafe(driver, safe) : driver.drive(initial);
      return trouble === null ? { ok: true, line: driver } : this.#refusal(pin, folder, trouble);
    } catch (error) {
      return this.#refusal(pin, folder, codeOf(error));
    }
  }

  /** @throws as the files do */
  #take(chip: string, channel: number, folder: string): void {
    const { files } = this.#parts;
    files.write(`${chip}/export`, `${channel}`);
    for (let waited = 0; waited < rightsWaitMax; waited += rightsLook) {
      try {
        files.write(`${folder}/duty_cycle`, "0");
        return;
      } catch (error) {
        if (codeOf(error) !== "EACCES") return;
      }
      files.pause(rightsLook);
    }
  }

  #refusal(pin: string, folder: string, code: string): PinRefusal {
    if (code === "EACCES" || code === "EPERM") {
      return noPermission(this.#parts.view, folder, `the PWM of ${pin} is wanted`);
    }
    if (code === "EBUSY") {
      return refused("in-use", `the PWM of ${pin} is in use, by another driver or an audio jack`);
    }
    return refused("system-error", `the PWM of ${pin}: ${folder} refused it (${code})`);
  }
}

/** A chip is known by its device: its number is another with every overlay. */
function chipOf(view: MachineView, device: string): string | null {
  const chips = view.names(pwmClass).filter((name) => /^pwmchip\d{1,4}$/.test(name));
  const found = chips.find((chip) => view.link(`${pwmClass}/${chip}`)?.includes(`${device}/`));
  return found === undefined ? null : `${pwmClass}/${found}`;
}
