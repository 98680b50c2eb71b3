/**
 * What every board must do, whatever hardware it stands for. The ids are those of boards/README.md.
 * A board's own tests call this with a way to make one, and a voltmeter at its pins.
 */
import { describe, expect, it } from "vitest";
import type { Board, OutputSpec, WriteResult } from "../../boards/board.js";
import { after, type Instant, instant, micros, millis } from "../../src/kernel/time.js";

export interface BoardUnderTest {
  readonly board: Board;
  /** The first instant at which the board may be asked. */
  readonly begins: Instant;
  /** What a voltmeter at the pin shows; null for a line that is let go. */
  pin(now: Instant, output: string): number | null;
}

export const contractOutputs: readonly OutputSpec[] = [
  { name: "valve", unit: "ratio", min: 0, max: 1, safe: { kind: "hold" } },
  { name: "pump", unit: "ratio", min: -1, max: 1, safe: { kind: "value", value: 0.25 } },
  { name: "line", unit: "V", min: 1, max: 5, safe: { kind: "input" } },
];

const accepted: WriteResult = { ok: true };
const refused = (reason: string) => ({ ok: false, reason });

/** @param make a fresh board out of reset, with these outputs and at least two channels */
export function boardContract(
  name: string,
  make: (outputs: readonly OutputSpec[]) => BoardUnderTest,
): void {
  describe(`${name} keeps the contract of boards`, () => {
    readingRules(() => make(contractOutputs));
    refusalRules(() => make(contractOutputs));
    drivingRules(() => make(contractOutputs));
    releasingRules(() => make(contractOutputs));
    closingRules(() => make(contractOutputs));
    fenceRules(() => make(contractOutputs));
    memoryRules(() => make(contractOutputs));
  });
}

function readingRules(make: () => BoardUnderTest): void {
  /** Looks often, then rarely, then twice at once. */
  const looks = [0, 1, 999, 1_000, 20_000, 20_001, 3_000_000, 3_000_000, 90_000_000];
  const readAll = ({ board, begins }: BoardUnderTest) =>
    looks.map((wait) => {
      const now = after(begins, micros(wait));
      return { now, readings: board.read(now) };
    });

  it("BOARD-1: gives one reading a channel, in the order of the channels", () => {
    const under = make();
    const names = under.board.channels.map((channel) => channel.name);
    expect(names.length).toBeGreaterThan(1);
    expect(new Set(names).size).toBe(names.length);
    for (const { readings } of readAll(under)) {
      expect(readings.map((reading) => reading.channel)).toEqual(names);
    }
  });

  it("BOARD-2: a source time is never later than the read, and never goes back", () => {
    const latest = new Map<string, number>();
    for (const { now, readings } of readAll(make())) {
      for (const { channel, sourceTime } of readings) {
        expect(Number.isSafeInteger(sourceTime)).toBe(true);
        expect(sourceTime).toBeLessThanOrEqual(now);
        expect(sourceTime).toBeGreaterThanOrEqual(latest.get(channel) ?? 0);
        latest.set(channel, sourceTime);
      }
    }
    expect(latest.size).toBeGreaterThan(1);
  });

  it("BOARD-3: a value is a finite number or null, and some are numbers", () => {
    const values = readAll(make()).flatMap(({ readings }) => readings.map(({ value }) => value));
    for (const value of values) expect(value === null || Number.isFinite(value)).toBe(true);
    expect(values.some((value) => value !== null)).toBe(true);
  });
}

function refusalRules(make: () => BoardUnderTest): void {
  /** A board whose pump is driven at 0.5, so that an effect would show. */
  const driven = () => {
    const under = make();
    const now = after(under.begins, millis(10));
    const until = after(now, millis(100));
    expect(under.board.write(now, "pump", 0.5, until)).toEqual(accepted);
    return { ...under, now, until };
  };

  it("BOARD-4: refuses an output that it does not have", () => {
    const { board, now, until, pin } = driven();
    for (const name of ["", "Pump", "pump ", "toString", "__proto__", "valve2"]) {
      expect(board.write(now, name, 1, until)).toEqual(refused("unknown-output"));
      expect(board.release(now, name)).toEqual(refused("unknown-output"));
    }
    expect(pin(now, "pump")).toBe(0.5);
  });

  it("BOARD-5: refuses what is no number, or out of range, without effect", () => {
    const { board, now, until, pin } = driven();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(board.write(now, "pump", value, until)).toEqual(refused("not-finite"));
    }
    for (const value of [-1.000001, 1.000001, 1e300, -1e300]) {
      expect(board.write(now, "pump", value, until)).toEqual(refused("out-of-range"));
    }
    expect(board.write(now, "line", 0.999, until)).toEqual(refused("out-of-range"));
    expect(pin(now, "pump")).toBe(0.5);
    expect(pin(now, "line")).toBeNull();
  });

  it("BOARD-5: takes the ends of the range", () => {
    const { board, now, until, pin } = driven();
    for (const value of [-1, 1, 0]) {
      expect(board.write(now, "pump", value, until)).toEqual(accepted);
      expect(pin(now, "pump")).toBe(value);
    }
  });

  it("BOARD-6: refuses a command that has ended, without effect", () => {
    const { board, now, until, pin } = driven();
    expect(board.write(now, "pump", -1, now)).toEqual(refused("expired"));
    expect(board.write(now, "pump", -1, instant(now - 1))).toEqual(refused("expired"));
    expect(pin(now, "pump")).toBe(0.5);
    expect(board.write(now, "pump", -1, instant(now + 1))).toEqual(accepted);
    expect(board.write(until, "line", 2, until)).toEqual(refused("expired"));
    expect(pin(until, "line")).toBeNull();
  });
}

/** The value with which a test drives each output, and what must be there when it is let go. */
const driveAndSafe: readonly (readonly [output: string, value: number, safe: number | null])[] = [
  ["valve", 0.75, 0.75],
  ["pump", -0.5, 0.25],
  ["line", 3, null],
];

function drivingRules(make: () => BoardUnderTest): void {
  it("BOARD-7: outputs come out of reset in their safe states", () => {
    const { begins, pin } = make();
    expect(pin(begins, "pump")).toBe(0.25);
    expect(pin(begins, "line")).toBeNull();
  });

  it.each(driveAndSafe)(
    "BOARD-7: drives %s until the command ends, and no longer",
    (output, value, safe) => {
      const { board, begins, pin } = make();
      const until = after(begins, millis(100));
      expect(board.write(begins, output, value, until)).toEqual(accepted);
      expect(pin(begins, output)).toBe(value);
      expect(pin(instant(until - 1), output)).toBe(value);
      if (!board.expires) return;
      expect(pin(until, output)).toBe(safe);
      expect(pin(after(until, millis(60_000)), output)).toBe(safe);
    },
  );

  it("BOARD-7: the newest command counts, whether it ends later or earlier", () => {
    const { board, begins, pin } = make();
    const at = (wait: number) => after(begins, millis(wait));
    board.write(begins, "pump", 0.5, at(100));
    board.write(at(50), "pump", 0.75, at(150));
    expect(pin(at(149), "pump")).toBe(0.75);
    board.write(at(149), "pump", 1, at(300));
    board.write(at(200), "pump", 0.5, at(210));
    expect(pin(at(209), "pump")).toBe(0.5);
    if (board.expires) expect(pin(at(210), "pump")).toBe(0.25);
  });

  it("BOARD-7: outputs do not touch one another", () => {
    const { board, begins, pin } = make();
    board.write(begins, "pump", 1, after(begins, millis(10)));
    board.write(begins, "line", 2, after(begins, millis(20)));
    expect(pin(after(begins, millis(15)), "line")).toBe(2);
    board.release(after(begins, millis(16)), "pump");
    expect(pin(after(begins, millis(17)), "line")).toBe(2);
  });
}

function releasingRules(make: () => BoardUnderTest): void {
  it.each(driveAndSafe)(
    "BOARD-8: puts a released %s into its safe state at once, twice too",
    (output, value, safe) => {
      const { board, begins, pin } = make();
      const later = after(begins, millis(5));
      board.write(begins, output, value, after(begins, millis(100)));
      for (const now of [later, later, after(later, millis(1))]) {
        expect(board.release(now, output)).toEqual(accepted);
        expect(pin(now, output)).toBe(safe);
      }
      expect(board.write(later, output, value, after(later, millis(10)))).toEqual(accepted);
      expect(pin(later, output)).toBe(value);
    },
  );

  it("BOARD-8: releases what was never driven, and what has ended, without effect", () => {
    const { board, begins, pin } = make();
    expect(board.release(begins, "pump")).toEqual(accepted);
    expect(pin(begins, "pump")).toBe(0.25);
    const until = after(begins, millis(10));
    board.write(begins, "valve", 0.75, until);
    expect(board.release(after(until, millis(1)), "valve")).toEqual(accepted);
    expect(pin(after(until, millis(2)), "valve")).toBe(0.75);
  });
}

function closingRules(make: () => BoardUnderTest): void {
  it("BOARD-9: close releases every output, and nothing drives it again", () => {
    const { board, begins, pin } = make();
    const now = after(begins, millis(5));
    const until = after(begins, millis(1_000));
    for (const [output, value] of driveAndSafe) board.write(begins, output, value, until);
    board.close(now);
    board.close(after(now, millis(1)));
    const later = after(now, millis(2));
    for (const [output, value, safe] of driveAndSafe) {
      expect(pin(now, output)).toBe(safe);
      expect(board.write(later, output, value, until)).toEqual(refused("closed"));
      expect(board.release(later, output)).toEqual(refused("closed"));
      expect(pin(later, output)).toBe(safe);
    }
  });

  it("BOARD-9: a board that is not closed goes on", () => {
    const { board, begins, pin } = make();
    board.write(begins, "pump", 1, after(begins, millis(1_000)));
    expect(pin(after(begins, millis(7)), "pump")).toBe(1);
  });
}

/** A board whose pump is driven at 0.5 by a right. */
function underRight({ board, begins, pin }: BoardUnderTest, token = 40) {
  const now = after(begins, millis(10));
  const until = after(now, millis(100));
  const write = (output: string, value: number, by: number | null, from = now, to = until) =>
    board.write(from, output, value, to, { token: by });
  expect(write("pump", 0.5, token)).toEqual(accepted);
  return { board, pin, now, until, write };
}

const stale = (newest: number) => ({ ok: false, reason: "stale-token", newest });

function fenceRules(make: () => BoardUnderTest): void {
  it("BOARD-10: takes commands of the newest right, again and again, and of a newer one", () => {
    const { now, pin, write } = underRight(make());
    for (const [value, token] of [
      [0.75, 40],
      [1, 41],
      [0, 2 ** 32 + 1],
      [-1, 2 ** 48 - 1],
      [-0.5, 2 ** 48 - 1],
    ] as const) {
      expect(write("pump", value, token)).toEqual(accepted);
      expect(pin(now, "pump")).toBe(value);
    }
  });

  it("BOARD-10: takes the first token that it sees after a reset, however small", () => {
    const { now, pin } = underRight(make(), 1);
    expect(pin(now, "pump")).toBe(0.5);
  });

  it("BOARD-11: refuses an older one without effect, and says what it has seen", () => {
    const { now, pin, write } = underRight(make());
    for (const token of [39, 1]) {
      for (const value of [1, -1, 0.5]) expect(write("pump", value, token)).toEqual(stale(40));
    }
    expect(write("pump", 1, 2 ** 40)).toEqual(accepted);
    expect(write("pump", 0.5, 2 ** 40 - 1)).toEqual(stale(2 ** 40));
    expect(pin(now, "pump")).toBe(1);
  });

  it("BOARD-11: one right is for all outputs", () => {
    const { now, pin, write } = underRight(make());
    expect(write("line", 3, 39)).toEqual(stale(40));
    expect(write("valve", 1, 39)).toEqual(stale(40));
    expect(pin(now, "line")).toBeNull();
    expect(write("line", 3, 40)).toEqual(accepted);
  });
}

function memoryRules(make: () => BoardUnderTest): void {
  it("BOARD-11: does not forget when a command ends, or is released", () => {
    const { board, until, write } = underRight(make());
    const later = after(until, millis(5_000));
    const end = after(later, millis(100));
    board.release(until, "pump");
    expect(write("pump", 1, 39, later, end)).toEqual(stale(40));
    expect(write("pump", 1, 40, later, end)).toEqual(accepted);
  });

  it("BOARD-11: a newer right counts though its command was refused, and no other does", () => {
    const { now, until, write, board } = underRight(make());
    expect(write("pump", 7, 50)).toEqual(refused("out-of-range"));
    expect(write("pump", 1, 51, now, now)).toEqual(refused("expired"));
    expect(write("pump", 1, 50)).toEqual(stale(51));
    expect(write("nothing", 1, 99)).toEqual(refused("unknown-output"));
    for (const token of [0, -1, 1.5, 2 ** 48, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(board.write(now, "pump", 1, until, { token })).toMatchObject({ ok: false });
    }
    expect(write("pump", 1, 51)).toEqual(accepted);
  });

  it("BOARD-12: under a right, refuses a command that comes by none; before, takes it", () => {
    const { board, begins, pin } = make();
    const until = after(begins, millis(1_000));
    expect(board.write(begins, "pump", 1, until)).toEqual(accepted);
    expect(board.write(begins, "pump", 0.5, until, { token: 3 })).toEqual(accepted);
    const none = { ok: false, reason: "no-token", newest: 3 };
    expect(board.write(begins, "pump", 1, until)).toEqual(none);
    expect(board.write(begins, "pump", 1, until, { token: null })).toEqual(none);
    expect(pin(begins, "pump")).toBe(0.5);
  });

  it("BOARD-12: lets go at anybody's word: that is where a missing command leads", () => {
    const { board, now, pin } = underRight(make());
    expect(board.release(now, "pump")).toEqual(accepted);
    expect(pin(now, "pump")).toBe(0.25);
  });
}
