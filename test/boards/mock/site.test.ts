import { describe, expect, it } from "vitest";
import { type Declarations, Site } from "../../../boards/mock/site.js";
import { type Instant, instant, millis } from "../../../src/kernel/time.js";
import { boardContract, contractOutputs } from "../../contracts/board.js";

const declarations: Declarations = {
  sensors: {
    temperature: { unit: "degC", min: 0, max: 120, tolerance: 1 },
    level: { unit: "m", min: 0, max: 10, tolerance: 0.5 },
  },
  outputs: {
    heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } },
    lamp: { unit: "ratio", min: 0, max: 1, safe: { kind: "input" } },
  },
};

const makeSite = (given: Partial<ConstructorParameters<typeof Site>[0]> = {}) =>
  new Site({ declarations, seed: 5, begins: 0, loop: "closed", ...given });

const place = { begins: instant(0), toTrue: (at: Instant) => at };
const at = (ms: number): Instant => instant(ms * 1_000);
const nodes = ["a", "b", "c"];

boardContract("a site's board", (outputs) => {
  const listed = Object.fromEntries(outputs.map((output) => [output.name, output]));
  const site = makeSite({ declarations: { ...declarations, outputs: listed } });
  const board = site.makeBoard("a", place);
  expect(board.outputs).toHaveLength(contractOutputs.length);
  return { board, begins: place.begins, pin: (now, output) => board.pin(now, output).value };
});

describe("a site", () => {
  it("SITE-1: its boards measure one plant, each a little off, well within the tolerance", () => {
    const site = makeSite();
    const boards = nodes.map((node) => site.makeBoard(node, place));
    boards[0]?.write(at(0), "heater", 1, at(4_000));
    for (let ms = 0; ms < 8_000; ms += 50) {
      const now = at(ms);
      const read = boards.map((board) => board.read(now).map(({ value }) => value ?? Number.NaN));
      for (const [temperature = Number.NaN, level = Number.NaN] of read) {
        expect(Math.abs(temperature - site.truth(now, "temperature"))).toBeLessThan(0.5);
        expect(Math.abs(level - site.truth(now, "level"))).toBeLessThan(0.25);
      }
    }
    expect(site.truth(at(4_000), "temperature")).toBeGreaterThan(38);
    expect(site.truth(at(8_000), "temperature")).toBeLessThan(site.truth(at(4_000), "temperature"));
  });

  it("SITE-1: a stopped board drives until its command ends, one that is reset does not", () => {
    const site = makeSite();
    site.makeBoard("a", place).write(at(0), "heater", 1, at(150));
    expect(site.wiring.driversOf(at(149), "heater")).toEqual(["a"]);
    site.makeBoard("b", place).write(at(149), "lamp", 1, at(500));
    expect(site.wiring.driversOf(at(150), "heater")).toEqual([]);
    expect(site.wiring.value(at(200), "lamp")).toBe(1);
    site.makeBoard("b", { ...place, begins: at(200) });
    expect(site.wiring.value(at(200), "lamp")).toBe(0);
    expect(site.wiring.conflictCount).toBe(0);
  });

  it("SITE-1: a node keeps its offset from boot to boot, and its noise does not come again", () => {
    const noises = (boots: number) => {
      const site = makeSite({ loop: "open" });
      for (let boot = 1; boot < boots; boot += 1) site.makeBoard("a", place);
      const board = site.makeBoard("a", place);
      return Array.from({ length: 400 }, (_, index) => board.read(at(index * 5))[0]?.value ?? 0);
    };
    const mean = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const [first, again, second] = [noises(1), noises(1), noises(2)];
    expect(again).toEqual(first);
    expect(second).not.toEqual(first);
    expect(Math.abs(mean(first) - mean(second))).toBeLessThan(0.015);
  });

  it("SITE-1: an app without a boiler gets waves only", () => {
    const { temperature, level } = declarations.sensors;
    if (temperature === undefined || level === undefined) throw new Error("no declaration");
    const sensors = { temperature: { ...temperature, unit: "K" }, level };
    const site = makeSite({ declarations: { ...declarations, sensors } });
    site.makeBoard("a", place).write(at(0), "heater", 1, at(5_000));
    expect(site.truth(at(5_000), "temperature")).toBeCloseTo(66, 9);
    expect(site.truth(at(5_000), "level")).toBeCloseTo(5.5, 9);
  });

  it("SITE-2: in an open loop everything stands still", () => {
    const site = makeSite({ loop: "open" });
    site.makeBoard("a", place).write(at(0), "heater", 1, at(5_000));
    expect(site.wiring.value(at(1_000), "heater")).toBe(1);
    expect(site.truth(at(5_000), "temperature")).toBe(60);
    expect(site.truth(at(9_000), "level")).toBe(5);
  });

  it("MOCK-1: boards on clocks that drift measure what is true at their own samples", () => {
    const site = makeSite();
    // A clock that began at 7 s and runs twice as fast as true time.
    const toTrue = (shown: Instant) => (shown - 7_000_000) / 2;
    const board = site.makeBoard("a", { begins: instant(7_000_000), toTrue });
    board.write(instant(7_000_000), "heater", 1, instant(9_000_000));
    expect(site.wiring.driversOf(999_999, "heater")).toEqual(["a"]);
    expect(site.wiring.driversOf(1_000_000, "heater")).toEqual([]);
    const [reading] = board.read(instant(8_000_000 + millis(3)));
    expect(reading?.sourceTime).toBe(8_000_000);
    expect(Math.abs((reading?.value ?? 0) - site.truth(500_000, "temperature"))).toBeLessThan(0.4);
  });

  it("PLAY-6: gives lines to a board that it did not make", () => {
    const site = makeSite();
    const lines = site.lines("c", place.toTrue);
    lines.drive(at(0), "heater", 0.5, at(100));
    expect(site.wiring.driversOf(at(50), "heater")).toEqual(["c"]);
    lines.release(at(60), "heater");
    expect(site.wiring.driversOf(at(60), "heater")).toEqual([]);
  });
});
