import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssertionFailure, UsageError } from "../../../src/kernel/assert.js";
import { instant, millis } from "../../../src/kernel/time.js";
import { NVersion } from "../../../src/voting/n-version/n-version.js";
import type { NVersionInput, NVersionResult } from "../../../src/voting/n-version/ports.js";
import { Bench, closedOf, ordersOf, patience, resultOf } from "./bench.js";

describe("one call", () => {
  it("is asked of all versions, and voted when it is settled (NVP-1, NVP-2)", () => {
    const bench = new Bench();
    expect(ordersOf(bench.call())).toEqual(["run a", "run b", "run c"]);
    expect(bench.answer("a", "x")).toEqual([]);
    const result = resultOf(bench.answer("c", "x"));
    expect(result).toMatchObject({ value: "x", status: "degraded", pending: ["b"] });
    expect(result?.text).toBe('2 of 3 versions agree on "x"; not heard yet: b');
  });

  it("is closed when all were heard, with the same value (NVP-2)", () => {
    const bench = new Bench();
    bench.call({ a: "x", c: "x" });
    const closed = closedOf(bench.answer("b", "x"));
    expect(closed).toMatchObject({ value: "x", status: "ok", agreeing: ["a", "b", "c"] });
    expect(closed?.text).toBe('3 of 3 versions agree on "x"');
    expect(bench.machine.deadline()).toBeNull();
    expect(bench.outputs.filter(({ kind }) => kind === "result")).toHaveLength(1);
  });

  it("waits for whoever may still shift the value (NVP-2)", () => {
    const bench = new Bench({ tolerance: 1 });
    expect(resultOf(bench.call({ a: 20, b: 21 }))).toBeUndefined();
    expect(resultOf(bench.answer("c", 20.5))?.value).toBe(20.5);
  });

  it("ends at the deadline: who is silent has hung, and is stopped (NVP-3)", () => {
    const bench = new Bench({ tolerance: 1 });
    bench.call({ a: 20, b: 21 });
    expect(bench.machine.deadline()).toBe(bench.now + millis(100));
    expect(bench.wait(millis(99))).toEqual([]);
    const outputs = bench.wait(millis(1));
    expect(ordersOf(outputs)).toEqual(["stop c"]);
    expect(resultOf(outputs)).toMatchObject({ value: 20, agreeing: ["a", "b"] });
    const message = "no answer within 100 ms";
    expect(closedOf(outputs)?.failed).toEqual([{ version: "c", reason: "hung", message }]);
    expect(closedOf(outputs)?.text).toBe(
      "2 of 3 versions agree on 20; c failed (hung: no answer within 100 ms)",
    );
  });

  it("takes an answer that is handed in before the timeout is: the host was late (NVP-3)", () => {
    const bench = new Bench();
    bench.call({ a: "x", b: "x" });
    bench.now = instant(bench.now + millis(500));
    expect(closedOf(bench.answer("c", "x"))?.status).toBe("ok");
    expect(ordersOf(bench.wake())).toEqual([]);
  });

  it.each([
    ["threw", (bench: Bench) => bench.fail("c")],
    ["malformed", (bench: Bench) => bench.fail("c", "malformed")],
    ["malformed", (bench: Bench) => bench.answer("c", { y: Number.NaN })],
    ["malformed", (bench: Bench) => bench.answer("c", null)],
    ["malformed", (bench: Bench) => bench.answer("c", "y".repeat(100_001))],
    ["exited", (bench: Bench) => bench.die("c")],
    ["out-of-memory", (bench: Bench) => bench.die("c", "out-of-memory")],
  ] as const)("is not changed by a version that %s (NVP-4, STRUCT-8)", (reason, happen) => {
    const bench = new Bench();
    bench.call({ a: "x", b: "x" });
    const closed = closedOf(happen(bench));
    expect(closed).toMatchObject({ value: "x", status: "degraded", agreeing: ["a", "b"] });
    expect(closed?.failed).toMatchObject([{ version: "c", reason }]);
    expect(closed?.text).toContain(`c failed (${reason}: `);
  });

  it("masks a lie, and says what that rests on (NVP-5)", () => {
    const closed = closedOf(new Bench().call({ a: "x", b: "x", c: "lie" }));
    expect(closed).toMatchObject({ value: "x", dissenting: ["c"] });
    expect(closed?.text).toBe(
      '2 of 3 versions agree on "x"; c disagrees: if the two share a fault, this is wrong',
    );
  });

  it("is wrong when two lie alike, and its words are the same: it cannot know (NVP-5)", () => {
    const closed = closedOf(new Bench().call({ a: "lie", b: "lie", c: "x" }));
    expect(closed).toMatchObject({ value: "lie", dissenting: ["c"] });
    expect(closed?.text).toBe(
      '2 of 3 versions agree on "lie"; c disagrees: if the two share a fault, this is wrong',
    );
  });

  it("has no value when all differ, and blames nobody (NVP-6)", () => {
    const bench = new Bench();
    const closed = closedOf(bench.call({ a: "x", b: "y", c: "z" }));
    expect(closed).toMatchObject({ value: null, status: "no-majority", dissenting: [] });
    expect(closed?.text).toBe(
      'no 2 of 3 versions agree (a says "x", b says "y", c says "z"): ' +
        "cannot isolate: it is not known which is wrong",
    );
    expect(bench.machine.standing().map(({ failuresInARow }) => failuresInARow)).toEqual([0, 0, 0]);
  });

  it("has none of two that disagree, nor of one alone (NVP-6)", () => {
    const two = new Bench({ versions: ["a", "b"] });
    expect(closedOf(two.call({ a: 1, b: 2 }))).toMatchObject({ status: "no-majority" });
    const one = closedOf(new Bench({ versions: ["a"] }).call({ a: 1 }));
    expect(one).toMatchObject({ value: null, status: "insufficient" });
    expect(one?.text).toBe("1 of 1 versions answered, 2 must agree: one alone cannot be checked");
  });

  it("does not count what belongs to another call, or to nobody's (NVP-7)", () => {
    const bench = new Bench();
    bench.call({ a: "x", b: "x" });
    expect(bench.answer("c", "old", 0)).toEqual([]);
    expect(bench.answer("a", "again")).toEqual([]);
    expect(bench.answer("stranger", "x")).toEqual([]);
    bench.answer("c", "x");
    expect(bench.answer("c", "late")).toEqual([]);
    expect(bench.fail("c")).toEqual([]);
    expect(bench.machine.strays).toBe(5);
  });

  it("is one at a time, and its number grows: else the host has a bug", () => {
    const bench = new Bench();
    bench.call();
    expect(() => bench.call()).toThrow(AssertionFailure);
    const other = new Bench();
    other.call({ a: 1, b: 1, c: 1 });
    expect(() => other.feed({ kind: "call", call: 1, input: 1 })).toThrow(AssertionFailure);
  });

  it("does not end in words without end: messages are cut", () => {
    const bench = new Bench();
    bench.call({ a: "x", b: "x" });
    const message = "m".repeat(10_000);
    const outputs = bench.feed({ kind: "died", version: "c", reason: "exited", message });
    expect(closedOf(outputs)?.failed[0]?.message).toHaveLength(300);
  });
});

describe("options that make no machine", () => {
  const make = (options: object) => () =>
    new NVersion({ versions: ["a", "b"], deadline: millis(1), ...options });

  it.each([
    [{ versions: [] }, "0 versions: 1 to 32 are expected"],
    [{ versions: ["a", "a"] }, "two versions are named a"],
    [{ deadline: millis(0) }, "a deadline of 0 us: no call could meet it"],
    [{ tolerance: -1 }, "the tolerance is -1"],
    [{ patience: { failuresMax: 0 } }, "failuresMax is 0: a whole number, at least 1"],
    [{ patience: { restartsMax: 0.5 } }, "restartsMax is 0.5: a whole number, at least 0"],
  ])("%j are refused", (options, message) => {
    expect(make(options)).toThrow(UsageError);
    expect(make(options)).toThrow(message);
  });
});

describe("the machine under any inputs", () => {
  const version = fc.constantFrom("a", "b", "c");
  const happening = fc.oneof(
    fc.record({ kind: fc.constant("call" as const) }),
    fc.record({
      kind: fc.constant("answered" as const),
      version,
      value: fc.constantFrom(1, 2, "x"),
    }),
    fc.record({ kind: fc.constant("failed" as const), version }),
    fc.record({
      kind: fc.constantFrom("died" as const, "ready" as const, "release" as const),
      version,
    }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 120 }) }),
  );

  it("gives each call one result and one closing, and names every version once (NVP-2)", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), (happenings) => {
        const machine = new NVersion({
          versions: ["a", "b", "c"],
          deadline: millis(100),
          patience,
        });
        let now = instant(0);
        let call = 0;
        let isOpen = false;
        const told: NVersionResult[] = [];
        const step = (input: NVersionInput | { kind: "timeout" }) => {
          for (const output of machine.step(now, input)) {
            if (output.kind === "result") told.push(output.result);
            if (output.kind !== "closed") continue;
            isOpen = false;
            expect(output.result.value).toEqual(told.at(-1)?.value);
            expect(output.result.pending).toEqual([]);
          }
        };
        for (const { kind, ...rest } of happenings) {
          if (kind === "wait") {
            now = instant(now + (rest as { ms: number }).ms * 1_000);
            step({ kind: "timeout" });
            expect(machine.deadline() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
          } else if (kind !== "call") {
            step({
              kind,
              call,
              reason: "exited",
              message: "",
              ...rest,
            } as unknown as NVersionInput);
          } else if (!isOpen) {
            isOpen = true;
            call += 1;
            step({ kind, call, input: 1 });
          }
        }
        now = instant(now + 100_000);
        step({ kind: "timeout" });
        expect(told.map((result) => result.call)).toEqual(
          [...Array(call).keys()].map((n) => n + 1),
        );
        for (const result of told) expect(namesIn(result)).toEqual(["a", "b", "c"]);
      }),
    );
  });

  function namesIn({ answers, failed, absent, pending }: NVersionResult): string[] {
    const named = [...failed, ...absent].map(({ version: name }) => name);
    return [...answers.map(({ participant }) => participant), ...named, ...pending].sort();
  }
});
