/** What goes by a slow line, from the traffic that the replicas have. */
import { describe, expect, it } from "vitest";
import { channel } from "../../../src/control/channels.js";
import { unprotected } from "../../../src/control/protection/protection.js";
import {
  frameClasses,
  type LinePlan,
  planOf,
  rankBy,
  shareMax,
} from "../../../src/host/serial/line-plan.js";
import { bytesPerSecondOf, type SerialLine } from "../../../src/host/serial/serial-lines.js";
import { type SentFrame, trafficOf } from "../../../src/host/serial/traffic.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { type Duration, millis, seconds } from "../../../src/kernel/time.js";
import { detectionOf } from "../../../src/node/detection-settings.js";
import { pathsOf } from "../../../src/node/path-settings.js";
import type { ClusterSettings, Timing } from "../../../src/node/settings.js";
import { type FrameKind, frameKinds } from "../../../src/wire/envelope.js";
import { toyApp } from "../../sim/support/site.js";
import { benchState } from "../../support/bench-cluster.js";

const nodes = ["n1", "n2", "n3"].map(nodeId);
const [n1, n2, n3] = nodes as [SentFrame["source"], SentFrame["source"], SentFrame["source"]];

function settingsOf(heartbeat: Duration, cycle = millis(100), detector?: string): ClusterSettings {
  const timing: Timing = {
    ...{
      cycle,
      cutoff: (cycle / 2) as Duration,
      heartbeat,
      suspectAfter: (3 * heartbeat) as Duration,
    },
    ...{
      lease: (3 * heartbeat) as Duration,
      clockDriftMaxPpm: 500,
      skewMax: (cycle / 8) as Duration,
    },
    ...{ sampleAgeMax: (2 * cycle) as Duration, latenessMax: millis(75), watchdog: seconds(10) },
  };
  const choice = detector === undefined ? {} : { detector };
  return {
    ...{ cluster: "plan", nodes, app: toyApp, voting: new Map(), rereadsMax: 0, timing },
    channels: new Map([["temperature", nodes.map((node) => channel(node, "temperature"))]]),
    detection: detectionOf(choice, nodes.length, timing),
    paths: pathsOf(["udp", "serial"], timing),
    protection: unprotected,
    state: { ...benchState(nodes), heartbeat: millis(100), election: seconds(1) },
  };
}

const lineAt = (baudRate: number, ends = nodes.slice(0, 2)): SerialLine => ({
  ...{ name: "line", baudRate },
  ports: new Map(ends.map((node) => [node, "/dev/x"])),
});

const frame = (kind: FrameKind, length = 60): Uint8Array => {
  const bytes = new Uint8Array(length);
  bytes[1] = frameKinds[kind];
  return bytes;
};

const goes = ({ classes }: LinePlan): readonly string[] =>
  classes.filter((one) => one.goes).map(({ name }) => name);

describe("SERIAL-11: the traffic of a cluster", () => {
  const traffic = trafficOf(settingsOf(millis(50)));
  const rateOf = (kind: FrameKind, source = n1): number =>
    traffic.frames.filter((one) => one.kind === kind && one.source === source).length /
    traffic.seconds;

  it("has a beat to each peer a heartbeat, a sample a cycle, and what the right needs", () => {
    const beats = traffic.frames.filter(({ kind }) => kind === "heartbeat");
    const toN2 = beats.filter(({ source, targets }) => source === n1 && targets.includes(n2));
    expect(toN2.length / traffic.seconds).toBeCloseTo(20, 0);
    for (const node of nodes) expect(rateOf("sample", node)).toBeCloseTo(10, 0);
    // Three sessions of 150 ms, each kept alive every 50 ms: two by way of the leader.
    const said = nodes.map((node) => rateOf("replication", node));
    expect(Math.min(...said)).toBeGreaterThan(20);
  });

  it("is the same whenever it is counted: replicas must agree on the plan", () => {
    expect(trafficOf(settingsOf(millis(50)))).toEqual(traffic);
  });

  it("counts frames as long as they are: a long sample makes the difference", () => {
    const few = settingsOf(millis(50));
    const all = [0, 1, 2, 3].flatMap((index) => nodes.map((node) => channel(node, `t${index}`)));
    const many = { ...few, channels: new Map([["temperature", all]]) };
    const of = (settings: ClusterSettings) => trafficOf(settings).bytesMax.get("sample") ?? 0;
    expect(of(many) - of(few)).toBeGreaterThan(3 * 9);
    // The header, a tag of 16 bytes, and less than a hundred of body.
    expect(of(few)).toBeGreaterThan(21 + 16 + 40);
    expect(of(few)).toBeLessThan(21 + 16 + 100);
  });

  it.each(["ping-ack", "central", "ring", "gossip", "phi-accrual", "swim"])(
    "is known of the detector %s",
    (detector) => {
      const { frames } = trafficOf(settingsOf(millis(50), millis(100), detector));
      expect(frames.some(({ kind }) => kind === "heartbeat")).toBe(true);
      expect(frames.some(({ kind }) => kind === "sample")).toBe(true);
    },
  );

  it("does not run the app's control, which may do anything", () => {
    const settings = settingsOf(millis(50));
    const control = () => {
      throw new Error("it ran");
    };
    expect(() => trafficOf({ ...settings, app: { ...settings.app, control } })).not.toThrow();
  });

  it("is bounded where a heartbeat is nothing beside a cycle", () => {
    const settings = settingsOf(millis(1), seconds(10));
    const began = performance.now();
    expect(trafficOf(settings).frames.length).toBeLessThan(100_000);
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});

describe("SERIAL-10: the plan of a line", () => {
  const plan = (baudRate: number, settings: ClusterSettings, ends = nodes.slice(0, 2)) =>
    planOf(lineAt(baudRate, ends), trafficOf(settings), settings);

  it("lets all go where there is room", () => {
    const all = plan(230_400, settingsOf(millis(50)));
    expect(goes(all)).toEqual(frameClasses.map(({ name }) => name));
    expect(all.share).toBeLessThan(0.5);
  });

  it("at 115200 and a heartbeat of 20 ms leaves room for samples", () => {
    expect(goes(plan(115_200, settingsOf(millis(20))))).toEqual(
      expect.arrayContaining(["heartbeats", "samples"]),
    );
  });

  it("never takes more than the share, and takes in the order of need", () => {
    const settings = settingsOf(millis(20));
    const traffic = trafficOf(settings);
    for (const baudRate of [300, 1_200, 9_600, 19_200, 38_400, 57_600, 115_200, 1_000_000]) {
      const { share, classes } = planOf(lineAt(baudRate), traffic, settings);
      expect(share).toBeLessThanOrEqual(shareMax);
      const taken = classes.filter((one) => one.goes).reduce((sum, one) => sum + one.share, 0);
      expect(taken).toBeCloseTo(share);
      const [beats, samples] = classes;
      if (samples?.goes) expect(beats?.goes, `${baudRate}`).toBe(true);
    }
  });

  it("holds back samples before heartbeats, and says so frame by frame", () => {
    const slow = plan(38_400, settingsOf(millis(50), millis(20)));
    expect(goes(slow)).toContain("heartbeats");
    expect(goes(slow)).not.toContain("samples");
    const rankOf = rankBy(slow);
    expect(rankOf(frame("sample"))).toBe(null);
    expect(rankOf(frame("heartbeat"))).toBe(0);
  });

  it("ranks heartbeats first, then samples, requests last; strangers do not go", () => {
    const rankOf = rankBy(plan(1_000_000, settingsOf(millis(50))));
    const order = ["heartbeat", "sample", "replication", "paths", "state-reply"] as const;
    expect(order.map((kind) => rankOf(frame(kind)))).toEqual([0, 1, 2, 2, 3]);
    expect(rankOf(new Uint8Array([1, 0x7f, 0]))).toBe(null);
    for (const kind of Object.keys(frameKinds) as FrameKind[]) {
      expect(rankOf(frame(kind)), kind).not.toBe(null);
    }
  });

  it("sees the kind of a directed frame", () => {
    const directed = frame("heartbeat");
    directed[1] = (directed[1] ?? 0) | 0x80;
    expect(rankBy(plan(115_200, settingsOf(millis(50))))(directed)).toBe(0);
  });

  it("holds back a frame that would keep heartbeats waiting for half the patience", () => {
    const settings = settingsOf(millis(50));
    const { frameBytesMax } = plan(115_200, settings);
    expect(frameBytesMax).toBe((11_520 * 75) / 1_000);
    const rankOf = rankBy(plan(115_200, settings));
    expect(rankOf(frame("state-reply", frameBytesMax))).toBe(3);
    expect(rankOf(frame("state-reply", frameBytesMax + 1))).toBe(null);
  });

  it("gives each node of a bus its share, and counts a frame for all once", () => {
    const settings = settingsOf(millis(50));
    const bus = lineAt(115_200, nodes);
    expect(bytesPerSecondOf(bus)).toBe(11_520 / 3);
    const one = (frames: readonly SentFrame[], line: SerialLine) =>
      planOf(line, { frames, seconds: 1, bytesMax: new Map() }, settings).classes[1];
    const toBoth = { kind: "sample", source: n1, targets: [n2, n3], bytes: 100 } as const;
    const wire = one([toBoth], lineAt(115_200));
    expect(wire?.share).toBeCloseTo((100 + 4 + 1 + 2) / 11_520);
    const onBus = (100 + 4 + 2 + 1 + 2) / (11_520 / 3);
    expect(one([toBoth], bus)?.share).toBeCloseTo(onBus);
    const [toN2, toN3] = [n2, n3].map((target) => ({ ...toBoth, targets: [target] }));
    if (toN2 === undefined || toN3 === undefined) throw new Error("two frames");
    expect(one([toN2, toN3], bus)?.share).toBeCloseTo(2 * onBus);
    expect(one([toN2, toN3], lineAt(115_200))?.share).toBeCloseTo(wire?.share ?? 0);
  });
});
