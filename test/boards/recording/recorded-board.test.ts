import { describe, expect, it } from "vitest";
import type { Recording } from "../../../boards/recording/csv.js";
import {
  RecordedBoard,
  type RecordedBoardOptions,
} from "../../../boards/recording/recorded-board.js";
import { UsageError } from "../../../src/kernel/assert.js";
import { type Instant, instant, millis } from "../../../src/kernel/time.js";
import { boardContract } from "../../contracts/board.js";

const begins = instant(5_000);
const at = (ms: number): Instant => instant(begins + ms * 1_000);

const recording: Recording = {
  channels: ["a", "b"],
  rows: [
    { timeS: 100, values: [1, 10] },
    { timeS: 160, values: [null, 20] },
    { timeS: 220, values: [3, null] },
    { timeS: 340, values: [4, 40] },
  ],
};

const channel = (name: string, column: string) => ({
  name,
  column,
  unit: "degC",
  min: 0,
  max: 100,
});

/** A minute a second: rows come on after 0, 1, 2 and 4 s; all is over after 6 s. */
const makeBoard = (given: Partial<RecordedBoardOptions> = {}) =>
  new RecordedBoard({
    recording,
    channels: [channel("one", "b"), channel("two", "a")],
    outputs: [],
    lines: null,
    speed: 60,
    begins,
    atEnd: "stop",
    refresh: null,
    ...given,
  });

const values = (board: RecordedBoard, now: Instant) => board.read(now).map(({ value }) => value);
const times = (board: RecordedBoard, now: Instant) =>
  board.read(now).map(({ sourceTime }) => (sourceTime - begins) / 1_000);

for (const refresh of [null, millis(7)]) {
  for (const atEnd of ["loop", "stop"] as const) {
    boardContract(`the recorded board (${atEnd}, refresh ${refresh})`, (outputs) => {
      const board = makeBoard({ outputs, refresh, atEnd, speed: 1_000 });
      return { board, begins, pin: (now, output) => board.pin(now, output).value };
    });
  }
}

describe("the recorded board", () => {
  it("PLAY-1: plays its columns at its speed; an empty cell is an omission", () => {
    const board = makeBoard();
    expect(values(board, at(0))).toEqual([10, 1]);
    expect(values(board, at(999.999))).toEqual([10, 1]);
    expect(values(board, at(1_000))).toEqual([20, null]);
    expect(values(board, at(2_500))).toEqual([null, 3]);
    expect(values(board, at(4_000))).toEqual([40, 4]);
    const slow = makeBoard({ speed: 0.5 });
    expect(values(slow, at(119_999))).toEqual([10, 1]);
    expect(values(slow, at(120_000))).toEqual([20, null]);
  });

  it("PLAY-2: a reading is as old as its row, for omissions too", () => {
    const board = makeBoard();
    expect(times(board, at(0))).toEqual([0, 0]);
    expect(times(board, at(900))).toEqual([0, 0]);
    expect(times(board, at(1_700))).toEqual([1_000, 1_000]);
    expect(times(board, at(3_999))).toEqual([2_000, 2_000]);
  });

  it("PLAY-2: with a refresh the row that is on is sampled anew", () => {
    const board = makeBoard({ refresh: millis(300) });
    expect(times(board, at(950))).toEqual([900, 900]);
    expect(times(board, at(1_299))).toEqual([1_000, 1_000]);
    expect(times(board, at(1_300))).toEqual([1_300, 1_300]);
    expect(values(board, at(1_300))).toEqual([20, null]);
  });

  it("PLAY-3: at the end it stops: the last row stays and grows old, refreshed or not", () => {
    const board = makeBoard();
    expect(board.ended(at(5_999))).toBe(false);
    expect(board.ended(at(6_000))).toBe(true);
    expect(values(board, at(60_000))).toEqual([40, 4]);
    expect(times(board, at(60_000))).toEqual([4_000, 4_000]);
    const refreshed = makeBoard({ refresh: millis(300) });
    expect(times(refreshed, at(5_999))).toEqual([5_800, 5_800]);
    expect(times(refreshed, at(60_000))).toEqual([5_800, 5_800]);
  });

  it("PLAY-3: or it begins again, and source times go on", () => {
    const board = makeBoard({ atEnd: "loop" });
    expect(values(board, at(5_999))).toEqual([40, 4]);
    expect(values(board, at(6_000))).toEqual([10, 1]);
    expect(times(board, at(6_000))).toEqual([6_000, 6_000]);
    expect(values(board, at(600_000 + 1_500))).toEqual([20, null]);
    expect(times(board, at(600_000 + 1_500))).toEqual([601_000, 601_000]);
    expect(board.ended(at(600_000))).toBe(false);
  });

  it("PLAY-4: before it begins there is nothing to read", () => {
    const board = makeBoard();
    expect(values(board, instant(begins - 1))).toEqual([null, null]);
  });

  it("PLAY-4: plays one row, rows of one time, and times beyond any clock", () => {
    const play = (seconds: readonly number[]) =>
      makeBoard({
        atEnd: "loop",
        recording: {
          channels: ["a", "b"],
          rows: seconds.map((timeS, index) => ({ timeS, values: [index, index] })),
        },
      });
    expect(values(play([7]), at(123_456))).toEqual([0, 0]);
    expect(values(play([7, 7, 7]), at(123_456))).toEqual([2, 2]);
    expect(values(play([-1e300, 0, 1e300]), at(1e9))).toEqual([0, 0]);
    expect(values(makeBoard({ speed: 1e12, atEnd: "loop" }), at(1_000))).toHaveLength(2);
  });

  it("PLAY-5: refuses a column that is not there, no rows, and no speed", () => {
    const refused = (given: Partial<RecordedBoardOptions>) =>
      expect(() => makeBoard(given)).toThrow(UsageError);
    refused({ channels: [channel("one", "c")] });
    refused({ recording: { channels: ["a", "b"], rows: [] } });
    for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) refused({ speed });
  });

  it("PLAY-6: commands go to its lines and leave what was recorded alone", () => {
    const told: string[] = [];
    const heater = {
      name: "heater",
      unit: "ratio",
      min: 0,
      max: 1,
      safe: { kind: "hold" } as const,
    };
    const lines = {
      drive: (now: Instant, output: string, value: number, until: Instant) =>
        void told.push(`${now} ${output}=${value} to ${until}`),
      release: (now: Instant, output: string) => void told.push(`${now} ${output} released`),
    };
    const board = makeBoard({ outputs: [heater], lines });
    board.write(at(1), "heater", 1, at(2));
    board.write(at(1), "heater", 2, at(2));
    board.release(at(2), "heater");
    expect(told).toEqual(["6000 heater=1 to 7000", "7000 heater released"]);
    expect(values(board, at(4_000))).toEqual([40, 4]);
  });
});
