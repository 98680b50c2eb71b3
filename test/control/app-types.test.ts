/**
 * APP-4: the names of sensors and outputs flow into the types of the control function. A line that
 * expects an error below does not compile where the types let a wrong name through; at run time the
 * same mistakes are contained (APP-2) or refused (APP-3).
 */
import { describe, expect, expectTypeOf, it } from "vitest";
import { defineApp, type VotedInput } from "../../src/control/app.js";

const sensors = { level: { unit: "m", min: 0, max: 100, tolerance: 1 } } as const;
const outputs = {
  valve: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } },
} as const;

describe("APP-4: a control function knows", () => {
  it("its sensors, its outputs and its state by name", () => {
    const app = defineApp({
      name: "typed",
      sensors,
      outputs,
      initial: { sum: 0 },
      control({ state, inputs }) {
        expectTypeOf(inputs.level).toEqualTypeOf<VotedInput>();
        expectTypeOf<keyof typeof inputs>().toEqualTypeOf<"level">();
        expectTypeOf(state.sum).toEqualTypeOf<number>();
        // A value without a majority cannot be used by mistake: it may be null.
        expectTypeOf(inputs.level.value).toEqualTypeOf<number | null>();
        return { state, commands: { valve: 0.5 } };
      },
    });
    expect(Object.keys(app.sensors)).toEqual(["level"]);
  });

  it("no sensor that was not declared", () => {
    const app = defineApp({
      name: "typed",
      sensors,
      outputs,
      initial: null,
      // @ts-expect-error there is no sensor of this name
      control: ({ state, inputs }) => ({ state, commands: { valve: inputs.pressure.value } }),
    });
    expect(app.sensors["pressure"]).toBeUndefined();
  });

  it("no output that was not declared", () => {
    const app = defineApp({
      name: "typed",
      sensors,
      outputs,
      initial: null,
      // @ts-expect-error there is no output of this name
      control: ({ state }) => ({ state, commands: { pump: 1 } }),
    });
    expect(app.outputs["pump"]).toBeUndefined();
  });
});
