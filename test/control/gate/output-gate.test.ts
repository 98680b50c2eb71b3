import { describe, expect, it } from "vitest";
import { OutputGate } from "../../../src/control/gate/output-gate.js";
import { timeout } from "../../../src/kernel/machine.js";
import { instant, millis } from "../../../src/kernel/time.js";

const at = (ms: number) => instant(ms * 1_000);
const heat = (value: number) => ({
  kind: "commands" as const,
  cycle: 7,
  commands: new Map([["heater", value]]),
});
const held = (ms: number, token = 12) => ({
  kind: "right-held" as const,
  until: at(ms),
  token,
});
const command = (value: number, ms: number) => ({
  kind: "write",
  output: "heater",
  value,
  until: at(ms),
});
const write = (value: number, ms: number, token = 12) => ({ ...command(value, ms), token });
const release = { kind: "release", output: "heater" };

const newGate = () =>
  new OutputGate({ outputs: ["heater"], votedOutputs: [], commandAgeMax: millis(300) });

describe("GATE-1: commands pass only while the right to drive is held", () => {
  it("nothing passes before it is held, and the newest command passes when it is", () => {
    const gate = newGate();
    expect(gate.step(at(0), heat(0.3))).toEqual([]);
    expect(gate.step(at(10), held(100))).toEqual([write(0.3, 100)]);
    expect(gate.step(at(20), heat(0.4))).toEqual([write(0.4, 100)]);
  });

  it("a right that has ended lets nothing through, though nobody said that it was lost", () => {
    const gate = newGate();
    gate.step(at(0), held(100));
    gate.step(at(0), heat(0.3));
    expect(gate.step(at(100), heat(0.4))).toEqual([release]);
    expect(gate.step(at(101), heat(0.4))).toEqual([]);
  });

  it("one microsecond before its end it still does", () => {
    const gate = newGate();
    gate.step(at(0), held(100));
    expect(gate.step(instant(99_999), heat(0.4))).toEqual([write(0.4, 100)]);
  });

  it("a lost right releases what was driven, once", () => {
    const gate = newGate();
    gate.step(at(0), held(100));
    gate.step(at(0), heat(0.3));
    expect(gate.step(at(50), { kind: "right-lost" })).toEqual([release]);
    expect(gate.step(at(60), { kind: "right-lost" })).toEqual([]);
    expect(gate.step(at(60), heat(0.4))).toEqual([]);
  });

  it("an extended right is written on, so that a command outlasts one lease", () => {
    const gate = newGate();
    gate.step(at(0), held(100));
    gate.step(at(0), heat(0.3));
    expect(gate.step(at(50), held(150))).toEqual([write(0.3, 150)]);
  });
});

describe("GATE-2: a command ends when the control cycle stops", () => {
  it("an old command is not written on, and the output is released at the deadline", () => {
    const gate = newGate();
    gate.step(at(0), held(10_000));
    gate.step(at(0), heat(0.3));
    expect(gate.step(at(299), held(10_299))).toEqual([write(0.3, 10_299)]);
    expect(gate.deadline()).toBe(at(300));
    expect(gate.step(at(300), timeout)).toEqual([release]);
  });

  it("an output that the app leaves out is released", () => {
    const gate = newGate();
    gate.step(at(0), held(10_000));
    gate.step(at(0), heat(0.3));
    expect(gate.step(at(100), { kind: "commands", cycle: 8, commands: new Map() })).toEqual([
      release,
    ]);
  });
});

describe("GATE-3: an output with a voter beyond the gate is written by every replica", () => {
  const voting = () =>
    new OutputGate({
      ...{ outputs: ["heater", "pump"], votedOutputs: ["heater"] },
      commandAgeMax: millis(300),
    });
  const vote = (value: number, ms: number) => ({ ...command(value, ms), cycle: 7 });

  it("without any right, once a cycle, with the cycle's number, for as long as it counts", () => {
    const gate = voting();
    expect(gate.step(at(0), heat(0.3))).toEqual([vote(0.3, 300)]);
    expect(gate.step(at(50), timeout)).toEqual([]);
    expect(gate.step(at(100), heat(0.4))).toEqual([vote(0.4, 400)]);
    expect(gate.driven()).toEqual(["heater"]);
  });

  it("the right to drive is nothing to it, and still rules the other outputs", () => {
    const gate = voting();
    const both = { ...heat(0.3), commands: new Map([...heat(0.3).commands, ["pump", 1]]) };
    const pump = { kind: "write", output: "pump", value: 1, until: at(100), token: 12 };
    expect(gate.step(at(0), both)).toEqual([vote(0.3, 300)]);
    expect(gate.step(at(10), held(100))).toEqual([pump]);
    expect(gate.step(at(20), { kind: "right-lost" })).toEqual([
      { kind: "release", output: "pump" },
    ]);
  });

  it("a replica that may not command is silent there, and withdraws its vote", () => {
    const gate = voting();
    const nothing = { kind: "commands" as const, cycle: 8, commands: new Map<string, number>() };
    gate.step(at(0), heat(0.3));
    expect(gate.step(at(100), nothing)).toEqual([release]);
    expect(gate.step(at(200), nothing)).toEqual([]);
  });

  it("its vote ends when the cycle stops", () => {
    const gate = voting();
    gate.step(at(0), heat(0.3));
    expect(gate.deadline()).toBe(at(300));
    expect(gate.step(at(299), timeout)).toEqual([]);
    expect(gate.step(at(300), timeout)).toEqual([release]);
  });
});

describe("GATE-4: a replica that is about to be restarted commands nothing any more", () => {
  it("what was driven is released, by right and by vote", () => {
    const gate = new OutputGate({
      ...{ outputs: ["heater", "pump"], votedOutputs: ["pump"] },
      commandAgeMax: millis(300),
    });
    gate.step(at(0), held(1_000));
    const commands = new Map([
      ["heater", 0.3],
      ["pump", 1],
    ]);
    expect(gate.step(at(0), { kind: "commands", cycle: 7, commands })).toHaveLength(2);
    const both = [release, { kind: "release", output: "pump" }];
    expect(gate.step(at(10), { kind: "withdrawn" })).toEqual(both);
    expect(gate.step(at(20), { kind: "withdrawn" })).toEqual([]);
  });
});

describe("GATE-5: a write carries the token of the right by which it is made", () => {
  it("that of the newest right, from the first write on", () => {
    const gate = newGate();
    gate.step(at(0), heat(0.3));
    expect(gate.step(at(10), held(100, 5))).toEqual([write(0.3, 100, 5)]);
    expect(gate.step(at(20), { kind: "right-lost" })).toEqual([release]);
    expect(gate.step(at(30), held(200, 9))).toEqual([write(0.3, 200, 9)]);
    expect(gate.step(at(40), heat(0.4))).toEqual([write(0.4, 200, 9)]);
  });
});
