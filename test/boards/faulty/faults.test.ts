import { describe, expect, it } from "vitest";
import { bouncingLine } from "../../../boards/faulty/bouncing-line.js";
import type { FaultyBoard } from "../../../boards/faulty/fault-switch.js";
import { frozenBoard } from "../../../boards/faulty/frozen-board.js";
import { missedEdges } from "../../../boards/faulty/missed-edges.js";
import { humTime, openLine } from "../../../boards/faulty/open-line.js";
import { slowAdc } from "../../../boards/faulty/slow-adc.js";
import { stuckLine } from "../../../boards/faulty/stuck-line.js";
import { MockPinBoard } from "../../../boards/mock/pins/mock-pin-board.js";
import { unoShape } from "../../../boards/mock/pins/shape.js";
import type { Edges, PinBoard } from "../../../boards/pin-board.js";
import { Prng } from "../../../src/kernel/prng.js";
import { type Instant, instant, millis } from "../../../src/kernel/time.js";
import { lineOf, plainInput, plainOutput } from "../../contracts/pins/rig.js";

const begins = instant(1_000_000);
const at = (ms: number): Instant => instant(begins + Math.round(ms * 1_000));
const dice = new Prng(7);

function rig(put: (board: PinBoard) => FaultyBoard) {
  const mock = new MockPinBoard({ shape: unoShape, begins });
  return { mock, ...put(mock) };
}

const openInput = (board: PinBoard, given = {}) =>
  lineOf(board.openInput(begins, "D2", { ...plainInput, edges: true, ...given }));

/** A pulse of 1 ms in each 10 ms. */
function pulse(mock: MockPinBoard, count: number): void {
  for (let index = 0; index < count; index += 1) {
    mock.drive(at(index * 10), "D2", 1);
    mock.drive(at(index * 10 + 1), "D2", 0);
  }
}

/** FAULTY-2: what is shown is numbered without doubt: told and missed are all there were. */
function isWhole({ edges, missed }: Edges, from: number): number {
  let before = from;
  let gaps = 0;
  for (const { sequence } of edges) {
    expect(sequence).toBeGreaterThan(before);
    gaps += sequence - before - 1;
    before = sequence;
  }
  expect(gaps).toBeLessThanOrEqual(missed);
  return from + edges.length + missed;
}

describe("a stuck line", () => {
  it("FAULTY-3: shows its level with a fresh time and no edges, and jumps back", () => {
    const { mock, board, turn } = rig((below) => stuckLine(below, { pin: "D2", at: null }));
    const line = openInput(board);
    mock.drive(at(1), "D2", 1);
    turn(at(2), true);
    mock.drive(at(3), "D2", 0);
    expect(line.read(at(4))).toEqual({ value: 1, sourceTime: at(4) });
    expect(line.takeEdges(at(4)).edges).toEqual([{ at: at(1), level: 1, sequence: 1 }]);
    turn(at(5), false);
    expect(line.read(at(6)).value).toBe(0);
    expect(line.takeEdges(at(6))).toEqual({
      edges: [{ at: at(5), level: 0, sequence: 2 }],
      missed: 0,
    });
  });

  it("FAULTY-3: jumps to the level where it is stuck, and leaves other pins alone", () => {
    const { mock, board, turn } = rig((below) => stuckLine(below, { pin: "D2", at: 1 }));
    const line = openInput(board);
    const other = lineOf(board.openInput(begins, "D4", { ...plainInput, edges: true }));
    turn(at(1), true);
    mock.drive(at(2), "D4", 1);
    expect(line.takeEdges(at(3)).edges).toEqual([{ at: at(1), level: 1, sequence: 1 }]);
    expect(other.takeEdges(at(3)).edges).toEqual([{ at: at(2), level: 1, sequence: 1 }]);
  });

  it("FAULTY-3: an analog one stands still with fresh times", () => {
    const { mock, board, turn } = rig((below) => stuckLine(below, { pin: "A0", at: null }));
    const line = lineOf(board.openAnalog(begins, "A0"));
    mock.set(at(1), "A0", 2);
    turn(at(2), true);
    mock.set(at(3), "A0", 3);
    expect(line.read(at(4))).toEqual({ value: 2, sourceTime: at(4) });
    turn(at(5), false);
    expect(line.read(at(6)).value).toBe(3);
  });

  it("FAULTY-3: welded contacts take every command, and obey none", () => {
    const { mock, board, turn } = rig((below) => stuckLine(below, { pin: "D8", at: null }));
    const line = lineOf(board.openOutput(begins, "D8", plainOutput));
    line.write(at(1), 1, at(10));
    turn(at(2), true);
    expect(line.write(at(3), 0, at(20))).toEqual({ ok: true });
    expect(line.release(at(3))).toEqual({ ok: true });
    expect(mock.measure(at(50), "D8")).toBe(1);
    expect(line.readBack(at(50))).toBe(1);
    turn(at(51), false);
    expect(mock.measure(at(51), "D8")).toBe(0);
    line.write(at(52), 1, at(60));
    expect(mock.measure(at(52), "D8")).toBe(1);
  });
});

describe("an open line", () => {
  it("FAULTY-4: hums, by its seed, and not by who looks", () => {
    const levels = (looks: readonly number[]) => {
      const { board, turn } = rig((below) => openLine(below, { pin: "D2", dice }));
      const line = openInput(board);
      turn(begins, true);
      const edges = looks.flatMap((look) => line.takeEdges(at(look)).edges);
      return edges.map((edge) => [edge.at, edge.level]);
    };
    const often = Array.from({ length: 100 }, (_, index) => (index + 1) * 10);
    expect(levels(often)).toEqual(levels([1_000]));
    expect(levels([1_000]).length).toBeGreaterThan(20);
    expect(levels([1_000]).length).toBeLessThan(80);
  });

  it("FAULTY-4: is quiet behind a debounce that is longer than the hum", () => {
    const { board, turn } = rig((below) => openLine(below, { pin: "D2", dice }));
    const line = openInput(board, { debounce: humTime });
    turn(begins, true);
    expect(line.takeEdges(at(1_000)).edges).toEqual([]);
  });

  it("FAULTY-4: floats anywhere in the range of an analog pin", () => {
    const { mock, board, turn } = rig((below) => openLine(below, { pin: "A0", dice }));
    mock.set(begins, "A0", 2.5);
    const line = lineOf(board.openAnalog(begins, "A0"));
    expect(line.read(at(1)).value).toBe(2.5);
    turn(at(1), true);
    const values = Array.from({ length: 50 }, (_, index) => line.read(at(index * 10 + 10)).value);
    for (const value of values) expect(value !== null && value >= 0 && value <= 5).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(40);
    turn(at(600), false);
    expect(line.read(at(601)).value).toBe(2.5);
  });

  it("FAULTY-4: an output is not heard at the far end, and does not know it", () => {
    const { mock, board, turn } = rig((below) => openLine(below, { pin: "D8", dice }));
    const line = lineOf(board.openOutput(begins, "D8", plainOutput));
    line.write(at(1), 1, at(100));
    turn(at(2), true);
    expect(mock.measure(at(2), "D8")).toBe(0);
    expect(line.write(at(3), 1, at(100))).toEqual({ ok: true });
    expect(mock.measure(at(3), "D8")).toBe(0);
    expect(line.readBack(at(3))).toBe(1);
  });
});

describe("a contact that bounces", () => {
  const put = (below: PinBoard) =>
    bouncingLine(below, { pin: "D2", bouncesMax: 4, span: millis(2), dice });

  it("FAULTY-5: opens and closes within its span, and ends where it should", () => {
    const { mock, board, turn } = rig(put);
    const line = openInput(board);
    turn(begins, true);
    mock.drive(at(10), "D2", 1);
    const { edges } = line.takeEdges(at(20));
    expect(edges.length).toBeGreaterThanOrEqual(3);
    expect(edges.length).toBeLessThanOrEqual(9);
    expect(edges[0]).toEqual({ at: at(10), level: 1, sequence: 1 });
    expect(edges.at(-1)?.level).toBe(1);
    for (const [index, edge] of edges.entries()) {
      expect(edge.level).toBe(index % 2 === 0 ? 1 : 0);
      expect(edge.at).toBeLessThan(at(12));
      expect(edge.at).toBeGreaterThanOrEqual(edges[index - 1]?.at ?? 0);
    }
    expect(line.read(at(20)).value).toBe(1);
  });

  it("FAULTY-5: tells no bounce before it happens, and is the same however one looks", () => {
    const seen = (looks: readonly number[]) => {
      const { mock, board, turn } = rig(put);
      const line = openInput(board);
      turn(begins, true);
      mock.drive(at(10), "D2", 1);
      return looks.flatMap((look) => {
        const { edges } = line.takeEdges(at(look));
        for (const edge of edges) expect(edge.at).toBeLessThanOrEqual(at(look));
        return edges;
      });
    };
    const often = Array.from({ length: 200 }, (_, index) => 10 + index / 50);
    expect(seen(often)).toEqual(seen([20]));
  });

  it("FAULTY-5: a debounce as long as the bouncing takes it away", () => {
    const { mock, board, turn } = rig(put);
    const line = openInput(board, { debounce: millis(2) });
    turn(begins, true);
    mock.drive(at(10), "D2", 1);
    expect(line.takeEdges(at(20)).edges).toEqual([{ at: at(12), level: 1, sequence: 1 }]);
  });
});

describe("missed edges", () => {
  const missing = (told: boolean, share = 0.3) => {
    const parts = rig((below) => missedEdges(below, { pin: null, share, told, dice }));
    const line = openInput(parts.board);
    parts.turn(begins, true);
    pulse(parts.mock, 200);
    return line.takeEdges(at(3_000));
  };

  it("FAULTY-6: about their share is missed, and told where the hardware knows", () => {
    const taken = missing(true);
    expect(taken.edges.length + taken.missed).toBe(400);
    expect(isWhole(taken, 0)).toBe(400);
    expect(taken.missed).toBeGreaterThan(80);
    expect(taken.missed).toBeLessThan(160);
  });

  it("FAULTY-6: or is missed without a word", () => {
    const taken = missing(false);
    expect(taken.missed).toBe(0);
    expect(taken.edges.length).toBeLessThan(320);
    expect(taken.edges.at(-1)?.sequence).toBe(taken.edges.length);
  });

  it("FAULTY-2: on one another they lose no loss, and invent none", () => {
    const mock = new MockPinBoard({ shape: unoShape, begins });
    const options = { pin: null, share: 0.4, told: true };
    const below = missedEdges(mock, { ...options, dice: dice.split("below") });
    const above = missedEdges(below.board, { ...options, dice: dice.split("above") });
    const line = openInput(above.board);
    for (const fault of [below, above]) fault.turn(begins, true);
    pulse(mock, 200);
    const taken = line.takeEdges(at(3_000));
    expect(taken.edges.length).toBeLessThan(200);
    expect(taken.edges.at(-1)?.sequence).toBeGreaterThan(390);
    expect(isWhole(taken, 0)).toBe(taken.edges.length + taken.missed);
    expect(taken.edges.length + taken.missed).toBeGreaterThan(390);
  });

  it("FAULTY-6: all of them, and the level is still read right", () => {
    const { mock, board, turn } = rig((below) =>
      missedEdges(below, { pin: "D2", share: 1, told: true, dice }),
    );
    const line = openInput(board);
    turn(begins, true);
    mock.drive(at(1), "D2", 1);
    expect(line.read(at(2)).value).toBe(1);
    expect(line.takeEdges(at(2))).toEqual({ edges: [], missed: 1 });
  });
});

describe("a slow converter", () => {
  it("FAULTY-7: gives samples that are as old as they are, and the newest that is done", () => {
    const { mock, board, turn } = rig((below) => slowAdc(below, { pin: "A0", delay: millis(50) }));
    mock.set(begins, "A0", (now) => (now - begins) / 1e6);
    const line = lineOf(board.openAnalog(begins, "A0"));
    turn(at(100), true);
    for (let ms = 100; ms <= 400; ms += 7) {
      const { value, sourceTime } = line.read(at(ms));
      expect(value).toBe((sourceTime - begins) / 1e6);
      if (ms > 160) expect(at(ms) - sourceTime).toBeGreaterThanOrEqual(millis(50));
      expect(at(ms) - sourceTime).toBeLessThanOrEqual(millis(120));
    }
    turn(at(500), false);
    expect(line.read(at(501)).sourceTime).toBe(at(501));
  });
});

describe("a frozen board", () => {
  it("FAULTY-8: keeps values and their times, refuses words, and loses edges by number", () => {
    const { mock, board, turn } = rig((below) => frozenBoard(below, { kind: "silent" }));
    const line = openInput(board);
    const output = lineOf(board.openOutput(begins, "D8", plainOutput));
    mock.drive(at(1), "D2", 1);
    turn(at(5), true);
    expect(board.health(at(6))).toEqual({ kind: "silent", since: at(5) });
    for (const level of [0, 1, 0] as const) mock.drive(at(6), "D2", level);
    expect(line.read(at(9))).toEqual({ value: 1, sourceTime: at(5) });
    expect(output.write(at(9), 1, at(90))).toEqual({ ok: false, reason: "lost" });
    expect(board.openInput(at(9), "D4", plainInput)).toMatchObject({ ok: false, reason: "lost" });
    expect(line.takeEdges(at(9)).edges).toEqual([{ at: at(1), level: 1, sequence: 1 }]);
    turn(at(10), false);
    mock.drive(at(11), "D2", 1);
    const taken = line.takeEdges(at(12));
    expect(taken).toEqual({ edges: [{ at: at(11), level: 1, sequence: 5 }], missed: 3 });
    expect(board.health(at(12))).toEqual({ kind: "live" });
  });

  it("FAULTY-8: comes back with its outputs safe", () => {
    const { mock, board, turn } = rig((below) => frozenBoard(below, { kind: "lost" }));
    const output = lineOf(board.openOutput(begins, "D8", plainOutput));
    output.write(at(1), 1, null);
    turn(at(2), true);
    expect(board.health(at(3)).kind).toBe("lost");
    expect(mock.measure(at(3), "D8")).toBe(1);
    turn(at(4), false);
    expect(mock.measure(at(4), "D8")).toBe(0);
  });
});
