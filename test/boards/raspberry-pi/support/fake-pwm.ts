/** The files of /sys/class/pwm: what the kernel takes there, and in which order. */
import type { PwmFiles } from "../../../../boards/raspberry-pi/pwm/pwm-files.js";
import type { FakeMachine } from "./fake-machine.js";

const chip = "/sys/class/pwm/pwmchip0";

/** As the overlay pwm-2chan makes them on a Pi 4. */
export const pwmFilesOfPi4: Readonly<Record<string, string>> = {
  [`${chip}/npwm`]: "2\n",
  [`${chip}@`]: "../../devices/platform/soc/fe20c000.pwm/pwm/pwmchip0",
};

export class FakePwm implements PwmFiles {
  readonly #machine: FakeMachine;
  /** A channel that was exported may be written after so many pauses. */
  pausesUntilRights = 0;
  pauses = 0;
  /** What a voltmeter at channel 0 showed after each write. */
  readonly duties: (number | null)[] = [];
  /** Writes to a file of this name fail so. */
  readonly failures = new Map<string, string>();

  constructor(machine: FakeMachine) {
    this.#machine = machine;
  }

  read(path: string): string {
    const text = this.#machine.text(path);
    if (text === null) throw thrown("ENOENT");
    return text;
  }

  pause(): void {
    this.pauses += 1;
  }

  write(path: string, text: string): void {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const failure = this.failures.get(name);
    if (failure !== undefined) throw thrown(failure);
    if (name === "export") this.#export(`${chip}/pwm${text}`);
    else if (name === "unexport") this.#unexport(`${chip}/pwm${text}`);
    else this.#set(path, name, text);
  }

  #set(path: string, name: string, text: string): void {
    if (this.#machine.text(path) === null) throw thrown("ENOENT");
    if (this.pauses < this.pausesUntilRights) throw thrown("EACCES");
    if (!this.#isTaken(path.slice(0, -name.length), name, Number(text))) throw thrown("EINVAL");
    this.#machine.files.set(path, `${text}\n`);
    this.duties.push(this.duty(0));
  }

  /** What a voltmeter shows of a channel: the share of the time at 3.3 V; null where it is off. */
  duty(channel: number): number | null {
    const of = (name: string) => Number(this.#machine.text(`${chip}/pwm${channel}/${name}`));
    return of("enable") === 1 ? of("duty_cycle") / of("period") : null;
  }

  #isTaken(folder: string, name: string, value: number): boolean {
    const other = (file: string) => Number(this.#machine.text(`${folder}${file}`));
    if (!Number.isSafeInteger(value) || value < 0) return false;
    if (name === "duty_cycle") return value <= other("period") || other("period") === 0;
    if (name === "period") return value >= other("duty_cycle");
    return name === "enable" && (value === 0 || other("period") > 0);
  }

  #export(folder: string): void {
    if (this.#machine.text(`${folder}/period`) !== null) throw thrown("EBUSY");
    for (const name of ["period", "duty_cycle", "enable"]) {
      this.#machine.files.set(`${folder}/${name}`, "0\n");
    }
  }

  #unexport(folder: string): void {
    for (const name of ["period", "duty_cycle", "enable"]) {
      this.#machine.files.delete(`${folder}/${name}`);
    }
  }
}

const thrown = (code: string): Error => Object.assign(new Error(code), { code });
