/** Moves one output line of sysfs. */
import { codeOf } from "../refusals.js";
import type { LineDriver } from "../timed-output.js";
import type { OnoffLine } from "./onoff-module.js";

export class SysfsDriver implements LineDriver {
  readonly #line: OnoffLine;
  readonly #activeLow: boolean;
  #isOutput: boolean;

  constructor(line: OnoffLine, activeLow: boolean, isOutput: boolean) {
    this.#line = line;
    this.#activeLow = activeLow;
    this.#isOutput = isOutput;
  }

  drive(value: number): string | null {
    return attempt(() => {
      if (this.#isOutput) this.#line.writeSync(value === 1 ? 1 : 0);
      // Level and direction in one word, in volts: it never drives a level that nobody wanted.
      else this.#line.setDirection((value === 1) !== this.#activeLow ? "high" : "low");
      this.#isOutput = true;
    });
  }

  letGo(): string | null {
    return attempt(() => {
      this.#line.setDirection("in");
      this.#isOutput = false;
    });
  }

  read(): number | null {
    if (!this.#isOutput) return null;
    try {
      return this.#line.readSync();
    } catch {
      return null;
    }
  }

  shut(): void {
    attempt(() => this.#line.unexport());
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
