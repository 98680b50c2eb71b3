import { describe, expect, it } from "vitest";
import type { OutputSpec } from "../../../boards/board.js";
import { MockBoard, type MockSensor } from "../../../boards/mock/mock-board.js";
import { Wave } from "../../../boards/mock/wave.js";
import { Wiring } from "../../../boards/mock/wiring.js";
import { pinChangesMax } from "../../../boards/pins.js";
import { Prng } from "../../../src/kernel/prng.js";
import { type Instant, instant, millis, seconds } from "../../../src/kernel/time.js";
import { boardContract, contractOutputs } from "../../contracts/board.js";

const begins = instant(123_456);

function sensor(name: string, given: Partial<MockSensor> = {}): MockSensor {
  const channel = { name, unit: "degC", min: 0, max: 120 };
  const good = { noise: 0, offset: 0, gain: 1, resolution: 0, period: millis(20) };
  return { quantity: "temperature", channel, ...good, ...given };
}

function makeBoard(sensors: readonly MockSensor[], outputs: readonly OutputSpec[], seed = 1) {
  const wave = { quantity: "temperature", centre: 50, amplitude: 20, period: seconds(1) };
  const wiring = new Wiring(new Wave(wave), outputs, 0);
  const dice = new Prng(seed);
  const toTrue = (at: Instant) => at;
  return new MockBoard({ board: "a", sensors, outputs, wiring, toTrue, begins, dice });
}

const at = (us: number): Instant => instant(begins + us);
const truthAt = (us: Instant): number => 50 + 20 * Math.sin((2 * Math.PI * (us % 1e6)) / 1e6);
const only = (board: MockBoard, now: Instant) => {
  const [reading] = board.read(now);
  if (reading?.value == null) throw new Error("no reading");
  return { value: reading.value, sourceTime: reading.sourceTime };
};

boardContract("the mock board", (outputs) => {
  const board = makeBoard([sensor("one"), sensor("two", { noise: 0.5 })], outputs);
  return { board, begins, pin: (now, output) => board.pin(now, output).value };
});

describe("the sensors of the mock board", () => {
  it("MOCK-1: sample by themselves: between samples a reading grows old", () => {
    const board = makeBoard([sensor("one")], []);
    expect(only(board, at(0))).toEqual({ value: truthAt(at(0)), sourceTime: at(0) });
    expect(only(board, at(19_999))).toEqual({ value: truthAt(at(0)), sourceTime: at(0) });
    expect(only(board, at(20_000)).sourceTime).toBe(at(20_000));
    expect(only(board, at(119_000))).toEqual({
      value: truthAt(at(100_000)),
      sourceTime: at(100_000),
    });
  });

  it("MOCK-2: give the same readings however often they are read", () => {
    const [often, rarely] = [1, 2].map(() => makeBoard([sensor("one", { noise: 1 })], []));
    for (let us = 0; us < 500_000; us += 3_000) often?.read(at(us));
    expect(often?.read(at(500_000))).toEqual(rarely?.read(at(500_000)));
  });

  it("MOCK-2: are as noisy as they are said to be, and differ by seed, channel and sample", () => {
    const noisy = (seed: number) =>
      makeBoard([sensor("one", { noise: 0.5 }), sensor("two", { noise: 0.5 })], [], seed);
    const board = noisy(1);
    const errors = Array.from({ length: 4_000 }, (_, index) => {
      const now = at(index * 20_000);
      return only(board, now).value - truthAt(now);
    });
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const square = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / errors.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.sqrt(square)).toBeGreaterThan(0.47);
    expect(Math.sqrt(square)).toBeLessThan(0.53);
    expect(new Set(errors).size).toBeGreaterThan(3_990);
    const [one, two] = noisy(1).read(at(0));
    expect(one?.value).not.toBe(two?.value);
    expect(noisy(2).read(at(0))[0]?.value).not.toBe(one?.value);
  });

  it("MOCK-3: are off by offset and gain, go in steps, and saturate", () => {
    const read = (given: Partial<MockSensor>) =>
      only(makeBoard([sensor("one", given)], []), begins).value;
    const truth = truthAt(begins);
    expect(read({ offset: 2, gain: 1.5 })).toBeCloseTo(truth * 1.5 + 2, 9);
    expect(read({ resolution: 0.25 })).toBe(Math.round(truth * 4) / 4);
    expect(read({ offset: 1_000 })).toBe(120);
    expect(read({ offset: -1_000 })).toBe(0);
  });
});

describe("the pins of the mock board", () => {
  it("MOCK-4: remember what they did, with the moment at which a command ended by itself", () => {
    const board = makeBoard([], contractOutputs);
    board.write(at(0), "pump", 0.5, at(100));
    board.write(at(50), "pump", 0.5, at(200));
    board.write(at(300), "line", 2, at(900));
    board.release(at(400), "line");
    expect(board.pinChanges(at(1_000))).toEqual([
      { at: at(0), output: "pump", state: { kind: "driven", value: 0.5 } },
      { at: at(300), output: "line", state: { kind: "driven", value: 2 } },
      { at: at(400), output: "line", state: { kind: "safe", value: null } },
      { at: at(200), output: "pump", state: { kind: "safe", value: 0.25 } },
    ]);
  });

  it("MOCK-4: forget the oldest at the maximum", () => {
    const board = makeBoard([], contractOutputs);
    for (let count = 0; count < pinChangesMax + 10; count += 1) {
      board.write(at(count), "pump", count % 2, at(count + 10));
    }
    const changes = board.pinChanges(at(pinChangesMax + 10));
    expect(changes).toHaveLength(pinChangesMax);
    expect(changes[0]?.at).toBe(at(10));
  });

  it("MOCK-4: an output that holds is an input until it was driven", () => {
    const board = makeBoard([], contractOutputs);
    expect(board.pin(at(0), "valve")).toEqual({ kind: "safe", value: null });
    board.write(at(0), "valve", 0.5, at(10));
    expect(board.pin(at(10), "valve")).toEqual({ kind: "safe", value: 0.5 });
  });
});
