/** Replicas before the real output voter: three clients, one simulated ATmega2560. */
import { describe, expect, it } from "vitest";
import { clusterTag } from "../../../boards/bridge/cluster-tag.js";
import { declarationsOf } from "../../../boards/bridge/voter-outputs.js";
import { millis } from "../../../src/kernel/time.js";
import { VoterRig, votedOutputs } from "./support/voter-rig.js";

const state = (rig: VoterRig, place: number, output: string) =>
  rig
    .at(place)
    .outputs.status(rig.now())
    .outputs.find((one) => one.output === output);

describe("three replicas and the voter", () => {
  it("VOTES-1: what all say is driven, and each hears the same verdict", () => {
    const rig = new VoterRig();
    rig.vote("heater", [40, 40, 41], { from: 100, cycles: 8 });
    for (const place of [0, 1, 2]) {
      const status = rig.at(place).outputs.status(rig.now());
      expect(status.health).toEqual({ kind: "live" });
      expect(status.place).toBe(place);
      const heater = status.outputs.find(({ output }) => output === "heater");
      expect(heater).toMatchObject({ state: "driven", agreeing: [0, 1, 2] });
      expect(heater?.value).toBeCloseTo(40, 1);
      expect(rig.at(place).outputs.readBack(rig.now(), "heater")).toBeCloseTo(40, 1);
      expect(rig.at(place).outputs.counts().get("refused-not-declared")).toBeUndefined();
    }
    rig.vote("heater", [40, 40, 41], { from: 108, cycles: 1 });
    expect(rig.duty("D6")).toBeCloseTo(0.4, 1);
  });

  it("VOTES-2: one that lies, is silent or late is outvoted, and all are told which", () => {
    const rig = new VoterRig();
    rig.vote("relay", [1, 1, 1], { from: 10, cycles: 6 });
    rig.vote("relay", [1, 0, 1], { from: 16, cycles: 10 });
    expect(rig.mcu.drive("D5")).toBe("high");
    expect(state(rig, 0, "relay")).toMatchObject({ state: "driven", agreeing: [0, 2] });
    expect(rig.at(2).events).toContainEqual({ kind: "replica", place: 1, standing: "disagrees" });
    expect(rig.at(1).outputs.counts().get("place-1-disagrees")).toBe(1);
    rig.vote("relay", [1, 1, 1], { from: 26, cycles: 6, ahead: [0, 0, -20] });
    expect(rig.at(0).events).toContainEqual({ kind: "replica", place: 2, standing: "late" });
    expect(rig.at(2).outputs.counts().get("refused-late")).toBeGreaterThan(0);
    expect(rig.mcu.drive("D5")).toBe("high");
  });

  it("VOTES-3: where two differ and the third is silent the output is safe", () => {
    const rig = new VoterRig();
    rig.vote("relay", [1, 1, 1], { from: 10, cycles: 4 });
    rig.vote("relay", [1, 0, null], { from: 14, cycles: 10 });
    expect(rig.mcu.drive("D5")).toBe("low");
    expect(state(rig, 1, "relay")).toMatchObject({ state: "no-majority", agreeing: [], value: 0 });
    expect(rig.at(0).events).toContainEqual({ kind: "output", output: 0, state: "no-majority" });
  });

  it("VOTES-4: votes end by themselves: without replicas the output is safe", () => {
    const rig = new VoterRig();
    rig.vote("heater", [80, 80, 80], { from: 1, cycles: 4 });
    expect(state(rig, 0, "heater")?.state).toBe("driven");
    rig.pass(400);
    expect(state(rig, 0, "heater")).toMatchObject({ state: "no-votes", value: null });
    expect(rig.duty("D6")).toBeNull();
  });

  it("VOTES-4: a released vote ends at once, one still stands by the other two", () => {
    const rig = new VoterRig();
    rig.vote("heater", [80, 80, 80], { from: 1, cycles: 4 });
    const { outputs } = rig.at(0);
    expect(outputs.release(rig.now(), "heater")).toEqual({ ok: true });
    expect(outputs.release(rig.now(), "heater")).toEqual({ ok: true });
    rig.pass(60);
    expect(state(rig, 1, "heater")).toMatchObject({ state: "driven", agreeing: [1, 2] });
    for (const place of [1, 2]) rig.at(place).outputs.release(rig.now(), "heater");
    rig.pass(60);
    expect(state(rig, 1, "heater")).toMatchObject({ state: "no-votes" });
    rig.vote("heater", [10, 10, 10], { from: 6, cycles: 3 });
    expect(state(rig, 1, "heater")).toMatchObject({ state: "driven", agreeing: [0, 1, 2] });
  });

  it("VOTES-5: a voter that was reset is told anew what its outputs are", () => {
    const rig = new VoterRig();
    rig.vote("relay", [1, 1, 1], { from: 1, cycles: 4 });
    rig.mcu.reset();
    rig.pass(300);
    expect(rig.mcu.drive("D5")).toBe("low");
    rig.vote("relay", [1, 1, 1], { from: 20, cycles: 4 });
    expect(rig.mcu.drive("D5")).toBe("high");
    const counts = rig.at(0).outputs.counts();
    expect(counts.get("resets")).toBe(1);
    expect(counts.get("reset-by-reset pin")).toBe(1);
    expect(counts.get("declarations")).toBe(4);
  });

  it("VOTES-12: a cluster whose cycles begin anew is heard again after a few refusals", () => {
    const rig = new VoterRig();
    rig.vote("relay", [1, 1, 1], { from: 5_000, cycles: 4 });
    rig.pass(300);
    rig.vote("relay", [1, 1, 1], { from: 1, cycles: 16 });
    expect(rig.mcu.drive("D5")).toBe("high");
    expect(state(rig, 0, "relay")).toMatchObject({ state: "driven", agreeing: [0, 1, 2] });
    for (const place of [0, 1, 2]) {
      const counts = rig.at(place).outputs.counts();
      expect(counts.get("sequences-begun-anew")).toBe(1);
      expect(counts.get("resets")).toBeUndefined();
      expect(rig.at(place).outputs.health(rig.now())).toEqual({ kind: "live" });
    }
  });

  it("VOTES-12: also where another output of it is heard; at most once a second", () => {
    const rig = new VoterRig();
    rig.vote("relay", [1, 1, 1], { from: 5_000, cycles: 4 });
    const both = { from: 1, cycles: 1 };
    for (let cycle = 1; cycle <= 7; cycle += 1) {
      rig.vote("heater", [40, 40, 40], { ...both, from: cycle });
      rig.vote("relay", [1, 1, 1], { ...both, from: cycle });
    }
    expect(rig.at(0).outputs.counts().get("sequences-begun-anew")).toBeUndefined();
    for (let cycle = 8; cycle <= 11; cycle += 1) {
      rig.vote("heater", [40, 40, 40], { ...both, from: cycle });
      rig.vote("relay", [1, 1, 1], { ...both, from: cycle });
    }
    expect(rig.at(0).outputs.counts().get("sequences-begun-anew")).toBe(1);
    expect(rig.mcu.drive("D5")).toBe("high");
    // One that is behind the others is refused all the same: it is late.
    rig.vote("relay", [1, 1, 1], { from: 100, cycles: 50, ahead: [0, 0, -20] });
    const asked = rig.at(2).outputs.counts().get("sequences-begun-anew") ?? 0;
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThanOrEqual(5);
    expect(rig.at(0).events).toContainEqual({ kind: "replica", place: 2, standing: "late" });
    expect(rig.at(0).outputs.counts().get("sequences-begun-anew")).toBe(1);
  });

  it("VOTES-6: a voter that is silent is told, and nothing is voted until it is back", () => {
    const rig = new VoterRig();
    rig.vote("relay", [1, 1, 1], { from: 1, cycles: 2 });
    rig.mcu.stopClock();
    rig.pass(300);
    const { outputs, events } = rig.at(0);
    expect(outputs.health(rig.now())).toMatchObject({ kind: "silent" });
    const write = outputs.write(rig.now(), "relay", 1, rig.later(100), { cycle: 9 });
    expect(write).toEqual({ ok: false, reason: "lost" });
    expect(outputs.readBack(rig.now(), "relay")).toBeNull();
    rig.mcu.startClock();
    rig.pass(150);
    expect(outputs.health(rig.now())).toEqual({ kind: "live" });
    const life = events.map(({ kind }) => kind).filter((kind) => /live|silent/.test(kind));
    expect(life).toEqual(["live", "silent", "live"]);
  });

  it("VOTES-7: crossed cables are told, and the votes count all the same", () => {
    const rig = new VoterRig([
      { place: 1, expected: 0 },
      { place: 0, expected: 1 },
      { place: 2, expected: 2 },
    ]);
    rig.vote("relay", [1, 1, null], { from: 1, cycles: 4 });
    expect(rig.mcu.drive("D5")).toBe("high");
    expect(rig.at(0).events).toContainEqual({ kind: "wrong-place", place: 1, expected: 0 });
    expect(rig.at(0).outputs.counts().get("wrong-place")).toBe(1);
    expect(rig.at(2).outputs.counts().get("wrong-place")).toBeUndefined();
  });

  it("VOTES-8: a replica of another cluster is refused, and told to the others", () => {
    const foreign = { kind: "replica", place: 2, standing: "foreign" };
    const rig = new VoterRig([{ place: 0 }, { place: 1 }, { place: 2, cluster: "kiln" }]);
    rig.vote("relay", [1, 1, null], { from: 1, cycles: 3 });
    expect(rig.mcu.drive("D5")).toBe("high");
    expect(rig.at(0).events).toContainEqual(foreign);
    const ours = new VoterRig();
    expect(ours.at(0).events).not.toContainEqual(foreign);
  });

  it("VOTES-8: another cluster's voter is left alone, but where two rebind it", () => {
    const rig = new VoterRig([{ place: 0 }, { place: 1 }]);
    const other = rig.join({ place: 2, cluster: "kiln" });
    rig.replicas.push(other);
    rig.pass(400);
    const message = other.session.refusal?.message;
    expect(message).toContain(`belongs to another cluster (${tag("boiler")}`);
    expect(message).toContain("rebind: true");
    for (const replica of rig.replicas.splice(0)) replica.stopped = true;
    for (const place of [0, 1] as const) {
      rig.replicas.push(rig.join({ place, cluster: "kiln", rebind: true }));
    }
    rig.pass(1_500);
    rig.vote("relay", [1, 1], { from: 5, cycles: 3 });
    expect(rig.mcu.drive("D5")).toBe("high");
  });
});

const tag = (cluster: string): string => clusterTag(cluster).toString(16).toUpperCase();

describe("what a replica may not say", () => {
  const rig = new VoterRig();
  const { outputs } = rig.at(0);
  const write = (name: string, value: number, ms: number, cycle: number | null) =>
    outputs.write(rig.now(), name, value, rig.later(ms), { cycle: cycle });

  it("VOTES-9: is refused with the reason of a board", () => {
    expect(write("pump", 1, 100, 1)).toEqual({ ok: false, reason: "unknown-output" });
    expect(write("relay", 1, 100, null)).toEqual({ ok: false, reason: "unknown-output" });
    expect(write("relay", Number.NaN, 100, 1)).toEqual({ ok: false, reason: "not-finite" });
    expect(write("relay", 1.1, 100, 1)).toEqual({ ok: false, reason: "out-of-range" });
    expect(write("relay", 1, 0, 1)).toEqual({ ok: false, reason: "expired" });
    expect(outputs.release(rig.now(), "pump")).toEqual({ ok: false, reason: "unknown-output" });
    expect(outputs.read()).toEqual([]);
  });

  it("VOTES-9: and after the close nothing is", () => {
    outputs.close(rig.now());
    expect(write("relay", 1, 100, 2)).toEqual({ ok: false, reason: "closed" });
    expect(outputs.release(rig.now(), "relay")).toEqual({ ok: false, reason: "closed" });
    expect(outputs.health(rig.now())).toMatchObject({ kind: "lost" });
  });
});

describe("declarations", () => {
  const [relay] = votedOutputs;
  if (relay === undefined) throw new Error("no output");

  it.each([
    [{ number: 4 }, /outputs 0 to 3.*not 4/],
    [{ tolerance: 2 }, /tolerance from 0 to 1/],
    [{ grace: millis(1_001) }, /grace of at most 1 s/],
    [{ patience: millis(70_000) }, /patience of at most 65 s/],
    [
      { spec: { ...relay.spec, safe: { kind: "value", value: 2 } } } as const,
      /safe value 2 is not within 0 and 1/,
    ],
    [{ spec: { ...relay.spec, max: 0 } }, /range is empty/],
  ])("VOTES-10: %o is refused with a sentence", (change, message) => {
    expect(declarationsOf([{ ...relay, ...change }])).toMatch(message);
  });

  it("VOTES-10: two of one number are refused", () => {
    expect(declarationsOf([relay, relay])).toMatch(/0 is another's already/);
  });
});

describe("an output by right", () => {
  const make = () => {
    const outputs = votedOutputs.map((output) => ({
      ...output,
      byRight: output.spec.name === "heater",
    }));
    const places = [0, 1, 2] as const;
    return new VoterRig(places.map((place) => ({ place, outputs })));
  };
  const drive = (rig: VoterRig, place: number, value: number, token: number, ms = 150) =>
    rig.at(place).outputs.write(rig.now(), "heater", value, rig.later(ms), { token });
  const stale = (rig: VoterRig, place: number) =>
    rig.at(place).events.filter(({ kind }) => kind === "stale-token");
  const accepted = { ok: true };

  it("VOTES-13: is driven by whoever has the right, over whichever line", () => {
    const rig = make();
    expect(drive(rig, 0, 50, 4)).toEqual(accepted);
    rig.pass(20);
    expect(rig.duty("D6")).toBeCloseTo(0.5, 1);
    expect(drive(rig, 2, 100, 7)).toEqual(accepted);
    rig.pass(20);
    expect(rig.duty("D6")).toBe(1);
    rig.pass(60);
    const { outputs } = rig.at(1).outputs.status(rig.now());
    expect(outputs[1]).toMatchObject({ state: "driven", agreeing: [2] });
    rig.pass(300);
    expect(rig.duty("D6")).toBeNull();
  });

  it("VOTES-13: an older right is refused by the voter, and told once", () => {
    const rig = make();
    drive(rig, 0, 100, 7, 5_000);
    rig.pass(20);
    // The replica at place 1 was stopped in the middle of a write: nothing here knows of the other.
    for (let cycle = 0; cycle < 4; cycle += 1) {
      expect(drive(rig, 1, 10, 5)).toEqual(accepted);
      rig.pass(50);
    }
    expect(rig.duty("D6")).toBe(1);
    expect(stale(rig, 1)).toEqual([{ kind: "stale-token", output: 1 }]);
    expect(rig.at(1).outputs.counts().get("refused-stale-token")).toBe(4);
    rig.at(1).outputs.release(rig.now(), "heater");
    rig.pass(20);
    expect(rig.duty("D6")).toBe(1);
    rig.at(0).outputs.release(rig.now(), "heater");
    rig.pass(20);
    expect(rig.duty("D6")).toBeNull();
  });

  it("VOTES-13: takes no vote, and a voted one no order; what has no right is refused here", () => {
    const rig = make();
    const { outputs } = rig.at(0);
    const until = rig.later(100);
    const unknown = { ok: false, reason: "unknown-output" };
    expect(outputs.write(rig.now(), "heater", 1, until, { cycle: 3 })).toEqual(unknown);
    expect(outputs.write(rig.now(), "relay", 1, until, { token: 3 })).toEqual(unknown);
    expect(outputs.write(rig.now(), "heater", 1, until)).toEqual({ ok: false, reason: "no-token" });
    rig.vote("relay", [1, 1, 1], { from: 1, cycles: 2 });
    expect(rig.mcu.drive("D5")).toBe("high");
  });

  it("VOTES-13: the right outlasts a reset of the voter", () => {
    const rig = make();
    drive(rig, 0, 100, 7, 5_000);
    // Written to EEPROM by then: what the outputs are.
    rig.pass(2_000);
    rig.mcu.reset();
    rig.pass(500);
    expect(rig.duty("D6")).toBeNull();
    drive(rig, 1, 10, 5);
    rig.pass(50);
    expect(rig.duty("D6")).toBeNull();
    expect(stale(rig, 1)).toHaveLength(1);
  });
});
