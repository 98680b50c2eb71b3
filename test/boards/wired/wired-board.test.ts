import { describe, expect, it } from "vitest";
import type { ChannelSpec, OutputSpec } from "../../../boards/board.js";
import { MockPinBoard } from "../../../boards/mock/pins/mock-pin-board.js";
import { plainShape, unoShape } from "../../../boards/mock/pins/shape.js";
import type { PinBoard } from "../../../boards/pin-board.js";
import { openWired, reopenEvery, type WiredBoard } from "../../../boards/wired/wired-board.js";
import type { InputWiring, OutputWiring } from "../../../boards/wired/wiring.js";
import { after, type Instant, instant, millis } from "../../../src/kernel/time.js";
import { boardContract } from "../../contracts/board.js";

const begins = instant(5_000_000);
const at = (ms: number): Instant => instant(begins + Math.round(ms * 1_000));

const analog = (pin: string, given: Partial<InputWiring> = {}): InputWiring =>
  ({ kind: "analog", pin, valid: null, scale: 1, offset: 0, ...given }) as InputWiring;
const digital = (pin: string, given: object): InputWiring =>
  ({
    ...{ pin, pull: "none", debounce: millis(0), activeLow: false, scale: 1, offset: 0 },
    ...given,
  }) as InputWiring;
const pwm = (pin: string): OutputWiring => ({ kind: "pwm", pin, activeLow: false, frequency: 490 });
const relay = (pin: string, activeLow = false): OutputWiring => ({
  ...{ kind: "digital", pin, activeLow, threshold: 0.5 },
});

const channel = (name: string, min = 0, max = 100): ChannelSpec => ({ name, unit: "u", min, max });
const output = (name: string, safe: OutputSpec["safe"]): OutputSpec => ({
  ...{ name, unit: "ratio", min: 0, max: 1, safe },
});

interface Rig {
  readonly pins: PinBoard;
  readonly channels?: readonly ChannelSpec[];
  readonly outputs?: readonly OutputSpec[];
  readonly inputWires?: Readonly<Record<string, InputWiring>>;
  readonly outputWires?: Readonly<Record<string, OutputWiring>>;
}

function opening({ pins, channels = [], outputs = [], inputWires = {}, outputWires = {} }: Rig) {
  const inputs = new Map(Object.entries(inputWires));
  const wiring = { inputs, outputs: new Map(Object.entries(outputWires)) };
  return openWired(begins, { pins, channels, outputs, wiring });
}

function opened(rig: Rig): WiredBoard {
  const result = opening(rig);
  if (!result.ok) throw new Error(result.refusals.map(({ message }) => message).join("; "));
  return result.board;
}

const uno = () => new MockPinBoard({ shape: unoShape, begins });
const firstValue = (board: WiredBoard, now: Instant) => board.read(now)[0]?.value;
const outputPins = ["valve", "pump", "line"];

boardContract("a wired board over the mock pins", (outputs) => {
  const pins = new MockPinBoard({ shape: plainShape([...outputPins, "one", "two"]), begins });
  const board = opened({
    ...{ pins, outputs, channels: [channel("one"), channel("two")] },
    inputWires: { one: analog("one"), two: digital("two", { kind: "level" }) },
    outputWires: Object.fromEntries(outputs.map(({ name }) => [name, pwm(name)])),
  });
  const inUnits = (name: string, duty: number | null) => {
    const spec = outputs.find((one) => one.name === name);
    if (duty === null || spec === undefined) return null;
    return spec.min + duty * (spec.max - spec.min);
  };
  return { board, begins, pin: (now, name) => inUnits(name, pins.measure(now, name)) };
});

describe("channels of a wired board", () => {
  it("WIRED-1: an analog channel is its pin's value, scaled", () => {
    const pins = uno();
    const wire = analog("A0", { scale: 100, offset: -50 });
    const board = opened({ pins, channels: [channel("t", -50, 450)], inputWires: { t: wire } });
    pins.set(at(1), "A0", 0.75);
    expect(board.read(at(2))).toEqual([{ channel: "t", value: 25, sourceTime: at(2) }]);
  });

  it("WIRED-2: what the channel cannot be is null and counted, never a wrong value", () => {
    const pins = uno();
    const wire = analog("A0", { scale: 50 });
    const board = opened({ pins, channels: [channel("t")], inputWires: { t: wire } });
    for (const [volts, value] of [
      [2, 100],
      [2.001, null],
      [0, 0],
      [5, null],
    ] as const) {
      pins.set(at(1), "A0", volts);
      expect(firstValue(board, at(1))).toBe(value);
    }
    expect(board.counts().get("out-of-range")).toBe(2);
    expect(board.counts().get("not-valid")).toBeUndefined();
  });

  it("WIRED-2: what no whole wire carries is null and counted", () => {
    const pins = uno();
    const wire = analog("A0", { valid: { min: 1, max: 4.5 } });
    const board = opened({ pins, channels: [channel("t")], inputWires: { t: wire } });
    for (const [volts, value] of [
      [1, 1],
      [0.99, null],
      [4.5, 4.5],
      [4.6, null],
    ] as const) {
      pins.set(at(1), "A0", volts);
      expect(firstValue(board, at(1))).toBe(value);
    }
    expect(board.counts().get("not-valid")).toBe(2);
  });

  it("WIRED-3: a level, active low, through a pull", () => {
    const pins = uno();
    const door = digital("D2", { kind: "level", pull: "up", activeLow: true });
    const board = opened({ pins, channels: [channel("door")], inputWires: { door } });
    expect(firstValue(board, at(1))).toBe(0);
    pins.drive(at(2), "D2", 0);
    expect(firstValue(board, at(2))).toBe(1);
  });

  it("WIRED-4: counts edges since the opening, scaled", () => {
    const pins = uno();
    const litres = digital("D2", { kind: "count", counted: "rising", scale: 0.5 });
    const board = opened({ pins, channels: [channel("l")], inputWires: { l: litres } });
    expect(firstValue(board, at(0))).toBe(0);
    for (let edge = 1; edge <= 9; edge += 1) pins.drive(at(edge), "D2", edge % 2 === 1 ? 1 : 0);
    expect(firstValue(board, at(10))).toBe(2.5);
  });

  it("WIRED-5: frequency, duty and pulse width of one signal", () => {
    const pins = uno();
    const window = millis(500);
    const kinds = ["frequency", "duty", "pulse-width"] as const;
    const board = opened({
      ...{ pins, channels: kinds.map((kind) => channel(kind)) },
      inputWires: Object.fromEntries(
        kinds.map((kind, index) => [kind, digital(`D${index + 2}`, { kind, window })]),
      ),
    });
    expect(board.read(at(0)).map(({ value }) => value)).toEqual([null, null, null]);
    for (let period = 0; period < 20; period += 1) {
      for (const pin of ["D2", "D3", "D4"]) pins.drive(at(100 + period * 40), pin, 1);
      for (const pin of ["D2", "D3", "D4"]) pins.drive(at(110 + period * 40), pin, 0);
    }
    expect(board.read(at(900)).map(({ value }) => value)).toEqual([25, 0.25, 0.01]);
    // It stands still: none a second, at 0 all the time, and no pulse to measure.
    expect(board.read(at(1_400)).map(({ value }) => value)).toEqual([0, 0, null]);
  });
});

describe("outputs of a wired board", () => {
  const safe = { kind: "value", value: 0 } as const;

  it("WIRED-6: a digital output is on from its threshold on", () => {
    const pins = uno();
    const board = opened({
      ...{ pins, outputs: [output("fan", safe)], outputWires: { fan: relay("D8") } },
    });
    for (const [value, level] of [
      [0.49, 0],
      [0.5, 1],
      [1, 1],
      [0, 0],
    ] as const) {
      expect(board.write(at(1), "fan", value, at(100)).ok).toBe(true);
      expect(pins.measure(at(1), "D8")).toBe(level);
    }
  });

  it("WIRED-6: a relay that is active low does not click when the board is opened", () => {
    const pins = uno();
    opened({ pins, outputs: [output("fan", safe)], outputWires: { fan: relay("D8", true) } });
    expect(pins.history(at(1), "D8")).toEqual([{ at: begins, value: 1 }]);
  });

  it("WIRED-7: ends commands itself over pins that do not, when it is looked at", () => {
    const pins = new WithoutClock({ shape: unoShape, begins });
    const board = opened({
      ...{ pins, outputs: [output("fan", safe)], outputWires: { fan: relay("D8") } },
    });
    expect(board.expires).toBe(false);
    board.write(at(1), "fan", 1, at(50));
    board.read(at(49.999));
    expect(pins.measure(at(49.999), "D8")).toBe(1);
    board.read(at(50));
    expect(pins.measure(at(50), "D8")).toBe(0);
  });

  it("WIRED-7: is as true as its pins about who ends a command", () => {
    expect(opened({ pins: uno() }).expires).toBe(true);
  });
});

/** As pins of a kernel are: nothing ends a command. */
class WithoutClock extends MockPinBoard {
  override readonly expires = false;

  override openOutput(...[now, name, request]: Parameters<MockPinBoard["openOutput"]>) {
    const result = super.openOutput(now, name, request);
    if (!result.ok) return result;
    const { line } = result;
    return {
      ok: true as const,
      line: {
        pin: line.pin,
        write: (when: Instant, value: number) => line.write(when, value, null),
        release: (when: Instant) => line.release(when),
        readBack: (when: Instant) => line.readBack(when),
        close: (when: Instant) => line.close(when),
      },
    };
  }
}

describe("opening a wired board", () => {
  it("WIRED-8: tells every line that cannot be opened, and leaves none open", () => {
    const pins = uno();
    const safe = { kind: "value", value: 0 } as const;
    const result = opening({
      ...{ pins, channels: [channel("a"), channel("b"), channel("c")] },
      inputWires: { a: analog("A0"), b: analog("D2"), c: digital("D99", { kind: "level" }) },
      outputs: [output("fan", safe), output("pump", safe)],
      outputWires: { fan: relay("A0") },
    });
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.refusals.map(({ message }) => message)).toEqual([
      "pump: no pin is wired to it; name one under inputs or outputs of the board",
    ]);
  });

  it("WIRED-8: one pin for two is refused by its name", () => {
    const safe = { kind: "value", value: 0 } as const;
    const result = opening({
      ...{ pins: uno(), channels: [channel("a"), channel("b")] },
      inputWires: { a: analog("A0"), b: analog("D2") },
      outputs: [output("fan", safe)],
      outputWires: { fan: relay("A0") },
    });
    expect(result.ok ? [] : result.refusals.map(({ reason }) => reason)).toEqual([
      "in-use",
      "not-able",
    ]);
  });

  it("WIRED-9: a line of a lost board is opened when the board is there", () => {
    const pins = new LateBoard({ shape: unoShape, begins });
    const safe = { kind: "value", value: 0 } as const;
    const board = opened({
      ...{ pins, channels: [channel("a")], inputWires: { a: analog("A0") } },
      ...{ outputs: [output("fan", safe)], outputWires: { fan: relay("D8") } },
    });
    expect(board.read(at(1))).toEqual([{ channel: "a", value: null, sourceTime: begins }]);
    expect(board.write(at(1), "fan", 1, at(9))).toEqual({ ok: false, reason: "lost" });
    pins.isThere = true;
    const later = after(begins, reopenEvery);
    const until = instant(later + 9_000);
    expect(firstValue(board, instant(later - 1))).toBeNull();
    expect(board.read(later)).toEqual([{ channel: "a", value: 0, sourceTime: later }]);
    expect(board.write(later, "fan", 1, until)).toEqual({ ok: true });
  });
});

class LateBoard extends MockPinBoard {
  isThere = false;

  override health(now: Instant) {
    const lost = { kind: "lost", message: "unplugged" } as const;
    return this.isThere ? super.health(now) : lost;
  }

  override openAnalog(...[now, name]: Parameters<MockPinBoard["openAnalog"]>) {
    return this.isThere ? super.openAnalog(now, name) : unplugged;
  }

  override openOutput(...[now, name, request]: Parameters<MockPinBoard["openOutput"]>) {
    return this.isThere ? super.openOutput(now, name, request) : unplugged;
  }
}

const unplugged = { ok: false, reason: "lost", message: "unplugged" } as const;
