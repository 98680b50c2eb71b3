import { describe, expect, it } from "vitest";
import { type AppDefinition, defineApp } from "../../src/control/app.js";
import { type AppFaultReason, runApp } from "../../src/control/app-runner.js";
import { sealState, stateBytesMax } from "../../src/control/state/plain.js";
import { UsageError } from "../../src/kernel/assert.js";
import { millis } from "../../src/kernel/time.js";

type Definition = AppDefinition<"temperature", "heater", { count: number }>;

const definition: Definition = {
  name: "test",
  sensors: { temperature: { unit: "degC", min: 0, max: 100, tolerance: 1 } },
  outputs: { heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: { count: 0 },
  control({ state, inputs }) {
    const value = inputs.temperature.value ?? 0;
    return { state: { count: state.count + 1 }, commands: { heater: value / 100 } };
  },
};

const input = {
  cycle: 1,
  step: millis(100),
  inputs: { temperature: { value: 50, status: "ok" as const } },
  replicated: null,
};

/** An app whose control function gives anything: what the types forbid, and users do. */
const appThatGives = (control: () => unknown) =>
  defineApp({ ...definition, control: control as Definition["control"] });

describe("APP-1: a control function that works", () => {
  it("gives its state, frozen, with a digest, and its commands", () => {
    const answer = runApp(defineApp(definition), { count: 4 }, input);
    expect(answer).toMatchObject({ ok: true, state: { count: 5 } });
    if (!answer.ok) return;
    expect(answer.commands).toEqual(new Map([["heater", 0.5]]));
    expect(Object.isFrozen(answer.state)).toBe(true);
  });

  it("gives the same digest for the same state, and another for another", () => {
    const app = defineApp(definition);
    const digest = (count: number) => {
      const answer = runApp(app, { count }, input);
      return answer.ok ? answer.digest : null;
    };
    expect(digest(1)).toBe(digest(1));
    expect(digest(1)).not.toBe(digest(2));
  });
});

describe("APP-2: what a control function does wrong is contained and named", () => {
  const state = { count: 1 };
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  const nasty = {
    get message(): string {
      throw new Error("again");
    },
    toString(): string {
      throw new Error("and again");
    },
  };
  const cases: [string, AppFaultReason, () => unknown][] = [
    [
      "throws",
      "threw",
      () => {
        throw new Error("boom");
      },
    ],
    [
      "throws something nasty",
      "threw",
      () => {
        throw nasty;
      },
    ],
    [
      "has a getter that throws",
      "threw",
      () => ({
        get state() {
          throw new Error("x");
        },
        commands: {},
      }),
    ],
    ["returns nothing", "malformed", () => undefined],
    ["returns a promise", "malformed", () => Promise.resolve({ state, commands: {} })],
    ["returns a promise that is rejected", "malformed", () => Promise.reject(new Error("late"))],
    ["returns no commands", "malformed", () => ({ state })],
    ["commands no such output", "unknown-output", () => ({ state, commands: { valve: 1 } })],
    ["commands NaN", "not-finite", () => ({ state, commands: { heater: Number.NaN } })],
    ["commands a text", "not-finite", () => ({ state, commands: { heater: "1" } })],
    ["commands too much", "out-of-range", () => ({ state, commands: { heater: 1.01 } })],
    ["keeps a function", "not-plain-data", () => ({ state: { f: () => 1 }, commands: {} })],
    ["keeps NaN", "not-plain-data", () => ({ state: { x: Number.NaN }, commands: {} })],
    ["keeps undefined", "not-plain-data", () => ({ state: { x: undefined }, commands: {} })],
    ["keeps a Map", "not-plain-data", () => ({ state: new Map(), commands: {} })],
    ["keeps a cycle", "not-plain-data", () => ({ state: cyclic, commands: {} })],
    [
      "keeps too much",
      "state-too-large",
      () => ({ state: "x".repeat(stateBytesMax), commands: {} }),
    ],
  ];
  for (const [name, reason, control] of cases) {
    it(name, () => {
      expect(runApp(appThatGives(control), state, input)).toMatchObject({ ok: false, reason });
    });
  }

  it("changes the state it was given: the state is frozen, so that is an error", () => {
    const app = defineApp({
      ...definition,
      control({ state: given }) {
        given.count += 1;
        return { state: given, commands: {} };
      },
    });
    const sealed = sealState({ count: 1 });
    expect(runApp(app, sealed.ok && sealed.state, input)).toMatchObject({
      ok: false,
      reason: "threw",
    });
  });
});

describe("APP-3: a wrong declaration is refused when the app is defined", () => {
  const { temperature } = definition.sensors;
  const { heater } = definition.outputs;
  const cases: [string, Partial<Definition>][] = [
    ["an empty range", { sensors: { temperature: { ...temperature, min: 100 } } }],
    ["no tolerance", { sensors: { temperature: { ...temperature, tolerance: 0 } } }],
    ["an infinite range", { outputs: { heater: { ...heater, max: Number.POSITIVE_INFINITY } } }],
    [
      "an unsafe safe value",
      { outputs: { heater: { ...heater, safe: { kind: "value", value: 2 } } } },
    ],
    ["a state that is not plain", { initial: { count: Number.NaN } }],
  ];
  for (const [name, change] of cases) {
    it(name, () => {
      expect(() => defineApp({ ...definition, ...change })).toThrow(UsageError);
    });
  }

  it("and a right one is not", () => {
    expect(() => defineApp(definition)).not.toThrow();
  });
});
