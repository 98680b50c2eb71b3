/** CLIENT-1: the number of a session's command is used again only where nobody can have used it. */
import { describe, expect, it } from "vitest";
import type { CommandResult } from "../../../../src/replication/service/ports.js";
import { done, put, type Table, withSession } from "./table.js";

const changed: CommandResult = { ok: true, kind: "changed", version: 1 };
const numbers = (table: Table): number[] =>
  table.sent.flatMap((one) => (one.kind === "command" ? [one.sequence] : []));

/** Sent as number 1, and its connection lost: it may have been applied. */
function doubtful(): { table: Table; call: number } {
  const table = withSession();
  const call = table.call(100, put);
  expect(numbers(table)).toEqual([1]);
  table.step(110, { kind: "disconnected" });
  expect(table.told).toEqual([]);
  table.step(120, { kind: "connected" });
  expect(numbers(table)).toEqual([1]);
  return { table, call };
}
const idOf = (table: Table): number => table.sent.find(({ kind }) => kind === "command")?.id ?? 0;

describe("a session's command that was refused", () => {
  it("leaves its number to the next, where it was sent once and not applied", () => {
    const table = withSession();
    const call = table.call(100, put);
    table.refuse(110, table.id, "malformed");
    expect(table.outcome(call)).toMatchObject({ kind: "refused", reason: "malformed" });
    table.call(120, put);
    expect(numbers(table)).toEqual([1]);
  });

  it("is sent again under its number, where an earlier sending may have been applied", () => {
    const { table, call } = doubtful();
    table.refuse(130, idOf(table), "malformed");
    expect(table.told).toEqual([]);
    table.pass(290);
    expect(numbers(table)).toEqual([1]);
    table.result(295, idOf(table), changed);
    expect(table.outcome(call)).toMatchObject({ kind: "applied", result: changed });
    table.call(298, put);
    expect(numbers(table)).toEqual([2]);
  });

  it("as of unknown outcome is sent again, and has to be doubted from then on", () => {
    const table = withSession();
    const call = table.call(100, put);
    table.refuse(110, table.id, "unknown-outcome");
    expect(table.told).toEqual([]);
    table.pass(250);
    expect(numbers(table)).toEqual([1]);
    table.refuse(260, idOf(table), "no-session");
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
  });
});

describe("the end of a session", () => {
  it("tells of a command that was sent once and refused by it that it was not done", () => {
    const table = withSession();
    const call = table.call(100, put);
    table.refuse(110, table.id, "no-session");
    expect(table.outcome(call)).toMatchObject({ kind: "refused" });
    expect(table.told).toContainEqual({ kind: "session-lost", reason: "ended" });
  });

  it("tells of one that may have been applied that nobody knows", () => {
    const { table, call } = doubtful();
    table.refuse(130, idOf(table), "no-session");
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
  });

  it("tells of one that waits for its turn that it was not done", () => {
    const table = withSession();
    const first = table.call(100, put);
    const { id } = table;
    const second = table.call(101, put);
    expect(table.sent).toEqual([]);
    table.refuse(110, id, "no-session");
    expect(table.outcome(first)).toMatchObject({ kind: "refused" });
    expect(table.outcome(second)).toMatchObject({ kind: "refused" });
  });

  it("heard by a keep-alive leaves open what became of the one that was out", () => {
    const table = withSession();
    const first = table.call(100, put);
    const second = table.call(101, put);
    table.pass(310);
    const keepAlive = table.sent.find(({ kind }) => kind === "keep-alive");
    table.refuse(320, keepAlive?.id ?? 0, "no-session");
    expect(table.outcome(first)).toMatchObject({ kind: "unknown" });
    expect(table.outcome(second)).toMatchObject({ kind: "refused" });
  });
});

describe("the next command of a session", () => {
  it("is sent when the result of the one before has come, and not with it", () => {
    const table = withSession();
    table.call(100, put);
    const { id } = table;
    const second = table.call(101, put);
    table.step(105, { kind: "timeout" } as never);
    expect(numbers(table)).toEqual([]);
    table.result(110, id, done);
    expect(numbers(table)).toEqual([2]);
    // A copy of the first answer is none to the second.
    table.result(111, id, changed);
    expect([numbers(table), table.told]).toEqual([[], []]);
    expect(table.outcome(second)).toBeUndefined();
  });
});
