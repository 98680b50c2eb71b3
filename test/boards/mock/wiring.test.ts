import { describe, expect, it } from "vitest";
import type { OutputSpec, SafeState } from "../../../boards/board.js";
import type { Plant } from "../../../boards/mock/plant.js";
import { conflictsMax, Wiring } from "../../../boards/mock/wiring.js";

const output = (name: string, safe: SafeState): OutputSpec => ({
  name,
  unit: "ratio",
  min: 0,
  max: 1,
  safe,
});

const outputs = [
  output("heater", { kind: "value", value: 0 }),
  output("vent", { kind: "value", value: 1 }),
  output("valve", { kind: "hold" }),
  output("line", { kind: "input" }),
];

/** A plant that writes down what it was told. */
function makeWiring() {
  const told: string[] = [];
  const plant: Plant = {
    quantities: ["told"],
    actuate: (at, actuator, value) => told.push(`${at} ${actuator}=${value}`),
    truth: () => told.length,
  };
  const wiring = new Wiring(plant, outputs, 0);
  const atStart = told.splice(0);
  return { wiring, told, atStart };
}

const until = (at: number) => () => at;

describe("the wiring", () => {
  it("WIRING-1: at rest all is safe; a loose line is pulled to its minimum", () => {
    const { wiring, atStart } = makeWiring();
    expect(atStart).toEqual(["0 heater=0", "0 vent=1", "0 valve=0", "0 line=0"]);
    expect(wiring.driversOf(0, "heater")).toEqual([]);
  });

  it("WIRING-1: one board drives, against the safe state too, until its command ends", () => {
    const { wiring, told } = makeWiring();
    wiring.drive(10, "a", "vent", 0.25, until(50));
    wiring.drive(10, "a", "valve", 0.5, until(50));
    expect(wiring.value(49, "vent")).toBe(0.25);
    expect(wiring.driversOf(49, "vent")).toEqual(["a"]);
    expect(wiring.driversOf(50, "vent")).toEqual([]);
    expect(wiring.value(50, "vent")).toBe(1);
    expect(wiring.value(50, "valve")).toBe(0.5);
    expect(told).toEqual(["10 vent=0.25", "10 valve=0.5", "50 vent=1"]);
  });

  it("WIRING-2: tells the plant the exact moment of each end, in order", () => {
    const { wiring, told } = makeWiring();
    wiring.drive(10, "a", "heater", 0.5, until(80));
    wiring.drive(10, "b", "vent", 0, until(30));
    wiring.drive(10, "c", "heater", 1, until(60));
    expect(wiring.truth(1_000, "told")).toBe(6);
    expect(told.slice(3)).toEqual(["30 vent=1", "60 heater=0.5", "80 heater=0"]);
  });

  it("WIRING-2: an end is looked up anew: the board's clock may have come to run faster", () => {
    const { wiring, told } = makeWiring();
    let end = 100;
    wiring.drive(10, "a", "heater", 1, () => end);
    expect(wiring.value(20, "heater")).toBe(1);
    end = 40;
    expect(wiring.value(90, "heater")).toBe(0);
    expect(told).toEqual(["10 heater=1", "40 heater=0"]);
  });

  it("WIRING-2: a moment that lies a little before the latest counts as the latest", () => {
    const { wiring, told } = makeWiring();
    wiring.drive(100, "a", "heater", 1, until(200));
    wiring.release(99, "a", "heater");
    expect(told).toEqual(["100 heater=1", "100 heater=0"]);
  });

  it("WIRING-3: two boards on one output are a wired-or, and a conflict", () => {
    const { wiring } = makeWiring();
    wiring.drive(10, "a", "heater", 0.75, until(100));
    wiring.drive(20, "b", "heater", 0.25, until(100));
    expect(wiring.value(20, "heater")).toBe(0.75);
    expect(wiring.driversOf(20, "heater")).toEqual(["a", "b"]);
    expect(wiring.conflictCount).toBe(1);
    expect(wiring.conflicts()).toEqual([{ at: 20, output: "heater", boards: ["a", "b"] }]);
    wiring.drive(30, "a", "heater", 0.5, until(100));
    wiring.drive(40, "b", "heater", 0.5, until(100));
    expect(wiring.conflictCount).toBe(1);
    wiring.release(50, "a", "heater");
    expect(wiring.value(50, "heater")).toBe(0.5);
    wiring.drive(60, "a", "heater", 0.5, until(100));
    expect(wiring.conflictCount).toBe(2);
  });

  it("WIRING-3: a handover by release, by an end or by power is no conflict", () => {
    const { wiring } = makeWiring();
    wiring.drive(10, "a", "heater", 1, until(100));
    wiring.release(50, "a", "heater");
    wiring.drive(50, "b", "heater", 1, until(100));
    wiring.drive(100, "c", "heater", 1, until(200));
    wiring.releaseAll(150, "c");
    wiring.drive(150, "a", "heater", 1, until(200));
    wiring.drive(160, "b", "vent", 0, until(200));
    expect(wiring.conflictCount).toBe(0);
    expect(wiring.driversOf(160, "heater")).toEqual(["a"]);
  });

  it("WIRING-3: a command that is one microsecond too long is a conflict", () => {
    const { wiring } = makeWiring();
    wiring.drive(10, "a", "heater", 1, until(101));
    wiring.drive(100, "b", "heater", 1, until(200));
    expect(wiring.conflictCount).toBe(1);
  });

  it("WIRING-3: counts all conflicts and tells the last ones", () => {
    const { wiring } = makeWiring();
    wiring.drive(0, "a", "heater", 1, until(1e9));
    for (let count = 1; count <= conflictsMax + 5; count += 1) {
      wiring.drive(count, "b", "heater", 1, until(1e9));
      wiring.release(count, "b", "heater");
    }
    expect(wiring.conflictCount).toBe(conflictsMax + 5);
    expect(wiring.conflicts()).toHaveLength(conflictsMax);
    expect(wiring.conflicts()[0]?.at).toBe(6);
  });
});
