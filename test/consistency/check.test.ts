/** What a check tells beside its verdict, and how it is bounded. */
import { describe, expect, it } from "vitest";
import { checkHistory, openCheck } from "../../src/consistency/check.js";
import { modelNamed } from "../../src/consistency/models/models.js";
import type { Model } from "../../src/consistency/models/port.js";
import { casRegister, register } from "../../src/consistency/models/register.js";
import { statesAlong } from "../../src/consistency/trace.js";
import { Prng } from "../../src/kernel/prng.js";
import { randomHistory } from "./random-histories.js";
import { inTurn, type Told, told } from "./told.js";
import { vocabularies } from "./vocabularies.js";

const write = (input: number, from: number, to: number | null, rest: Partial<Told> = {}): Told => ({
  ...{ kind: "write", input, from, to },
  ...rest,
});
const read = (output: number, from: number, to: number, rest: Partial<Told> = {}): Told => ({
  ...{ kind: "read", output, from, to },
  ...rest,
});

const requireModel = (name: string): Model<unknown> => {
  const model = modelNamed(name);
  if (model === null) throw new Error(`no model ${name}`);
  return model;
};

describe("a history that has an order (HISTORY-4)", () => {
  it("is given one that keeps the order of time, and that the model answers", () => {
    const counts = { checked: 0 };
    for (const vocabulary of vocabularies) {
      const model = requireModel(vocabulary.model);
      for (let seed = 0; seed < 60; seed += 1) {
        const history = randomHistory(vocabulary, new Prng(seed));
        const verdict = checkHistory(history, { model, stepsMax: 100_000 });
        if (verdict.verdict !== "linearizable") continue;
        counts.checked += 1;
        const order = verdict.order.map(({ operation }) => operation);
        for (const [place, one] of order.entries()) {
          const before = order.slice(0, place);
          expect(before.every((other) => (one.return ?? Infinity) > other.call)).toBe(true);
        }
        for (const { operation, point } of verdict.order) {
          expect(point).toBeGreaterThanOrEqual(operation.call);
          expect(point).toBeLessThan(operation.return ?? Infinity);
        }
        expect(statesAlong(verdict.order, history, model)).not.toContain(undefined);
      }
    }
    expect(counts.checked).toBeGreaterThan(60);
  });
});

describe("a history that has none (HISTORY-5)", () => {
  it("names the operation, the states before it, and the longest order", () => {
    const history = told([write(1, 0, 2), write(2, 3, 5), read(2, 6, 8), read(1, 9, 11)]);
    const verdict = checkHistory(history, { model: register, stepsMax: 1_000 });
    if (verdict.verdict !== "not") throw new Error(verdict.verdict);
    expect(verdict.stuck.map(({ call }) => call)).toEqual([6]);
    expect(verdict.states).toEqual(["2"]);
    expect(verdict.prefix.map(({ operation }) => operation.input)).toEqual([1, 2, null]);
  });

  it("names what contradicts it, and not what does not", () => {
    const others = [read(0, 0, 1), write(7, 2, 3), read(7, 4, 5), write(8, 6, 7)];
    const fault = [write(1, 10, 12), write(2, 13, 15), read(1, 20, 22)];
    const history = told([...others, ...fault], { init: 0 });
    const verdict = checkHistory(history, { model: register, stepsMax: 1_000 });
    if (verdict.verdict !== "not") throw new Error(verdict.verdict);
    expect(verdict.core?.minimal).toBe(true);
    const core = verdict.core?.operations.map(({ calledAt }) => calledAt);
    expect(core).toEqual([10, 13, 20]);
  });

  it("whose core has no order whatever the others did, for any history", () => {
    for (let seed = 0; seed < 150; seed += 1) {
      const [, vocabulary] = vocabularies;
      if (vocabulary === undefined) throw new Error("no words");
      const history = randomHistory(vocabulary, new Prng(seed).split("core"));
      const verdict = checkHistory(history, { model: casRegister, stepsMax: 100_000 });
      if (verdict.verdict !== "not") continue;
      const core = new Set(verdict.core?.operations.map(({ call }) => call));
      const kept = history.operations.filter(
        ({ call, status }) => core.has(call) || status !== "fail",
      );
      const operations = kept.map((each) =>
        core.has(each.call) ? each : ({ ...each, status: "unknown", return: null } as const),
      );
      const again = checkHistory({ ...history, operations }, { model: casRegister, stepsMax: 1e5 });
      expect(again.verdict).toBe("not");
    }
  });

  it("is found though another part is hard", () => {
    const hard = Array.from({ length: 40 }, (_, index) => ({
      ...{ kind: "enqueue", key: "a", input: index, from: index, to: 1_000 + index },
    }));
    const unheard = { kind: "dequeue", key: "a", output: 99, from: 2_000, to: 2_001 };
    const fault = { kind: "dequeue", key: "b", output: 1, from: 3_000, to: 3_001 };
    const history = told([...hard, unheard, fault]);
    const verdict = checkHistory(history, { model: requireModel("queue"), stepsMax: 20_000 });
    expect(verdict).toMatchObject({ verdict: "not", keys: ["b"] });
  });
});

describe("unknown outcomes (HISTORY-6)", () => {
  const lost = write(1, 0, null);

  it("may have happened, at any time after the call", () => {
    const history = told([lost, read(0, 5, 6), read(1, 7, 8)], { init: 0 });
    expect(checkHistory(history, { model: register, stepsMax: 100 }).verdict).toBe("linearizable");
  });

  it("or never", () => {
    const history = told([lost, read(0, 5, 6), read(0, 7, 8)], { init: 0 });
    expect(checkHistory(history, { model: register, stepsMax: 100 }).verdict).toBe("linearizable");
  });

  it("but not twice, and not before the call", () => {
    const twice = told([lost, write(0, 3, 4), read(1, 5, 6), write(0, 7, 8), read(1, 9, 10)]);
    expect(checkHistory(twice, { model: register, stepsMax: 1_000 }).verdict).toBe("not");
    const early = told([read(1, 0, 1), write(1, 2, null)], { init: 0 });
    expect(checkHistory(early, { model: register, stepsMax: 1_000 }).verdict).toBe("not");
  });

  it("do not make a search explode: hundreds of them, of different values", () => {
    const many = Array.from({ length: 300 }, (_, index) => write(index + 10, index, null));
    const history = told([...many, write(1, 400, 401), write(2, 402, 403), read(1, 404, 405)]);
    const verdict = checkHistory(history, { model: register, stepsMax: 20_000 });
    expect(verdict.verdict).toBe("not");
  });
});

/** Without an order, and with many that must be tried: concurrent appends, and a wrong answer. */
function hardHistory(width: number) {
  const appends = Array.from({ length: width }, (_, index) => ({
    ...{ kind: "enqueue", input: index, from: index, to: 1_000 + index },
  }));
  return told([...appends, { kind: "dequeue", output: 99, from: 2_000, to: 2_001 }]);
}

describe("bounds (HISTORY-7)", () => {
  const model = requireModel("queue");

  it("a search that is not over has no verdict, and says how far it came", () => {
    const verdict = checkHistory(hardHistory(12), { model, stepsMax: 5_000 });
    expect(verdict).toMatchObject({ verdict: "unknown", parts: [[""]], required: 13, placed: 12 });
    expect(verdict).toMatchObject({ work: { steps: 5_000 } });
  });

  it("slices of work come to the same as all at once", () => {
    const opened = openCheck(hardHistory(6), { model });
    if (!opened.ok) throw new Error("refused");
    let slices = 0;
    let verdict = opened.check.run(100);
    for (; verdict === null; slices += 1) verdict = opened.check.run(100);
    expect(slices).toBeGreaterThan(3);
    expect(verdict).toEqual(checkHistory(hardHistory(6), { model, stepsMax: 1_000_000 }));
  });

  it("without room for what was visited the verdict is the same, and takes longer", () => {
    const [, vocabulary] = vocabularies;
    if (vocabulary === undefined) throw new Error("no words");
    for (let seed = 0; seed < 50; seed += 1) {
      const history = randomHistory({ ...vocabulary, length: 10 }, new Prng(seed));
      const options = { model: casRegister, stepsMax: 1_000_000 };
      const roomy = checkHistory(history, options);
      const tight = checkHistory(history, { ...options, visitedBytesMax: 0 });
      expect(tight.verdict).toBe(roomy.verdict);
    }
    const writes = [1, 2, 3, 4, 5, 6, 7].map((value) => write(value, value, 100 + value));
    const history = told([...writes, read(9, 200, 201)]);
    const roomy = checkHistory(history, { model: register, stepsMax: 1_000_000 });
    const tight = checkHistory(history, {
      model: register,
      stepsMax: 1_000_000,
      visitedBytesMax: 0,
    });
    if (roomy.verdict !== "not" || tight.verdict !== "not") throw new Error("expected not");
    expect(tight.work.forgotten).toBeGreaterThan(0);
    expect(tight.work.steps).toBeGreaterThan(roomy.work.steps * 4);
  });

  it("thousands of keys are thousands of small parts", () => {
    const words = Array.from({ length: 4_000 }, (_, index) => ({
      ...{ kind: index % 2 === 0 ? "write" : "read", key: `k${index >> 1}` },
      ...(index % 2 === 0 ? { input: index } : { output: index - 1 }),
    }));
    const verdict = checkHistory(told(inTurn(words)), { model: register, stepsMax: 20_000 });
    expect(verdict).toMatchObject({ verdict: "linearizable", work: { parts: 2_000 } });
  });
});
