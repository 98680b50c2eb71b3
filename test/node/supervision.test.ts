/** The watchdog's supervision on real nodes: what alive supervision alone would not see. */
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { timeout } from "../../src/kernel/machine.js";
import { micros, millis, seconds } from "../../src/kernel/time.js";
import { Node } from "../../src/node/node.js";
import { snoozeMax } from "../../src/node/supervision.js";
import { supervisionText } from "../../src/node/supervision-text.js";
import { BenchCluster, networkDelay } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const all = [n1, n2, n3];

/** Ten milliseconds before a cycle begins. */
function running(): BenchCluster {
  const cluster = new BenchCluster(counting, 3);
  cluster.run(1_990);
  return cluster;
}

const dogOf = (cluster: BenchCluster, id: NodeId) => cluster.nodes.get(id)?.status(cluster.now).dog;

const pets = (cluster: BenchCluster, id: NodeId, since: number): number =>
  cluster.outputs.filter(
    ({ at, node, output }) => node === id && at > since && output.kind === "pet",
  ).length;

/** Of those that expired: who, and by which rule. */
const failures = (cluster: BenchCluster): string[] =>
  cluster
    .events("supervision-failed")
    .flatMap(({ node, event }) =>
      event.kind === "supervision-failed" ? [`${node} ${event.entity} ${event.fault.rule}`] : [],
    );

describe("NODE-8: the modes", () => {
  it("a node is joining until it is fit to drive, and running then", () => {
    const cluster = new BenchCluster(counting, 3);
    const joining = { global: "ok", mode: "joining", pets: true };
    expect(dogOf(cluster, n1)).toMatchObject(joining);
    cluster.run(1_990);
    for (const id of all) {
      expect(dogOf(cluster, id)).toEqual({
        ...{ ...joining, mode: "running" },
        ...{ snoozedUntil: null, rebooting: false },
      });
    }
    expect(
      cluster
        .events("supervision-began")
        .map(({ node }) => node)
        .sort(),
    ).toEqual(all);
  });

  it("one that is alone is joining, and petted as long as it works", () => {
    const cluster = running();
    cluster.stop(n2);
    cluster.stop(n3);
    cluster.run(6_000);
    expect(dogOf(cluster, n1)).toMatchObject({ global: "ok", mode: "joining", pets: true });
    expect(failures(cluster)).toEqual([]);
    expect(pets(cluster, n1, cluster.now - seconds(5))).toBe(20);
  });
});

describe("NODE-9: what a running node must do in each cycle", () => {
  it("nothing is said against nodes that are well", () => {
    const cluster = running();
    cluster.run(8_000);
    const told = cluster.events().filter(({ event }) => /supervision-[^b]/.test(event.kind));
    expect(told).toEqual([]);
    for (const id of all) expect(pets(cluster, id, cluster.now - seconds(5))).toBe(20);
  });

  it("to vote without having read its own board is out of order, though it is alive", () => {
    const cluster = running();
    cluster.answers = (id) => id !== n1;
    cluster.run(3_000);
    expect(failures(cluster)).toEqual(["n1 control-cycle logical"]);
    const since = cluster.now;
    cluster.run(2_000);
    expect([pets(cluster, n1, since), pets(cluster, n2, since)]).toEqual([0, 8]);
    expect(dogOf(cluster, n1)).toMatchObject({ global: "stopped", mode: "running" });
    const [stopped] = cluster.events("supervision-stopped");
    expect(stopped?.event).toMatchObject({
      entities: [
        { entity: "control-cycle", fault: 'logical: "voted" may not come after "began"' },
        { entity: "heartbeat", fault: null },
      ],
    });
  });

  it("a few cycles without its board are borne", () => {
    const cluster = running();
    cluster.answers = (id) => id !== n1;
    cluster.run(700);
    cluster.answers = () => true;
    cluster.run(3_000);
    expect(failures(cluster)).toEqual([]);
    expect(cluster.events("supervision-tolerated").map(({ node }) => node)).toEqual([n1]);
    expect(dogOf(cluster, n1)).toMatchObject({ global: "ok" });
  });

  /** It begins every second cycle in time, and ends it when the next should be over. */
  function slowCycles(cluster: BenchCluster, count: number): void {
    // The others' samples come while it is busy.
    cluster.delay = (_source, target) => (target === n1 ? millis(30) : networkDelay);
    for (let index = 0; index < count; index += 1) {
      cluster.run(20);
      cluster.run(145, [n1]);
      cluster.run(35);
    }
  }

  it("to command after the end of the cycle is too late, though it is alive", () => {
    const cluster = running();
    slowCycles(cluster, 9);
    expect(failures(cluster)).toEqual(["n1 control-cycle deadline"]);
    const since = cluster.now;
    slowCycles(cluster, 10);
    expect([pets(cluster, n1, since), pets(cluster, n2, since)]).toEqual([0, 8]);
  });

  it("a few late cycles are borne, and the dog is petted", () => {
    const cluster = running();
    slowCycles(cluster, 8);
    cluster.delay = () => networkDelay;
    cluster.run(2_000);
    expect(failures(cluster)).toEqual([]);
    expect(pets(cluster, n1, cluster.now - seconds(1))).toBe(4);
  });
});

describe("NODE-10: a person's word", () => {
  it("a snooze has the dog petted for its time, and no longer", () => {
    const cluster = running();
    cluster.feed(n1, { kind: "snooze", length: millis(5_000) });
    cluster.answers = (id) => id !== n1;
    cluster.run(4_900);
    expect(failures(cluster)).toEqual(["n1 control-cycle logical"]);
    expect(dogOf(cluster, n1)).toMatchObject({ global: "stopped", pets: true });
    expect(pets(cluster, n1, cluster.now - millis(1_000))).toBe(4);
    cluster.run(200);
    const since = cluster.now;
    cluster.run(2_000);
    expect(pets(cluster, n1, since)).toBe(0);
    const told = cluster.events().filter(({ event }) => event.kind.startsWith("snooze"));
    expect(told.map(({ event }) => event.kind)).toEqual(["snoozed", "snooze-ended"]);
  });

  it("what makes no sense is said beforehand, and ignored", () => {
    const cluster = running();
    const node = cluster.nodes.get(n1);
    const tooLong = { kind: "snooze", length: micros(snoozeMax + 1) } as const;
    expect(node?.whyNotDog(tooLong)).toBe("too-long");
    expect(node?.whyNotDog({ kind: "snooze", length: micros(0) })).toBe("not-snoozed");
    expect(node?.whyNotDog({ kind: "reboot" })).toBeNull();
    cluster.feed(n1, tooLong);
    expect(cluster.events("snoozed")).toEqual([]);
  });

  it("a node that is stepped through the same gives the same, byte for byte", () => {
    const cluster = running();
    cluster.feed(n1, { kind: "snooze", length: millis(300) });
    cluster.run(500);
    cluster.feed(n1, { kind: "reboot" });
    cluster.run(500);
    const steps = cluster.steps.filter(({ node }) => node === n1);
    const [start] = steps;
    if (start?.kind !== "start") throw new Error("it did not start");
    const { settings, mac } = cluster;
    const twin = new Node({ settings, self: n1, now: start.at, bootId: start.bootId, mac });
    for (const step of steps) {
      if (step.kind === "step") expect(twin.step(step.at, step.input)).toEqual(step.outputs);
    }
    expect(steps.length).toBeGreaterThan(100);
  });
});

describe("NODE-11: a guarded reboot", () => {
  it("releases the outputs, pets once, and never drives or pets again", () => {
    const cluster = running();
    cluster.run(500);
    expect(cluster.driving()).toEqual([n1]);
    const outputs = cluster.feed(n1, { kind: "reboot" }).map(({ kind }) => kind);
    expect(outputs).toContain("release");
    expect(outputs.indexOf("release")).toBeLessThan(outputs.indexOf("pet"));
    expect(outputs.filter((kind) => kind === "pet")).toHaveLength(1);
    expect(cluster.driving()).toEqual([]);
    const since = cluster.now;
    cluster.run(5_000);
    expect(pets(cluster, n1, since)).toBe(0);
    const writes = cluster.outputs.filter(
      ({ at, node, output }) => node === n1 && at > since && output.kind === "write",
    );
    expect(writes).toEqual([]);
    expect(cluster.driving()).not.toEqual([n1]);
    expect(cluster.driving()).toHaveLength(1);
    expect(cluster.conflicts).toEqual([]);
    const lost = cluster.events("lease-lost").filter(({ node }) => node === n1);
    expect(lost.map(({ event }) => event)).toEqual([{ kind: "lease-lost", reason: "reboot" }]);
  });

  it("of a replica that stands by takes the outputs from nobody", () => {
    const cluster = running();
    cluster.run(500);
    cluster.feed(n2, { kind: "reboot" });
    cluster.run(3_000);
    expect(cluster.driving()).toEqual([n1]);
    cluster.stop(n1);
    cluster.run(3_000);
    expect(cluster.driving()).toEqual([n3]);
    expect(cluster.nodes.get(n2)?.step(cluster.now, timeout)).toBeDefined();
  });
});

describe("what is told, in words", () => {
  it("names the entity, the rule and the figures", () => {
    const cluster = running();
    cluster.answers = (id) => id !== n1;
    cluster.run(3_000);
    const [failed] = cluster.events("supervision-failed");
    const [stopped] = cluster.events("supervision-stopped");
    if (failed?.event.kind !== "supervision-failed") throw new Error("nothing failed");
    if (stopped?.event.kind !== "supervision-stopped") throw new Error("nothing stopped");
    expect(supervisionText(failed.event)).toBe(
      'control-cycle has failed: logical: "voted" may not come after "began"',
    );
    expect(supervisionText(stopped.event)).toBe(
      "the watchdog is not petted any more: control-cycle",
    );
  });
});
