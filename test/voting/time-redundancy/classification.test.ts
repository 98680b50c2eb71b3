import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/kernel/assert.js";
import { checkedWord, type Finding } from "../../../src/voting/time-redundancy/checked-word.js";
import { FaultHistory } from "../../../src/voting/time-redundancy/fault-history.js";
import { repeatAndVote } from "../../../src/voting/time-redundancy/repeat.js";
import type { WordUnit } from "../../../src/voting/time-redundancy/word-unit.js";
import { RippleAlu } from "./ripple-alu.js";

const task = { operation: "add", one: 0b1011, other: 0b0110, bits: 8 } as const;
const shifted = { kind: "shifted", by: 2 } as const;

/** A unit that is faulty in some of its uses, counted from 0. */
function sometimes(isFaulty: (use: number) => boolean): WordUnit {
  const [healthy, faulty] = [null, { slice: 4, result: 0 } as const].map(
    (f) => new RippleAlu(10, f),
  );
  let use = 0;
  return {
    bits: 10,
    compute: (...words) => {
      use += 1;
      return ((isFaulty(use - 1) ? faulty : healthy) as WordUnit).compute(...words);
    },
  };
}

describe("a checked word (TIME-6)", () => {
  it("is clean on a healthy unit, at the first attempt", () => {
    const word = checkedWord(new RippleAlu(10, null), task, shifted);
    expect(word).toEqual({ value: 17, finding: "clean", attempts: 1 });
  });

  it("heals from a transient fault by a repeat, and says so", () => {
    const unit = sometimes((use) => use === 0);
    expect(checkedWord(unit, task, shifted)).toEqual({
      value: 17,
      finding: "transient",
      attempts: 2,
    });
  });

  it("has no value from a fault that stays: no repeat heals it", () => {
    const word = checkedWord(
      sometimes(() => true),
      task,
      shifted,
    );
    expect(word).toEqual({ value: null, finding: "permanent", attempts: 3 });
  });

  it("is wrong, and clean, by plain repetition of a fault that stays (TIME-2)", () => {
    const word = checkedWord(
      sometimes(() => true),
      task,
      { kind: "repeated" },
    );
    expect(word).toEqual({ value: 1, finding: "clean", attempts: 1 });
  });

  it("is tried at least once", () => {
    expect(() => checkedWord(new RippleAlu(10, null), task, shifted, 0)).toThrow(UsageError);
  });
});

describe("repeat and vote (TIME-7)", () => {
  it("is clean when all repeats agree, however wrong they are (TIME-2)", () => {
    const { outcome, finding } = repeatAndVote(() => "wrong every time", { times: 3 });
    expect([outcome.value, outcome.status, finding]).toEqual(["wrong every time", "ok", "clean"]);
  });

  it("masks one that differs, throws, or is no plain data, and calls it transient", () => {
    const answers = [() => ({ y: 2 }), () => ({ y: 9 }), () => ({ y: () => 1 }), () => null];
    const throwing = () => {
      throw new Error("glitch");
    };
    for (const odd of [...answers.slice(1), throwing]) {
      const compute = (repeat: number): unknown => (repeat === 1 ? odd() : { y: 2 });
      const { outcome, finding } = repeatAndVote(compute, { times: 3 });
      expect([outcome.value, outcome.status, finding]).toEqual([{ y: 2 }, "degraded", "transient"]);
    }
  });

  it("has no value where no majority agrees; two repeats can only show it", () => {
    const counting = (repeat: number) => repeat;
    expect(repeatAndVote(counting, { times: 3 }).finding).toBe("permanent");
    expect(repeatAndVote(counting, { times: 2 }).outcome.value).toBeNull();
    expect(repeatAndVote(counting, { times: 3, tolerance: 1 }).outcome.value).toBe(1);
  });

  it.each([1, 33, 2.5])("is not done %d times", (times) => {
    expect(() => repeatAndVote(() => 1, { times })).toThrow(UsageError);
  });
});

describe("the history of a fault (TIME-8; Bondavalli et al. 2000: alpha-count)", () => {
  const classOf = (findings: readonly Finding[]) => {
    const history = new FaultHistory();
    return findings.map((finding) => history.note(finding));
  };
  const clean = (count: number) => new Array<Finding>(count).fill("clean");

  it("calls one that heals and is gone transient, then none", () => {
    expect(classOf(["clean", "transient", "clean"])).toEqual([null, "transient", null]);
  });

  it("calls one that heals and comes back intermittent, also while it is away", () => {
    const close = classOf(["transient", "clean", "transient", "clean", "transient", "clean"]);
    expect(close.slice(-2)).toEqual(["intermittent", null]);
    expect(classOf(["transient", "transient", "transient", "transient", "clean"]).at(-1)).toBe(
      "intermittent",
    );
  });

  it("forgets those that are far apart", () => {
    const far = Array.from({ length: 20 }, () => ["transient" as const, ...clean(30)]).flat();
    expect(new Set(classOf(far))).toEqual(new Set(["transient", null]));
  });

  it("calls one that stays permanent, and intermittent or none again when it is gone", () => {
    expect(classOf(["permanent", "permanent", "permanent", "clean"])).toEqual([
      "permanent",
      "permanent",
      "permanent",
      "intermittent",
    ]);
    expect(classOf(["permanent", "clean"]).at(-1)).toBe(null);
  });

  it("counts as the paper does, and no higher than twice the threshold", () => {
    const history = new FaultHistory({ decay: 0.5, threshold: 2 });
    history.note("transient");
    history.note("clean");
    history.note("transient");
    expect(history.alpha).toBe(1.5);
    for (let use = 0; use < 100; use += 1) history.note("permanent");
    expect(history.alpha).toBe(4);
  });

  it.each([{ decay: 1 }, { decay: -0.1 }, { threshold: 1 }])("refuses %j", (options) => {
    expect(() => new FaultHistory(options)).toThrow(UsageError);
  });
});
