/**
 * One channel of the hardware's PWM. Polarity is not used, for not every driver has it: an active
 * low line has the rest of the duty instead.
 */
import { codeOf } from "../refusals.js";
import type { LineDriver } from "../timed-output.js";
import type { PwmFiles } from "./pwm-files.js";

export interface PwmChannelParts {
  readonly files: PwmFiles;
  /** `/sys/class/pwm/pwmchip0/pwm1`. */
  readonly folder: string;
  /** In nanoseconds. */
  readonly period: number;
  readonly activeLow: boolean;
  /** Gives the channel back. */
  readonly onShut: () => void;
}

export class PwmChannel implements LineDriver {
  readonly #parts: PwmChannelParts;
  #enabled: boolean;

  /** @throws as the files do: who opens it knows what that means */
  constructor(parts: PwmChannelParts) {
    this.#parts = parts;
    this.#enabled = this.#read("enable") === "1";
    const { period } = parts;
    // A duty never exceeds its period, so the order depends on which way the period goes.
    if (Number(this.#read("duty_cycle")) > period) {
      this.#write("duty_cycle", this.#turned(0) * period);
    }
    this.#write("period", period);
  }

  drive(duty: number): string | null {
    return attempt(() => {
      this.#write("duty_cycle", Math.round(this.#turned(duty) * this.#parts.period));
      if (!this.#enabled) this.#write("enable", 1);
      this.#enabled = true;
    });
  }

  letGo(): string | null {
    return attempt(() => {
      this.#write("enable", 0);
      this.#enabled = false;
    });
  }

  read(): number | null {
    if (!this.#enabled) return null;
    try {
      return this.#turned(Number(this.#read("duty_cycle")) / this.#parts.period);
    } catch {
      return null;
    }
  }

  /** One that is on stays on, as its safe state says: the kernel turns it off when it is freed. */
  shut(): void {
    if (!this.#enabled) attempt(this.#parts.onShut);
  }

  #turned(duty: number): number {
    return this.#parts.activeLow ? 1 - duty : duty;
  }

  #read(name: string): string {
    return this.#parts.files.read(`${this.#parts.folder}/${name}`);
  }

  #write(name: string, value: number): void {
    this.#parts.files.write(`${this.#parts.folder}/${name}`, `${value}`);
  }
}

function attempt(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return codeOf(error);
  }
}
