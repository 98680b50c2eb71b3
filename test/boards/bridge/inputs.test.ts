/** What inputs tell while the device hangs, is reset, or the host sleeps; and hostile frames. */
import { describe, expect, it } from "vitest";
import { clusterTag } from "../../../boards/bridge/cluster-tag.js";
import { silentAfter } from "../../../boards/bridge/liveness.js";
import { instant } from "../../../src/kernel/time.js";
import { lineOf, plainInput, plainOutput } from "../../contracts/pins/rig.js";
import { BridgeRig } from "./support/bridge-rig.js";
import { beatBytes, edgesBytes, samplesBytes } from "./support/device-bytes.js";

const openInput = (rig: BridgeRig, pin: string, edges = false) =>
  lineOf(rig.board.openInput(rig.now(), pin, { ...plainInput, edges }));

describe("a device that falls silent", () => {
  it("LIFE-3: is silent after three beats, and not after two", () => {
    const rig = new BridgeRig();
    rig.pass(5);
    const heardAt = rig.now();
    rig.loses = (to, [type]) => to === "host" && type === 0x10;
    rig.pass(110);
    expect(rig.board.health(rig.now())).toEqual({ kind: "live" });
    rig.pass(140);
    const health = rig.board.health(rig.now());
    if (health.kind !== "silent") throw new Error(`it is ${health.kind}`);
    expect(health.since).toBeLessThanOrEqual(heardAt);
    expect(rig.now() - health.since).toBeGreaterThan(silentAfter);
    rig.loses = null;
    rig.pass(60);
    expect(rig.board.health(rig.now())).toEqual({ kind: "live" });
    expect(rig.kinds()).toEqual(["live", "silent", "live"]);
    expect(rig.board.counts().get("silences")).toBe(1);
    expect(rig.board.counts().get("beats-missed")).toBeGreaterThanOrEqual(3);
  });

  it("LIFE-3: its values grow old, and nothing makes them fresh", () => {
    const rig = new BridgeRig();
    const line = openInput(rig, "D2");
    const analog = lineOf(rig.board.openAnalog(rig.now(), "A0"));
    rig.device.pin(14).volts = 2.5;
    rig.pass(100);
    rig.device.frozen = true;
    rig.pass(5);
    const frozenAt = rig.now();
    for (let look = 0; look < 20; look += 1) {
      rig.pass(50);
      expect(line.read(rig.now()).sourceTime).toBeLessThanOrEqual(frozenAt);
      expect(analog.read(rig.now())).toMatchObject({ value: 2.5 });
      expect(analog.read(rig.now()).sourceTime).toBeLessThanOrEqual(frozenAt);
    }
  });

  it("LIFE-4: after a reset an old value stays old until a new one comes", () => {
    const rig = new BridgeRig();
    const line = openInput(rig, "D2");
    rig.device.put(rig.now(), 2, 1);
    rig.pass(100);
    rig.device.frozen = true;
    rig.pass(5);
    const before = line.read(rig.now());
    expect(before.value).toBe(1);
    rig.device.put(rig.now(), 2, 0);
    rig.pass(300);
    rig.device.reset(rig.now(), 8);
    expect(line.read(rig.now())).toEqual(before);
    rig.pass(100);
    expect(line.read(rig.now()).value).toBe(0);
    expect(rig.now() - line.read(rig.now()).sourceTime).toBeLessThan(50_000);
  });

  it("LIFE-5: a host that slept judges nobody, and takes what waited for what it is", () => {
    const rig = new BridgeRig();
    const line = openInput(rig, "D2");
    rig.pass(200);
    rig.stopped = true;
    rig.pass(3_000);
    expect(rig.board.health(rig.now())).toEqual({ kind: "live" });
    const sleptUntil = rig.now();
    // Of what came in three seconds the line keeps the oldest only.
    rig.loses = () => true;
    rig.stopped = false;
    rig.pass(1);
    const read = line.read(rig.now());
    expect(read.sourceTime).toBeLessThanOrEqual(sleptUntil);
    rig.loses = null;
    rig.pass(60);
    expect(rig.board.health(rig.now())).toEqual({ kind: "live" });
    expect(rig.kinds()).toEqual(["live"]);
  });
});

describe("edges", () => {
  it("EDGE-1: those that were lost on the line are missed, and counted", () => {
    const rig = new BridgeRig();
    const line = openInput(rig, "D2", true);
    rig.pass(50);
    rig.loses = (to, [type]) => to === "host" && type === 0x12;
    for (const level of [1, 0, 1] as const) {
      rig.device.put(rig.now(), 2, level);
      rig.pass(2);
    }
    rig.pass(10);
    rig.loses = null;
    rig.device.put(rig.now(), 2, 0);
    rig.pass(10);
    const taken = line.takeEdges(rig.now());
    expect(taken).toMatchObject({ edges: [{ level: 0, sequence: 4 }], missed: 3 });
    expect(rig.board.counts().get("edges-missed")).toBe(3);
  });

  it("EDGE-2: after a reset a gap says that some may be lost, and the count goes on", () => {
    const rig = new BridgeRig();
    const line = openInput(rig, "D2", true);
    rig.pass(50);
    rig.device.put(rig.now(), 2, 1);
    rig.pass(10);
    rig.device.reset(rig.now(), 8);
    rig.pass(100);
    rig.device.put(rig.now(), 2, 0);
    rig.pass(10);
    const { edges, missed } = line.takeEdges(rig.now());
    expect(edges.map(({ sequence, level }) => [sequence, level])).toEqual([
      [1, 1],
      [3, 0],
    ]);
    expect(missed).toBe(1);
    expect(edges[1]?.at).toBeGreaterThan(edges[0]?.at ?? instant(0));
  });

  it("EDGE-3: the count of a pin goes on over the end of its sixteen bits", () => {
    const rig = new BridgeRig();
    const line = openInput(rig, "D2", true);
    rig.pass(50);
    for (let last = 8; last <= 65_540; last += 8) {
      const edges = Array.from({ length: 8 }, () => [1, rig.device.time] as const);
      rig.inject(edgesBytes(2, last % 65_536, edges));
      if (last % 800 === 0) line.takeEdges(rig.now());
    }
    const { edges, missed } = line.takeEdges(rig.now());
    expect(missed).toBe(0);
    expect(edges.at(-1)?.sequence).toBe(65_536);
  });

  it("EDGE-4: a frame that comes twice is told once", () => {
    const rig = new BridgeRig();
    const line = openInput(rig, "D2", true);
    rig.pass(50);
    const frame = edgesBytes(2, 2, [
      [1, rig.device.time],
      [0, rig.device.time],
    ]);
    rig.inject(frame);
    rig.inject(frame);
    expect(line.takeEdges(rig.now()).edges).toHaveLength(2);
    expect(rig.board.counts().get("edges-repeated")).toBe(1);
  });
});

describe("what else may come", () => {
  it("HOSTILE-1: samples that nobody asked for, and values that cannot be, change nothing", () => {
    const rig = new BridgeRig();
    const line = openInput(rig, "D2");
    const analog = lineOf(rig.board.openAnalog(rig.now(), "A0"));
    const output = lineOf(rig.board.openOutput(rig.now(), "D7", { ...plainOutput, initial: 1 }));
    rig.pass(100);
    rig.inject(
      samplesBytes(1, rig.device.time, [
        [3, 1],
        [200, 7],
        [2, 9],
        [14, 1_024],
        [7, 65_535],
      ]),
    );
    expect(line.read(rig.now()).value).toBeNull();
    expect(analog.read(rig.now()).value).toBeNull();
    expect(output.readBack(rig.now())).toBeNull();
    rig.pass(60);
    expect(line.read(rig.now()).value).toBe(0);
    expect(analog.read(rig.now()).value).toBe(0);
    expect(output.readBack(rig.now())).toBe(1);
  });

  it("HOSTILE-2: floods of frames and answers to nothing are counted, and bounded", () => {
    const rig = new BridgeRig();
    const line = openInput(rig, "D2", true);
    rig.pass(50);
    for (let flood = 0; flood < 20_000; flood += 1) {
      rig.inject(Uint8Array.of(0x13, flood >> 8, flood & 255, flood % 8, 0));
      rig.inject(edgesBytes(2, flood % 65_536, [[flood % 2, rig.device.time]]));
      rig.inject(Uint8Array.of(0x99, 1));
      rig.inject(beatBytes({ sequence: flood % 65_536, time: rig.device.time, state: 9 }));
    }
    expect(line.takeEdges(rig.now()).edges.length).toBeLessThanOrEqual(1_024);
    const counts = rig.board.counts();
    expect(counts.get("answers-to-nothing")).toBeGreaterThan(10_000);
    expect(counts.get("frame-unknown-type")).toBe(20_000);
    expect(counts.size).toBeLessThan(40);
    rig.pass(500);
    expect(rig.board.health(rig.now()).kind).toBe("live");
  });

  it("HOSTILE-3: before its hello nothing of a device counts", () => {
    const rig = new BridgeRig({ meet: false });
    rig.inject(beatBytes({ time: 5, state: 9 }));
    rig.inject(samplesBytes(1, 5, [[2, 1]]));
    expect(rig.board.health(rig.now()).kind).toBe("silent");
    expect(rig.board.counts().get("beats-missed")).toBeUndefined();
  });

  it("HOSTILE-4: a device of another cluster is sent nothing but ask", () => {
    const rig = new BridgeRig({ deviceCluster: clusterTag("boiler2") });
    expect(rig.said.every(([type]) => type === 0x02)).toBe(true);
    expect(rig.board.health(rig.now()).kind).toBe("lost");
    const opened = rig.board.openInput(rig.now(), "D2", plainInput);
    expect(opened).toMatchObject({ ok: false, reason: "lost" });
  });

  it("COUNT-1: what the device counts is told as its own", () => {
    const rig = new BridgeRig();
    rig.inject(
      beatBytes({ time: rig.device.time, state: 9, refused: 3, bad: 4, overruns: 5, errors: 6 }),
    );
    const counts = rig.board.counts();
    expect(counts.get("device-refused")).toBe(3);
    expect(counts.get("device-bad-frames")).toBe(4);
    expect(counts.get("device-overruns")).toBe(5);
    expect(counts.get("device-supervision-errors")).toBe(6);
  });
});
