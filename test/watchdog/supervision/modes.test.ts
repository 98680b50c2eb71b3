import { describe, expect, it } from "vitest";
import { millis } from "../../../src/kernel/time.js";
import type { Rule } from "../../../src/watchdog/supervision/rules.js";
import {
  alive,
  at,
  done,
  entityOf,
  every,
  faults,
  inOrder,
  inTime,
  kinds,
  only,
  play,
  supervisionOf,
  type Word,
} from "./support/play.js";

const mode = (time: number, name: string): Word => [time, { kind: "mode", mode: name }];

const inModes = (joining: readonly Rule[], running: readonly Rule[]) =>
  supervisionOf([entityOf([], { modes: { joining, running } })], { modes: ["joining", "running"] });

const status = (machine: ReturnType<typeof supervisionOf>) =>
  machine.status().entities.map((entity) => entity.status);

const begunBy = (words: readonly Word[]): Word[] => [at(0, "x"), ...words];

describe("rules by mode", () => {
  it("MODE-1: those of the mode hold, and no others", () => {
    const machine = inModes([alive()], [alive({ expected: 5 })]);
    const words = [...done(every(10, 0, 200)), mode(200, "running"), ...done(every(20, 205, 500))];
    expect(faults(play(machine, words, 500))).toEqual([]);
    const strict = [...done(every(10, 0, 200)), mode(200, "running"), ...done(every(10, 205, 500))];
    const told = play(inModes([alive()], [alive({ expected: 5 })]), strict, 500);
    // The seventh in a cycle of five and one more.
    expect(faults(told).map(([time]) => time)).toEqual([265]);
    expect(Math.max(...only(told, "pet"))).toBe(250);
  });

  it("MODE-2: a tolerance holds in its mode", () => {
    const gap = done([...every(10, 0, 100), ...every(10, 200, 600)]);
    const borne = play(inModes([alive({ tolerance: 1 })], [alive()]), gap, 600);
    expect(faults(borne)).toEqual([]);
    const words = [mode(0, "running"), ...gap];
    const strict = play(inModes([alive({ tolerance: 1 })], [alive()]), words, 600);
    expect(faults(strict).map(([time]) => time)).toEqual([200]);
  });

  it("MODE-3: without rules in a mode an entity is deactivated: nothing is judged", () => {
    const machine = inModes([], [alive()]);
    const told = play(machine, [at(10, "x")], 2_000);
    expect(kinds(told)).toEqual([[0, "supervision-began"]]);
    expect(only(told, "pet")).toEqual(every(50, 0, 2_001));
    expect(status(machine)).toEqual(["deactivated"]);
  });

  it("MODE-3: when it is activated it is waited for, and for no longer than the grace", () => {
    const machine = inModes([], [alive()]);
    const told = play(machine, [mode(2_000, "running")], 4_000);
    expect(faults(told)).toEqual([[2_500, { rule: "start", grace: millis(500) }]]);
    expect(Math.max(...only(told, "pet"))).toBe(2_450);
  });

  it("MODE-3: one that works may be deactivated, and is judged again afterwards", () => {
    const machine = inModes([alive()], []);
    const words = [...done(every(10, 0, 100)), mode(100, "running"), mode(900, "joining")];
    const told = play(machine, words, 2_000);
    expect(faults(told).map(([time]) => time)).toEqual([1_000]);
  });

  it("MODE-4: a rule that both modes share goes on: a change of mode buys no time", () => {
    const shared = alive();
    const machine = inModes([shared], [shared]);
    const changes = every(50, 50, 1_000).map((time, index) =>
      mode(time, index % 2 === 0 ? "running" : "joining"),
    );
    const told = play(machine, [at(0, "done"), ...changes], 1_000);
    expect(faults(told).map(([time]) => time)).toEqual([100]);
  });

  it("MODE-5: a flow in the middle of which the mode changes is let pass, the next is not", () => {
    const machine = inModes([inTime()], [inOrder()]);
    const late = [at(0, "read"), mode(5, "running"), at(10, "command")];
    expect(faults(play(machine, [...late, at(20, "read"), at(30, "vote")], 40))).toEqual([]);
    expect(faults(play(machine, [at(50, "read")], 60))).toMatchObject([[50, { from: "vote" }]]);
  });

  it("MODE-6: no change of mode clears an expired entity", () => {
    const machine = inModes([inTime()], [inOrder({ tolerance: 1 })]);
    const words = [at(0, "began"), at(1, "done"), mode(10, "running")];
    const told = play(machine, words, 400);
    expect(status(machine)).toEqual(["expired"]);
    expect(only(told, "pet")).toEqual([0]);
    const flow = (time: number) => [
      at(time, "read"),
      at(time + 10, "vote"),
      at(time + 20, "command"),
    ];
    // Once, whatever the tolerance: what it owes is kept with the rule that it broke.
    expect(only(play(machine, flow(400), 460), "supervision-restored")).toEqual([420]);
  });

  it("MODE-6: nor one by which it would be deactivated", () => {
    const machine = inModes([inTime()], []);
    play(machine, [at(0, "began"), at(1, "done"), mode(10, "running")], 400);
    expect(status(machine)).toEqual(["expired"]);
    expect(machine.status()).toMatchObject({ global: "stopped", mode: "running", pets: false });
  });

  it("MODE-7: who changes to and fro sheds no count: it fails as one that does not", () => {
    const times = every(100, 0, 500);
    const rounds = (isLate: boolean) =>
      times.flatMap((time) => [
        mode(time, "running"),
        at(time, "began"),
        at(time + (isLate ? 35 : 20), "done"),
        mode(time + 50, "joining"),
      ]);
    const late = play(inModes([inOrder()], [inTime({ tolerance: 2 })]), begunBy(rounds(true)), 600);
    expect(faults(late).map(([time]) => time)).toEqual([230.001]);
    const right = play(
      inModes([inOrder()], [inTime({ tolerance: 2 })]),
      begunBy(rounds(false)),
      600,
    );
    expect(faults(right)).toEqual([]);
    expect(only(right, "pet")).toEqual(every(50, 0, 601));
  });

  it("MODE-1: a flow across entities holds in its modes", () => {
    const flow = {
      ...({ kind: "flow", flow: "f", modes: ["running"], tolerance: 0 } as const),
      ...{ starts: ["cycle/a"], ends: ["cycle/b"], transitions: [["cycle/a", "cycle/b"]] as const },
    };
    const wrong = [at(0, "a"), at(1, "a")];
    const rules = entityOf([], { modes: { joining: [inTime()], running: [inTime()] } });
    const machine = () => supervisionOf([rules], { flows: [flow], modes: ["joining", "running"] });
    expect(faults(play(machine(), wrong, 10))).toEqual([]);
    expect(faults(play(machine(), [mode(0, "running"), ...wrong], 10))).toHaveLength(1);
  });
});
