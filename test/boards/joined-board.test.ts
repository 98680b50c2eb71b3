/** Boards side by side, as one. */
import { expect, it } from "vitest";
import type { Board, OutputSpec } from "../../boards/board.js";
import { JoinedBoard } from "../../boards/joined-board.js";
import { instant } from "../../src/kernel/time.js";

const now = instant(1_000);

function boardOf(name: string, expires: boolean, outputs: readonly string[]) {
  const heard: unknown[][] = [];
  const spec = (output: string): OutputSpec => ({
    ...{ name: output, unit: "1", min: 0, max: 1, safe: { kind: "input" } },
  });
  const board: Board = {
    channels: [{ name: `${name}-t`, unit: "degC", min: 0, max: 1 }],
    outputs: outputs.map(spec),
    expires,
    read: () => [{ channel: `${name}-t`, value: 1, sourceTime: now }],
    write: (...words) => {
      heard.push(["write", ...words]);
      return { ok: true };
    },
    release: (...words) => {
      heard.push(["release", ...words]);
      return { ok: true };
    },
    close: () => heard.push(["close"]),
  };
  return { board, heard };
}

it("JOINED-1: reads all, and writes to the one that has the output, with all its words", () => {
  const [one, other] = [boardOf("a", true, ["pump"]), boardOf("b", true, ["heater", "pump"])];
  const joined = new JoinedBoard([one.board, other.board]);
  expect(joined.read(now).map(({ channel }) => channel)).toEqual(["a-t", "b-t"]);
  expect(joined.channels).toHaveLength(2);
  const marks = { frame: Uint8Array.of(1), cycle: 7, token: null };
  joined.write(now, "heater", 1, instant(2_000), marks);
  expect(other.heard).toEqual([["write", now, "heater", 1, 2_000, marks]]);
  joined.release(now, "pump");
  expect(one.heard).toEqual([["release", now, "pump"]]);
  const unknown = { ok: false, reason: "unknown-output" };
  expect(joined.write(now, "fan", 1, instant(2_000))).toEqual(unknown);
  expect(joined.release(now, "fan")).toEqual(unknown);
  joined.close(now);
  expect([one, other].every(({ heard }) => heard.at(-1)?.[0] === "close")).toBe(true);
});

it("JOINED-2: commands end by themselves only where every board with outputs ends them", () => {
  const joined = (...boards: readonly { readonly board: Board }[]) =>
    new JoinedBoard(boards.map(({ board }) => board)).expires;
  expect(joined(boardOf("a", true, ["x"]), boardOf("b", false, ["y"]))).toBe(false);
  expect(joined(boardOf("a", true, ["x"]), boardOf("b", false, []))).toBe(true);
});

it("JOINED-3: a right that one of them has seen is newer than another's for all", () => {
  const [one, other] = [boardOf("a", true, ["pump"]), boardOf("b", true, ["heater"])];
  const joined = new JoinedBoard([one.board, other.board]);
  const until = instant(2_000);
  expect(joined.write(now, "pump", 1, until, { token: 9 })).toEqual({ ok: true });
  const stale = { ok: false, reason: "stale-token", newest: 9 };
  expect(joined.write(now, "heater", 1, until, { token: 8 })).toEqual(stale);
  expect(joined.write(now, "fan", 1, until, { token: 99 })).toMatchObject({ ok: false });
  expect(joined.write(now, "heater", 1, until, { token: 9 })).toEqual({ ok: true });
  expect(other.heard).toHaveLength(1);
});
