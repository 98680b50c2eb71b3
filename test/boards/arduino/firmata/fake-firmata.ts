/** A board with Firmata that is a few lines: what it is, and what it was told, are the test's. */
import { Duplex } from "node:stream";

export interface FakeFacts {
  readonly version: readonly [major: number, minor: number];
  /** Modes of each pin. */
  readonly pins: readonly (readonly number[])[];
  /** Answers nothing at all. */
  readonly mute: boolean;
}

export const fakeFacts: FakeFacts = {
  version: [2, 5],
  pins: [[], [0, 1, 11], [0, 1, 3], [0, 1, 2]],
  mute: false,
};

export class FakeFirmata extends Duplex {
  readonly told: number[] = [];
  readonly #facts: FakeFacts;
  readonly #modes = new Map<number, number>();
  #mute: boolean;

  constructor(facts: Partial<FakeFacts> = {}) {
    super();
    this.#facts = { ...fakeFacts, ...facts };
    this.#mute = this.#facts.mute;
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.told.push(...bytes);
    if (!this.#mute) this.#answer([...bytes]);
    done();
  }

  mute(mute: boolean): void {
    this.#mute = mute;
  }

  say(...bytes: readonly number[]): void {
    this.push(Buffer.from(bytes));
  }

  /** The pins are as at the start; nobody is told. */
  resetQuietly(): void {
    this.#modes.clear();
  }

  /** Messages of one write come whole. */
  #answer(bytes: readonly number[]): void {
    for (let at = 0; at < bytes.length; at += 1) {
      const [command = 0, first = 0, second = 0] = bytes.slice(at);
      if (command === 0xf9) this.say(0xf9, ...this.#facts.version);
      if (command === 0xf4) this.#modes.set(first, second);
      if (command === 0xf0) this.#answerSysex(first, second);
    }
  }

  #answerSysex(kind: number, pin: number): void {
    const { pins } = this.#facts;
    if (kind === 0x79) this.say(0xf0, 0x79, 1, 0, 0x46, 0, 0xf7);
    if (kind === 0x6b) {
      const told = pins.flatMap((able) => [...able.flatMap((mode) => [mode, 1]), 0x7f]);
      this.say(0xf0, 0x6c, ...told, 0xf7);
    }
    if (kind === 0x69) {
      const channels = pins.map((able) => (able.includes(2) ? 0 : 0x7f));
      this.say(0xf0, 0x6a, ...channels, 0xf7);
    }
    if (kind === 0x6d) this.say(0xf0, 0x6e, pin, this.#modes.get(pin) ?? 0, 0, 0xf7);
  }
}
