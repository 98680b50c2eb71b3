import { describe, expect, it } from "vitest";
import { fromPlant, fromRecording } from "../../../../boards/mock/pins/analog-source.js";
import { MockPinBoard } from "../../../../boards/mock/pins/mock-pin-board.js";
import { unoShape } from "../../../../boards/mock/pins/shape.js";
import { Wave } from "../../../../boards/mock/wave.js";
import { UsageError } from "../../../../src/kernel/assert.js";
import { type Instant, instant, millis, seconds } from "../../../../src/kernel/time.js";
import { pinBoardContract } from "../../../contracts/pin-board.js";
import { mockTrial } from "../../../contracts/pins/mock-trial.js";
import { lineOf, plainInput, plainOutput } from "../../../contracts/pins/rig.js";

pinBoardContract("the mock pin board", mockTrial());

const begins = instant(1_000_000);
const at = (ms: number): Instant => instant(begins + Math.round(ms * 1_000));

type Options = Partial<ConstructorParameters<typeof MockPinBoard>[0]>;
const make = (options: Options = {}) => new MockPinBoard({ shape: unoShape, begins, ...options });

describe("the wires of the mock pin board", () => {
  it("NET-1: an output shows at every pin that it is wired to, and at no other", () => {
    const wires = [["D8", "D2"] as const, ["D2", "D3"] as const];
    const board = make({ wires });
    const output = lineOf(board.openOutput(at(0), "D8", plainOutput));
    const inputs = ["D2", "D3", "D4"].map((pin) => lineOf(board.openInput(at(0), pin, plainInput)));
    output.write(at(1), 1, null);
    expect(inputs.map((line) => line.read(at(1)).value)).toEqual([1, 1, 0]);
  });

  it("NET-1: a net that floats leaves its inputs as they were, and shows nothing", () => {
    const board = make();
    const line = lineOf(board.openInput(at(0), "D2", { ...plainInput, edges: true }));
    board.drive(at(1), "D2", 1);
    board.drive(at(2), "D2", null);
    expect(board.measure(at(3), "D2")).toBeNull();
    expect(line.read(at(3)).value).toBe(1);
    expect(line.takeEdges(at(3)).edges.length).toBe(1);
  });

  it("NET-2: of two that drive differently the lower wins, and each fight is counted once", () => {
    const board = make({ wires: [["D8", "D12"]] });
    const one = lineOf(board.openOutput(at(0), "D8", plainOutput));
    const other = lineOf(board.openOutput(at(0), "D12", plainOutput));
    expect(board.counts().get("fights")).toBe(0);
    one.write(at(1), 1, null);
    expect(board.measure(at(1), "D8")).toBe(0);
    expect(one.readBack(at(1))).toBe(0);
    one.write(at(2), 1, null);
    expect(board.counts().get("fights")).toBe(1);
    other.write(at(3), 1, null);
    expect(board.measure(at(3), "D8")).toBe(1);
    other.write(at(4), 0, null);
    expect(board.counts().get("fights")).toBe(2);
  });

  it("NET-3: the end of a command is an edge at its very moment, however late one looks", () => {
    const board = make({ wires: [["D8", "D2"]] });
    const output = lineOf(board.openOutput(at(0), "D8", plainOutput));
    const input = lineOf(board.openInput(at(0), "D2", { ...plainInput, edges: true }));
    output.write(at(1), 1, at(5.5));
    expect(input.takeEdges(at(900)).edges).toEqual([
      { at: at(1), level: 1, sequence: 1 },
      { at: at(5.5), level: 0, sequence: 2 },
    ]);
    expect(board.history(at(900), "D2").map((change) => [change.at, change.value])).toEqual([
      [at(0), 0],
      [at(1), 1],
      [at(5.5), 0],
    ]);
  });

  it("NET-3: commands and debounces that end at different moments happen in their order", () => {
    const wires = [["D8", "D2"] as const, ["D12", "D2"] as const];
    const board = make({ wires });
    const up = { ...plainOutput, safe: { kind: "input" } as const };
    const first = lineOf(board.openOutput(at(0), "D8", up));
    const second = lineOf(board.openOutput(at(0), "D12", { ...up, initial: "safe" }));
    const request = { ...plainInput, edges: true, debounce: millis(3) };
    const input = lineOf(board.openInput(at(0), "D2", request));
    first.write(at(1), 1, at(9));
    second.write(at(2), 1, at(20));
    second.write(at(2), 0, at(7));
    // 1 from 1 to 2, too short to count; 0 until 7; 1 from 7 on, which counts at 10.
    expect(input.takeEdges(at(100)).edges).toEqual([{ at: at(10), level: 1, sequence: 1 }]);
  });

  it("NET-4: PWM on a wire is its mean", () => {
    const board = make({
      wires: [
        ["D9", "A0"],
        ["D9", "D2"],
      ],
    });
    const request = { ...plainOutput, frequency: 490 };
    const output = lineOf(board.openPwm(at(0), "D9", request));
    const analog = lineOf(board.openAnalog(at(0), "A0"));
    output.write(at(1), 0.25, null);
    expect(analog.read(at(2)).value).toBe(1.25);
  });

  it("refuses wires and sources at pins that it does not have", () => {
    expect(() => make({ wires: [["D8", "D99"]] })).toThrow(UsageError);
    expect(() => make({ sources: { B0: () => 1 } })).toThrow(UsageError);
  });
});

describe("the analog pins of the mock pin board", () => {
  const converter = { period: millis(20), step: 0.5 };

  it("NET-5: sample at their own pace, in steps, and saturate", () => {
    const board = make({ converter, sources: { A0: (now) => (now - begins) / 10_000 - 0.8 } });
    const line = lineOf(board.openAnalog(at(0), "A0"));
    expect(line.read(at(19))).toEqual({ value: 0, sourceTime: at(0) });
    expect(line.read(at(39))).toEqual({ value: 1, sourceTime: at(20) });
    expect(line.read(at(900))).toEqual({ value: 5, sourceTime: at(900) });
    board.set(at(901), "A0", Number.NaN);
    expect(line.read(at(920)).value).toBeNull();
  });

  it("NET-5: a plant's quantity, scaled to volts", () => {
    const wave = { quantity: "heat", centre: 50, amplitude: 20, period: seconds(1) };
    const toTrue = (now: Instant) => now;
    const sensor = { quantity: "heat", scale: 0.05, offset: 0.5, toTrue };
    const board = make({ sources: { A0: fromPlant({ plant: new Wave(wave), ...sensor }) } });
    const line = lineOf(board.openAnalog(at(0), "A0"));
    expect(line.read(at(250)).value).toBeCloseTo(0.5 + 0.05 * 70, 9);
  });

  it("NET-5: a column of a recording", () => {
    const rows = [1, 2, null].map((value, index) => ({ timeS: index, values: [value] }));
    const recording = { channels: ["u"], rows };
    const played = { recording, column: "u", begins, speed: 1, refresh: null };
    const board = make({ sources: { A0: fromRecording(played) } });
    const line = lineOf(board.openAnalog(at(0), "A0"));
    expect([500, 1_500, 2_500, 3_500].map((ms) => line.read(at(ms)).value)).toEqual([
      ...[1, 2, null, 1],
    ]);
  });
});
