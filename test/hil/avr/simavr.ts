/**
 * A microcontroller in simavr, by the program of scripts/hil/avr. Time is its own: it stands still
 * between two calls of `run`.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { parseSimavrLine, type SimavrWord } from "./simavr-words.js";

export interface SimavrOptions {
  /** The harness that was built. */
  readonly harness: string;
  readonly processor: "atmega328p" | "atmega2560";
  readonly hex: string;
  /** The UARTs that are connected, by their numbers. */
  readonly uarts: readonly number[];
}

export interface Heard {
  readonly uart: number;
  /** Until when, in microseconds since power came on. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

const hertz = 16_000_000;

/** One line at most, in bytes; the harness takes 4,000. */
const sayMax = 2_000;

export class Simavr {
  /** Microseconds since power came on. */
  now = 0;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #words: AsyncIterator<string>;

  constructor({ harness, processor, hex, uarts }: SimavrOptions) {
    const words = [processor, `${hertz}`, hex, uarts.join("")];
    this.#process = spawn(harness, words, { stdio: ["pipe", "pipe", "inherit"] });
    // One that ended early is told of by its last word that never comes.
    this.#process.stdin.on("error", () => {});
    this.#words = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error where the firmware crashed, or the harness has ended */
  async run(micros: number): Promise<readonly Heard[]> {
    this.#order(`run ${Math.round(micros)}`);
    const heard: Heard[] = [];
    for (;;) {
      const word = await this.#next();
      if (word.kind === "heard") heard.push(word);
      else if (word.kind === "ran") {
        this.now = word.at;
        if (word.state === "running" || word.state === "sleeping") return heard;
        throw new Error(`the microcontroller has ${word.state} at ${word.at} us`);
      } else throw new Error(`simavr-harness said "${JSON.stringify(word)}" while it ran`);
    }
  }

  say(uart: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += sayMax) {
      const hex = Buffer.from(bytes.subarray(at, at + sayMax)).toString("hex");
      this.#order(`say ${uart} ${hex}`);
    }
  }

  millivolts(channel: number, value: number): void {
    this.#order(`volts ${channel} ${value}`);
  }

  /** From outside, at a port's pin: `pin("D", 2, 1)`. */
  pin(port: string, bit: number, level: 0 | 1): void {
    this.#order(`pin ${port} ${bit} ${level}`);
  }

  /** A byte of the registers or the memory, by its address in the data space. */
  async peek(address: number): Promise<number> {
    this.#order(`peek ${address.toString(16)}`);
    const word = await this.#next();
    if (word.kind === "peeked") return word.value;
    throw new Error(`simavr-harness said "${JSON.stringify(word)}" to a peek`);
  }

  end(): void {
    this.#process.stdin.end();
    this.#process.kill();
  }

  #order(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  async #next(): Promise<SimavrWord> {
    const { done, value } = await this.#words.next();
    if (done === true) throw new Error("simavr-harness has ended");
    return parseSimavrLine(value);
  }
}
