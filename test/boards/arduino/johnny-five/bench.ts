/**
 * A bench for johnny-five's components: its board over a mock pin board, in a time that only the
 * trial moves. One board serves all trials of a file, as johnny-five keeps its boards for ever;
 * `clear` takes everything off it.
 *
 * Only timers and the date are faked. An LCD waits in a loop around the true `hrtime`.
 */
import { setImmediate as breathe } from "node:timers/promises";
import { vi } from "vitest";
import {
  JohnnyFiveIo,
  type JohnnyFiveIoOptions,
} from "../../../../boards/arduino/johnny-five-io.js";
import { MockPinBoard } from "../../../../boards/mock/pins/mock-pin-board.js";
import { unoShape } from "../../../../boards/mock/pins/shape.js";
import type { Level } from "../../../../boards/pin-board.js";
import { type Instant, instant, millis } from "../../../../src/kernel/time.js";
import { five } from "./five.js";

/** The step in which the bench moves time, in milliseconds. */
const step = 5;

export interface Bench {
  readonly mock: MockPinBoard;
  readonly io: JohnnyFiveIo;
  now(): Instant;
  /** Lets so many milliseconds pass. */
  pass(milliseconds: number): Promise<void>;
  /** What a voltmeter shows, as a share of the supply. */
  at(pin: string): number | null;
  /** All that the pin had since `clear`. */
  history(pin: string): readonly (number | null)[];
  drive(pin: string, level: Level | null): void;
  volts(pin: string, volts: number): void;
  clear(): void;
}

export async function makeBench(options: Partial<JohnnyFiveIoOptions> = {}): Promise<Bench> {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
    now: 1_000_000,
  });
  const now = (): Instant => instant(Date.now() * 1_000);
  const mock = new MockPinBoard({ shape: unoShape, begins: now() });
  const io = new JohnnyFiveIo({ board: mock, clock: { now }, ...options });
  const board = new five.Board({ io, repl: false, debug: false, sigint: false });
  await new Promise<void>((resolve) => void board.on("ready", resolve));
  return benchOf(mock, io, now);
}

function benchOf(mock: MockPinBoard, io: JohnnyFiveIo, now: () => Instant): Bench {
  let from = now();
  return {
    ...{ mock, io, now },
    pass: async (milliseconds) => {
      for (let passed = 0; passed < milliseconds; passed += step) {
        vi.advanceTimersByTime(step);
        await breathe();
      }
    },
    at: (pin) => mock.measure(now(), pin),
    history: (pin) =>
      mock
        .history(now(), pin)
        .filter(({ at }) => at >= from)
        .map(({ value }) => value),
    drive: (pin, level) => mock.drive(now(), pin, level),
    volts: (pin, volts) => mock.set(now(), pin, volts),
    clear: () => {
      // A trial may have listened at the methods.
      Reflect.deleteProperty(io, "digitalWrite");
      io.close();
      // Taking the timers off also sets the time back to its start, and time never goes back.
      const cleared = Date.now();
      vi.clearAllTimers();
      vi.setSystemTime(cleared);
      for (const name of io.eventNames()) {
        if (/^(digital|analog)-read|^refused$/.test(String(name))) io.removeAllListeners(name);
      }
      for (const { name, analog } of mock.pins) {
        mock.drive(now(), name, null);
        if (analog !== null) mock.set(now(), name, 0);
      }
      vi.advanceTimersByTime(1);
      from = now();
      io.setSamplingInterval(millis(step) / 1_000);
    },
  };
}
