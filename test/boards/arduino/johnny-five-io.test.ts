/** The IO plugin by itself: what johnny-five's components do with it is in johnny-five/. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type I2cPort, IoI2c } from "../../../boards/arduino/io-i2c.js";
import { IoPins } from "../../../boards/arduino/io-pins.js";
import { JohnnyFiveIo } from "../../../boards/arduino/johnny-five-io.js";
import { PulseRange } from "../../../boards/arduino/pulse-range.js";
import { MockPinBoard } from "../../../boards/mock/pins/mock-pin-board.js";
import { plainShape, unoShape } from "../../../boards/mock/pins/shape.js";
import type { BoardHealth, PinBoard, PinFacts } from "../../../boards/pin-board.js";
import { type Instant, instant, millis } from "../../../src/kernel/time.js";

const now = (): Instant => instant(Date.now() * 1_000);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"], now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function makeIo(board: PinBoard = new MockPinBoard({ shape: unoShape, begins: now() })) {
  const io = new JohnnyFiveIo({ board, clock: { now }, samplingInterval: millis(10) });
  return { io, board };
}

const uno = () => new MockPinBoard({ shape: unoShape, begins: now() });

describe("the numbers of the pins", () => {
  const numbers = new IoPins(unoShape.pins);

  it("IO-1: are those that are printed, and the others follow", () => {
    expect(["D2", "d13", "13", 13, "A0", "a5", "D14"].map((pin) => numbers.normalize(pin))).toEqual(
      [2, 13, 13, 13, 14, 19, 14],
    );
    expect(numbers.analogPins).toEqual([14, 15, 16, 17, 18, 19]);
    expect(numbers.table).toHaveLength(20);
    expect(numbers.table[0]?.supportedModes).toEqual([]);
    expect(numbers.table[14]?.analogChannel).toBe(0);
    expect(numbers.table[13]?.analogChannel).toBe(127);
  });

  it("IO-1: mean themselves, however often they are normalised", () => {
    for (const { name } of unoShape.pins) {
      const once = numbers.normalize(name);
      expect(numbers.normalize(once)).toBe(once);
      expect(numbers.normalize(String(once))).toBe(once);
    }
  });

  it("IO-1: of a Pi are those of its GPIO; what is not a pin of the header follows", () => {
    const facts = (name: string, aliases: readonly string[]): PinFacts => ({
      ...{ name, aliases, uses: ["input", "output"], analog: null },
    });
    const pi = new IoPins([facts("GPIO2", ["P1-3"]), facts("GPIO17", ["P1-11"]), facts("cpu", [])]);
    expect(["GPIO17", 17, "P1-11", "cpu"].map((pin) => pi.normalize(pin))).toEqual([
      17, 17, 17, 18,
    ]);
  });

  it("IO-1: of a board without numbers are in its order; a huge number is none", () => {
    const plain = new IoPins(plainShape(["heater", "GPIO999", "fan"]).pins);
    expect(plain.table).toHaveLength(3);
    expect(plain.normalize("GPIO999")).toBe(1);
  });

  it.each(["D99", 99, "", "__proto__", -1, 1.5])(
    "IO-2: refuses %s, and names what there is",
    (pin) => {
      expect(() => numbers.normalize(pin)).toThrow(/has no pin .*its pins are D2, D3/);
    },
  );
});

describe("the IO plugin", () => {
  it("IO-3: tells connect and then ready, and not before one can listen", async () => {
    const { io } = makeIo();
    const told: string[] = [];
    for (const event of ["connect", "ready"]) io.on(event, () => told.push(event));
    expect(io.isReady).toBe(false);
    await new Promise<void>((resolve) => void io.once("ready", resolve));
    expect(told).toEqual(["connect", "ready"]);
    expect(io.isReady).toBe(true);
  });

  it("IO-4: a written input switches its pull-up, and an output is not opened anew", () => {
    const board = uno();
    const { io } = makeIo(board);
    io.pinMode(2, 0);
    expect(board.measure(now(), "D2")).toBeNull();
    io.digitalWrite(2, 1);
    expect(board.measure(now(), "D2")).toBe(1);
    io.digitalWrite(2, 0);
    expect(board.measure(now(), "D2")).toBeNull();
    io.pinMode(8, 1);
    io.digitalWrite(8, 1);
    io.pinMode(8, 1);
    expect(board.history(now(), "D8").map(({ value }) => value)).toEqual([0, 1]);
  });

  it("IO-4: a pin changes its use", () => {
    const board = uno();
    const { io } = makeIo(board);
    io.digitalWrite(9, 1);
    io.pwmWrite(9, 51);
    expect(board.measure(now(), "D9")).toBeCloseTo(0.2, 5);
    io.servoWrite(9, 90);
    expect(board.measure(now(), "D9")).toBeCloseTo(1_472 / 20_000, 5);
    io.pinMode(9, 0);
    expect(board.measure(now(), "D9")).toBeNull();
  });

  it("IO-5: what a pin cannot do is thrown, with the board's sentence", () => {
    const { io } = makeIo();
    expect(() => io.pinMode(2, io.MODES.PWM)).toThrow(/D2 .*pwm/);
    expect(() => io.pinMode(2, io.MODES.STEPPER)).toThrow(/D2 was asked for STEPPER/);
    expect(() => io.analogRead(2, () => {})).toThrow(/analog/);
    expect(() => io.i2cConfig()).toThrow(/no I2C bus/);
    const calls = io as unknown as Readonly<Record<string, () => void>>;
    for (const call of ["pingRead", "stepperConfig", "serialConfig", "sendOneWireConfig"]) {
      expect(calls[call], call).toThrow(new RegExp(`^${call} is not possible on a mock board`));
    }
  });

  it("IO-5: what only reports calls back", async () => {
    const { io } = makeIo();
    io.digitalWrite(8, 1);
    await new Promise<void>((resolve) => io.queryPinState(8, resolve));
    expect(io.pins[8]?.value).toBe(1);
  });

  it("IO-6: tells a level once, and every edge between two looks", () => {
    const board = uno();
    const { io } = makeIo(board);
    const levels: number[] = [];
    board.drive(now(), "D2", 0);
    io.digitalRead(2, (level) => levels.push(level));
    vi.advanceTimersByTime(50);
    expect(levels).toEqual([0]);
    for (const level of [1, 0, 1] as const) board.drive(now(), "D2", level);
    vi.advanceTimersByTime(50);
    expect(levels).toEqual([0, 1, 0, 1]);
  });

  it("IO-6: tells a sample for each that was taken, and none twice", () => {
    const converter = { period: 25_000, step: 0 };
    const board = new MockPinBoard({ shape: unoShape, begins: now(), converter });
    const { io } = makeIo(board);
    board.set(now(), "A0", 2.5);
    const values: number[] = [];
    io.analogRead("A0", (value) => values.push(value));
    vi.advanceTimersByTime(100);
    expect(values.every((value) => value === 512)).toBe(true);
    expect(values.length).toBeGreaterThanOrEqual(4);
    expect(values.length).toBeLessThanOrEqual(5);
  });

  it("IO-7: a silent board is told, and no old value passes for a new one", () => {
    const { io, freeze } = frozenBoard();
    const told: string[] = [];
    for (const event of ["silent", "live", "disconnect"]) io.on(event, () => told.push(event));
    let values = 0;
    io.analogRead("A0", () => {
      values += 1;
    });
    vi.advanceTimersByTime(100);
    expect(values).toBeGreaterThan(5);
    expect(io.age("A0")).toBe(0);
    freeze({ kind: "silent", since: now() });
    values = 0;
    vi.advanceTimersByTime(100);
    expect([values, told]).toEqual([0, ["silent"]]);
    expect(io.age("A0")).toBe(100_000);
    freeze(null);
    vi.advanceTimersByTime(100);
    expect(values).toBeGreaterThan(5);
    freeze({ kind: "lost", message: "unplugged" });
    vi.advanceTimersByTime(100);
    expect(told).toEqual(["silent", "live", "disconnect"]);
  });

  it("IO-8: a word that the board refuses is told by the event `refused`", () => {
    const { io, board } = makeIo();
    const refused: unknown[] = [];
    io.on("refused", (word) => refused.push(word));
    io.digitalWrite(8, 1);
    expect(refused).toEqual([]);
    board.close(now());
    io.digitalWrite(8, 0);
    expect(refused).toEqual([{ pin: "D8", value: 0, reason: "closed" }]);
  });

  it("IO-8: close makes outputs safe and leaves the board open", () => {
    const board = uno();
    const { io } = makeIo(board);
    io.digitalWrite(8, 1);
    io.close();
    expect(board.measure(now(), "D8")).toBe(0);
    expect(board.openOutput(now(), "D8", plain).ok).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

const plain = { initial: 0, safe: { kind: "input" }, activeLow: false } as const;

/** A board whose time stands still while it is frozen. */
function frozenBoard() {
  const mock = uno();
  let health: BoardHealth | null = null;
  let stopped: Instant = now();
  const freeze = (to: BoardHealth | null): void => {
    stopped = now();
    health = to;
  };
  const board: PinBoard = Object.create(mock, {
    pins: { value: mock.pins },
    description: { value: mock.description },
    health: { value: (at: Instant) => health ?? mock.health(at) },
    openAnalog: {
      value: (at: Instant, pin: string) => {
        const opened = mock.openAnalog(at, pin);
        if (!opened.ok) return opened;
        const { line } = opened;
        const read = (asked: Instant) => line.read(health === null ? asked : stopped);
        return { ok: true, line: { pin, unit: line.unit, read, close: () => line.close(now()) } };
      },
    },
  });
  return { ...makeIo(board), freeze };
}

describe("a servo's pulse", () => {
  it("IO-4: is an angle below 544, and a time from there on", () => {
    const range = new PulseRange();
    expect([0, 90, 180, 300, -5].map((value) => range.pulse(value))).toEqual([
      544, 1_472, 2_400, 2_400, 544,
    ]);
    expect([544, 1_500, 99_999].map((value) => range.pulse(value))).toEqual([544, 1_500, 20_000]);
    expect(new PulseRange(1_000, 2_000).pulse(90)).toBe(1_500);
  });
});

describe("I2C over a port", () => {
  const address = 0x40;

  function portWith(answer: readonly number[]) {
    const asked: unknown[] = [];
    const port: I2cPort = {
      write: (to, bytes) => void asked.push([to, bytes]),
      read: (from, register, length) => {
        asked.push([from, register, length]);
        return Promise.resolve(answer);
      },
    };
    return { asked, i2c: new IoI2c(port, () => {}) };
  }

  it("IO-11: writes bytes, or a register and its bytes", () => {
    const { asked, i2c } = portWith([]);
    i2c.write(address, [1, 2, 0x1ff]);
    i2c.write(address, 3, [4]);
    i2c.write(address, 5, 6);
    expect(asked).toEqual([
      [address, [1, 2, 255]],
      [address, [3, 4]],
      [address, [5, 6]],
    ]);
  });

  it("IO-11: asks no device again that has not answered", async () => {
    let asked = 0;
    let answer: (bytes: readonly number[]) => void = () => {};
    const read = (): Promise<readonly number[]> => {
      asked += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    const i2c = new IoI2c({ write: () => {}, read }, () => {});
    i2c.readOn(address, 1, () => {});
    for (let count = 0; count < 100; count += 1) i2c.readAgain();
    expect(asked).toBe(1);
    answer([1]);
    await vi.waitFor(() => {
      i2c.readAgain();
      expect(asked).toBe(2);
    });
  });

  it("IO-11: reads once, or again and again, with and without a register", async () => {
    const { asked, i2c } = portWith([7]);
    const heard: unknown[] = [];
    i2c.readOnce(address, 9, 1, (bytes) => heard.push(bytes));
    i2c.readOn(address, 2, (bytes) => heard.push(bytes));
    await vi.waitFor(() => {
      i2c.readAgain();
      expect(heard.length).toBeGreaterThanOrEqual(3);
    });
    expect(asked.slice(0, 3)).toEqual([
      [address, 9, 1],
      [address, null, 2],
      [address, null, 2],
    ]);
    expect(heard[0]).toEqual([7]);
  });
});
