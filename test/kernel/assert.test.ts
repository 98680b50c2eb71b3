/** Assertions throw for what is false, and only for that. */
import { describe, expect, it } from "vitest";
import { AssertionFailure, assert, UsageError, unreachable } from "../../src/kernel/assert.js";

describe("assert", () => {
  it("is silent while the condition holds", () => {
    expect(() => assert(true, "never said")).not.toThrow();
  });

  it("names what was broken when it does not", () => {
    expect(() => assert(false, "the queue grew")).toThrow(new AssertionFailure("the queue grew"));
  });
});

describe("unreachable", () => {
  it("throws when a value came that no type allows, and shows it", () => {
    const value = { kind: "new" } as unknown as never;
    expect(() => unreachable(value)).toThrow('unreachable: {"kind":"new"}');
    expect(() => unreachable(value)).toThrow(AssertionFailure);
  });
});

describe("the two errors", () => {
  it("tell our bug from a wrong use, also by name in a log", () => {
    expect(new UsageError("x")).not.toBeInstanceOf(AssertionFailure);
    expect(new AssertionFailure("x")).not.toBeInstanceOf(UsageError);
    expect(String(new UsageError("x"))).toBe("UsageError: x");
    expect(String(new AssertionFailure("x"))).toBe("AssertionFailure: x");
  });
});
