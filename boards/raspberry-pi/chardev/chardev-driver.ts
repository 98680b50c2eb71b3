/** Moves one output line of the character device. */
import type { Level } from "../../pin-board.js";
import { errorName } from "../refusals.js";
import type { LineDriver } from "../timed-output.js";
import { flags, levelIn, lineConfig, lineValues, requests } from "./gpio-abi.js";
import type { GpioCalls } from "./gpio-calls.js";

export interface ChardevDriverParts {
  readonly calls: GpioCalls;
  readonly file: number;
  readonly activeLow: boolean;
  /** As the line was given to us. */
  readonly isOutput: boolean;
}

export class ChardevDriver implements LineDriver {
  readonly #calls: GpioCalls;
  readonly #file: number;
  readonly #polarity: number;
  #isOutput: boolean;

  constructor({ calls, file, activeLow, isOutput }: ChardevDriverParts) {
    this.#calls = calls;
    this.#file = file;
    this.#polarity = activeLow ? flags.activeLow : 0;
    this.#isOutput = isOutput;
  }

  drive(value: number): string | null {
    const level: Level = value === 1 ? 1 : 0;
    if (this.#isOutput) return this.#ask(requests.setValues, lineValues(level));
    // The direction changes together with the level: it never drives a level that nobody wanted.
    const trouble = this.#configure(flags.output, level);
    if (trouble === null) this.#isOutput = true;
    return trouble;
  }

  letGo(): string | null {
    const trouble = this.#configure(flags.input, null);
    if (trouble === null) this.#isOutput = false;
    return trouble;
  }

  read(): number | null {
    if (!this.#isOutput) return null;
    const bytes = lineValues(0);
    return this.#ask(requests.getValues, bytes) === null ? levelIn(bytes) : null;
  }

  shut(): void {
    this.#calls.close(this.#file);
  }

  #configure(direction: number, value: Level | null): string | null {
    const config = { flags: direction | this.#polarity, value, debounce: 0 };
    return this.#ask(requests.setConfig, lineConfig(config));
  }

  #ask(request: number, bytes: Uint8Array): string | null {
    const errno = this.#calls.ioctl(this.#file, request, bytes);
    return errno === 0 ? null : errorName(errno);
  }
}
