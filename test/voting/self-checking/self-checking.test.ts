import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/kernel/assert.js";
import {
  type Component,
  SelfChecking,
  type Version,
} from "../../../src/voting/self-checking/self-checking.js";

/** Versions that double, until they are told to do otherwise. */
function switchable() {
  const faults = new Map<string, (x: number) => unknown>();
  const version =
    (name: string): Version =>
    (input) => {
      const { x } = input as { x: number };
      return (faults.get(name) ?? ((healthy: number) => 2 * healthy))(x);
    };
  const pair = (name: string): Component => ({
    name,
    pair: [version(`${name}1`), version(`${name}2`)],
  });
  const tested = (name: string): Component => ({
    name,
    version: version(name),
    accept: (result, input) =>
      result === 2 * (input as unknown as { x: number }).x || `${result} is not the double`,
  });
  return { faults, pair, tested };
}

const lies = (x: number) => x + 1_000;

describe("N self-checking programming", () => {
  it("delivers the first component's result while it agrees with itself (NSCP-1)", () => {
    const { pair } = switchable();
    const unit = new SelfChecking({ components: [pair("a"), pair("b")] });
    expect(unit.run({ x: 3 })).toEqual({
      value: 6,
      by: "a",
      switchedFrom: null,
      status: "ok",
      checks: [
        { component: "a", reason: null, message: "" },
        { component: "b", reason: null, message: "" },
      ],
    });
  });

  it("switches to the spare in the same run when a pair disagrees (NSCP-2)", () => {
    const { faults, pair } = switchable();
    const unit = new SelfChecking({ components: [pair("a"), pair("b")] });
    for (const wrong of ["a1", "a2"]) {
      faults.set(wrong, lies);
      expect(unit.run({ x: 3 })).toMatchObject({ value: 6, by: "b", status: "degraded" });
      faults.delete(wrong);
    }
    expect(unit.run({ x: 3 }).checks[0]?.reason).toBeNull();
  });

  it("says who acted before, once, and which of two is wrong never (NSCP-2)", () => {
    const { faults, pair } = switchable();
    const unit = new SelfChecking({ components: [pair("a"), pair("b")] });
    faults.set("a2", lies);
    const { switchedFrom, checks } = unit.run({ x: 3 });
    expect(switchedFrom).toBe("a");
    expect(checks[0]?.message).toBe("its two results differ: cannot isolate which is wrong");
    expect(unit.run({ x: 3 }).switchedFrom).toBeNull();
  });

  it("does not switch back by itself, and has the healed one as a spare (NSCP-3)", () => {
    const { faults, pair } = switchable();
    const unit = new SelfChecking({ components: [pair("a"), pair("b")], returnPasses: 2 });
    faults.set("a1", lies);
    unit.run({ x: 3 });
    faults.clear();
    for (let run = 0; run < 10; run += 1) expect(unit.run({ x: 3 }).by).toBe("b");
    faults.set("b1", lies);
    expect(unit.run({ x: 4 })).toMatchObject({ value: 8, by: "a", switchedFrom: "b" });
  });

  it("does not use one that failed until it has passed often enough in a row (NSCP-3)", () => {
    const { faults, pair } = switchable();
    const unit = new SelfChecking({ components: [pair("a"), pair("b")], returnPasses: 3 });
    faults.set("a1", lies);
    unit.run({ x: 3 });
    faults.delete("a1");
    faults.set("b1", lies);
    // The failing run set it to three; each run with a pass takes one.
    const runs = Array.from({ length: 4 }, () => unit.run({ x: 3 }));
    expect(runs.map(({ by }) => by)).toEqual([null, null, "a", "a"]);
    expect(runs.map(({ status }) => status)).toEqual([
      "insufficient",
      "insufficient",
      "degraded",
      "degraded",
    ]);
    expect(runs[0]?.value).toBeNull();
    expect(runs[2]?.switchedFrom).toBe("b");
  });

  it("checks a single version by its acceptance test (NSCP-4)", () => {
    const { faults, tested } = switchable();
    const unit = new SelfChecking({ components: [tested("a"), tested("b")] });
    faults.set("a", lies);
    const { by, checks } = unit.run({ x: 3 });
    expect([by, checks[0]?.reason, checks[0]?.message]).toEqual([
      "b",
      "rejected",
      "1003 is not the double",
    ]);
  });

  it("contains what versions and tests throw, and refuses what is not plain (NSCP-5)", () => {
    const { faults, pair } = switchable();
    const odd: [string, () => unknown][] = [
      [
        "threw",
        () => {
          throw new Error("no luck");
        },
      ],
      ["malformed", () => ({ y: Number.NaN })],
      ["malformed", () => null],
    ];
    for (const [reason, fault] of odd) {
      const unit = new SelfChecking({ components: [pair("a"), pair("b")] });
      faults.set("a2", fault);
      expect(unit.run({ x: 3 })).toMatchObject({ value: 6, by: "b", checks: [{ reason }, {}] });
    }
    const accept = (): boolean => {
      throw new Error("broken");
    };
    const unit = new SelfChecking({ components: [{ name: "a", version: () => 1, accept }] });
    expect(unit.run({ x: 3 })).toMatchObject({
      value: null,
      status: "insufficient",
      checks: [{ reason: "rejected", message: "its test threw: broken" }],
    });
  });

  it("delivers the first of a pair within the tolerance (NSCP-1)", () => {
    const components: Component[] = [{ name: "a", pair: [() => 1, () => 1.5] }];
    expect(new SelfChecking({ components, tolerance: 0.5 }).run(0).value).toBe(1);
    expect(new SelfChecking({ components, tolerance: 0.4 }).run(0).value).toBeNull();
  });

  it("is wrong when both of a pair are wrong alike: the check is all it has (NSCP-6)", () => {
    const { faults, pair } = switchable();
    faults.set("a1", lies).set("a2", lies);
    const unit = new SelfChecking({ components: [pair("a"), pair("b")] });
    expect(unit.run({ x: 3 })).toMatchObject({ value: 1_003, by: "a", status: "ok" });
  });

  it("gives each version an input of its own (NSCP-5)", () => {
    const spoils: Version = (input) => {
      (input as { x: number }).x += 1;
      return (input as { x: number }).x;
    };
    const unit = new SelfChecking({ components: [{ name: "a", pair: [spoils, spoils] }] });
    expect(unit.run({ x: 1 }).value).toBe(2);
  });

  it("refuses what makes none", () => {
    const { pair } = switchable();
    const make = (options: object) => () =>
      new SelfChecking({ components: [pair("a")], ...options });
    expect(make({ components: [] })).toThrow(UsageError);
    expect(make({ components: [pair("a"), pair("a")] })).toThrow("two components have one name");
    expect(make({ returnPasses: 0 })).toThrow("returnPasses is 0");
    expect(() => make({})().run(new Date(0))).toThrow("the input is not plain data");
  });
});
