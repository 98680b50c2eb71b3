/** The example app on the simulated boiler, one replica and no faults: does it control well? */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Site } from "../../boards/mock/site.js";
import { app, setPoint } from "../../examples/boiler/app.js";
import { loadConfig } from "../../src/config/load.js";
import type { VotedInput } from "../../src/control/app.js";
import { runApp } from "../../src/control/app-runner.js";
import { after, type Instant, instant, millis } from "../../src/kernel/time.js";

const cycle = millis(100);
const blind: VotedInput = { value: null, status: "insufficient" };
const seen = (value: number): VotedInput => ({ value, status: "ok" });

/** Runs the app as a replica would, and keeps its state. */
function makeController() {
  let state = app.initial;
  let count = 0;
  return (temperature: VotedInput, step = cycle): number => {
    count += 1;
    const inputs = { temperature };
    const answer = runApp(app, state, { cycle: count, step, inputs, replicated: null });
    if (!answer.ok) throw new Error(`${answer.reason}: ${answer.message}`);
    state = answer.state;
    return answer.commands.get("heater") ?? Number.NaN;
  };
}

interface Moment {
  readonly seconds: number;
  readonly truth: number;
  readonly duty: number;
}

/** @param blindAt whether the app gets no value, by the seconds that have passed */
function regulate(forSeconds: number, blindAt = (_seconds: number) => false): Moment[] {
  const site = new Site({ declarations: app, seed: 3, begins: 0, loop: "closed" });
  const board = site.makeBoard("pi-1", { begins: instant(0), toTrue: (at) => at });
  const control = makeController();
  const course: Moment[] = [];
  for (let now: Instant = instant(0); now < forSeconds * 1e6; now = after(now, cycle)) {
    const value = board.read(now)[0]?.value ?? null;
    const seconds = now / 1e6;
    const duty = control(value === null || blindAt(seconds) ? blind : seen(value));
    board.write(now, "heater", duty, after(now, millis(150)));
    course.push({ seconds, truth: site.truth(now, "temperature"), duty });
  }
  return course;
}

describe("the boiler app on the simulated boiler", () => {
  it("comes to its set point within 15 s, overshoots by less than 0.5 K, and stays", () => {
    const course = regulate(120);
    expect(course[0]?.truth).toBe(20);
    const far = course.filter(({ truth }) => Math.abs(truth - setPoint) > 1);
    expect(far.at(-1)?.seconds).toBeLessThan(15);
    expect(Math.max(...course.map(({ truth }) => truth))).toBeLessThan(setPoint + 0.5);
    const late = course.filter(({ seconds }) => seconds > 20);
    for (const { truth } of late) expect(Math.abs(truth - setPoint)).toBeLessThan(0.5);
  });

  it("heats fully while it is cold, and not at all while it is hot", () => {
    expect(makeController()(seen(20))).toBe(1);
    expect(makeController()(seen(80))).toBe(0);
  });

  it("does not wind up: after minutes at full heat it lets go as soon as it is warm", () => {
    const control = makeController();
    for (let count = 0; count < 3_000; count += 1) expect(control(seen(20))).toBe(1);
    expect(control(seen(setPoint))).toBe(0);
  });

  it("rides through a short gap at the duty it had", () => {
    const control = makeController();
    const duty = control(seen(58));
    expect(duty).toBeGreaterThan(0.1);
    for (let count = 0; count < 10; count += 1) expect(control(blind)).toBe(duty);
    expect(Math.abs(control(seen(58)) - duty)).toBeLessThan(0.01);
    // The gap is over: a new one may be as long.
    for (let count = 0; count < 10; count += 1) expect(control(blind)).toBeGreaterThan(0.1);
  });

  it("switches the heater off when it stays blind, also at another pace", () => {
    const control = makeController();
    control(seen(20));
    for (let count = 0; count < 10; count += 1) expect(control(blind)).toBe(1);
    for (let count = 0; count < 100; count += 1) expect(control(blind)).toBe(0);
    const slow = makeController();
    slow(seen(20));
    expect(slow(blind, millis(1_100))).toBe(0);
    expect(makeController()(blind)).toBe(0);
  });

  it("hardly moves through a gap of a second, and cools down in a long one", () => {
    const gap = (length: number) => regulate(60, (s) => s >= 30 && s < 30 + length);
    const lowest = (course: readonly Moment[]) =>
      Math.min(...course.filter(({ seconds }) => seconds > 25).map(({ truth }) => truth));
    expect(lowest(gap(1))).toBeGreaterThan(setPoint - 1);
    expect(lowest(gap(20))).toBeLessThan(setPoint - 5);
    expect(gap(20).at(-1)?.truth).toBeGreaterThan(setPoint - 3);
  });
});

const built = existsSync("dist/examples/boiler/app.js");
if (!built) console.warn("SKIPPED: the boiler's config: build first (npm run build)");

describe.skipIf(!built)("the boiler's config", () => {
  it("is sound: three replicas, each measuring the temperature", async () => {
    const load = await loadConfig("examples/boiler/holdfast.yaml", { env: {} });
    if (!load.ok) throw new Error(load.problems.map(({ message }) => message).join("; "));
    expect(load.warnings).toEqual([]);
    const { cluster, addresses, board } = load.settings;
    expect(cluster.app.name).toBe(app.name);
    expect(cluster.nodes).toEqual(["pi-1", "pi-2", "pi-3"]);
    expect([...addresses.values()].map(({ port }) => port)).toEqual([7101, 7102, 7103]);
    expect(cluster.channels.get("temperature")).toHaveLength(3);
    expect(board.kind).toBe("mock");
  });
});
