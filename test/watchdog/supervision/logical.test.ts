import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FlowRule, LogicalRule } from "../../../src/watchdog/supervision/rules.js";
import {
  at,
  entityOf,
  every,
  faults,
  inOrder,
  kinds,
  only,
  play,
  supervisionOf,
} from "./support/play.js";

const supervision = (rule: Partial<LogicalRule> = {}) => supervisionOf([entityOf([inOrder(rule)])]);

const inRow = (names: readonly string[]) => names.map((name, index) => at(10 * index, name));

/** The faults as `from>to`. */
const stepsOf = (told: ReturnType<typeof play>): string[] =>
  faults(told).map(([, fault]) => (fault.rule === "logical" ? `${fault.from}>${fault.to}` : "?"));

describe("the order of checkpoints", () => {
  it("LOGIC-1: the allowed order is right, and the dog is petted", () => {
    const names = ["read", "vote", "command", "read", "vote", "vote", "vote", "command"];
    const told = play(supervision(), inRow(names), 200);
    expect(kinds(told)).toEqual([[0, "supervision-began"]]);
    expect(only(told, "pet")).toEqual(every(50, 0, 201));
  });

  it.each([
    ["a step that is left out", ["read", "command"], "read>command"],
    ["a step back", ["read", "vote", "read"], "vote>read"],
    ["a step twice that may come once", ["read", "read"], "read>read"],
    ["what follows an end without a beginning", ["read", "vote", "command", "vote"], "null>vote"],
    ["a first step that is no beginning", ["vote"], "null>vote"],
  ])("LOGIC-2: %s is wrong at once: no pets", (_what, names, step) => {
    const told = play(supervision(), inRow(names), 200);
    expect(stepsOf(told)).toEqual([step]);
    const failedAt = 10 * (names.length - 1);
    expect(only(told, "pet")).toEqual(every(50, 0, failedAt));
  });

  it("LOGIC-3: checkpoints that are named nowhere are free", () => {
    const names = ["x", "read", "x", "vote", "x", "command", "x"];
    expect(kinds(play(supervision(), inRow(names), 200))).toEqual([[0, "supervision-began"]]);
  });

  it("LOGIC-4: one omission is one fault: it goes on from where the entity is", () => {
    const names = ["read", "command", "read", "vote", "command"];
    const told = play(supervision({ tolerance: 1 }), inRow(names), 200);
    expect(kinds(told)).toEqual([
      [0, "supervision-began"],
      [10, "supervision-tolerated"],
    ]);
  });

  it("LOGIC-5: the tolerance bears so many more wrong steps than right flows, and no more", () => {
    const [right, wrong] = [
      ["read", "vote", "command"],
      ["read", "command"],
    ];
    const borne = [...wrong, ...wrong, ...right, ...wrong];
    expect(faults(play(supervision({ tolerance: 2 }), inRow(borne), 200))).toEqual([]);
    const tooMany = [...borne, ...wrong];
    const told = play(supervision({ tolerance: 2 }), inRow(tooMany), 200);
    expect(faults(told)).toHaveLength(1);
    const healed = [...tooMany, ...right, ...right, ...right];
    const again = play(supervision({ tolerance: 2 }), inRow(healed), 250);
    expect(only(again, "supervision-restored")).toEqual([190]);
  });

  it("LOGIC-1: agrees with a plain walk through the table, for any order", () => {
    const names = fc.array(fc.constantFrom("read", "vote", "command", "x"), { maxLength: 12 });
    fc.assert(
      fc.property(names, (order) => {
        const failed = only(play(supervision(), inRow(order), 200), "supervision-failed");
        expect(failed.length > 0).toBe(!isRight(order));
      }),
    );
  });
});

function isRight(order: readonly string[]): boolean {
  const text = order.filter((name) => name !== "x").map((name) => name[0]);
  return /^(rv+c)*(r?|rv+)$/.test(text.join(""));
}

describe("an order across entities", () => {
  const flow: FlowRule = {
    kind: "flow",
    flow: "a-cycle",
    modes: ["running"],
    starts: ["control/began"],
    ends: ["gate/wrote"],
    transitions: [["control/began", "gate/wrote"]],
    tolerance: 0,
  };
  const entities = ["control", "gate"].map((entity) => entityOf([], { entity }));
  const whole = (tolerance = 0) => supervisionOf(entities, { flows: [{ ...flow, tolerance }] });

  it("FLOW-1: the allowed order is right, and the dog is petted", () => {
    const names = ["control/began", "gate/wrote", "control/began", "gate/wrote"];
    const told = play(whole(), inRow(names), 200);
    expect(kinds(told)).toEqual([[10, "supervision-began"]]);
    expect(only(told, "pet")).toEqual(every(50, 0, 201));
  });

  it("FLOW-2: who comes out of order is to blame, and the dog is not petted", () => {
    const told = play(whole(), inRow(["control/began", "gate/wrote", "gate/wrote"]), 200);
    expect(told.filter(([, { kind }]) => kind === "supervision-failed")).toMatchObject([
      [20, { entity: "gate", fault: { from: null, to: "gate/wrote", flow: "a-cycle" } }],
    ]);
    expect(only(told, "pet")).toEqual([0]);
  });

  it("FLOW-3: a right flow is to the credit of all who have a part in it", () => {
    const machine = whole(1);
    const names = ["control/began", "gate/wrote", "gate/wrote"];
    play(machine, inRow(names), 30);
    expect(machine.status().entities.map(({ status }) => status)).toEqual(["ok", "failed"]);
    play(machine, [at(40, "control/began"), at(50, "gate/wrote")], 60);
    expect(machine.status().entities.map(({ status }) => status)).toEqual(["ok", "ok"]);
  });

  it("FLOW-4: two flows of one name are a bug of ours", () => {
    expect(() => supervisionOf(entities, { flows: [flow, flow] })).toThrow("one name");
  });
});
