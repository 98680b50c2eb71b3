/**
 * The disks of a simulated cluster: they answer the program, outlive and are torn by its crashes,
 * and fail as a scenario says. SIM-23 to SIM-25.
 */
import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../src/kernel/time.js";
import type { NodeOutput } from "../../src/node/ports.js";
import type { DiskOperation } from "../../src/recovery/disk.js";
import { ssdLatency } from "../../src/sim/disk/latency.js";
import { Effect } from "../../src/sim/effect.js";
import type { EventPattern, FaultAction, Scenario } from "../../src/sim/scenario.js";
import { trueTime } from "../../src/sim/true-time.js";
import { b, once, quiet, run } from "./support/scenarios.js";
import type { ToyMachine } from "./support/toy-machine.js";
import { toyWorld } from "./support/toy-world.js";

const ms = (count: number) => trueTime(1_000 * count);

const bytes = new Uint8Array([7]);
const make: DiskOperation = { kind: "create", file: "a", bytes: 0 };
const write: DiskOperation = { kind: "write", file: "a", offset: 0, bytes, synced: true };
const name: DiskOperation = { kind: "sync-folder" };
const look: DiskOperation = { kind: "read", file: "a", offset: 0, length: 1 };

/** At its beats, from the first on, `b` asks for these, one at a time. */
const asks =
  (...operations: readonly DiskOperation[]) =>
  (node: string, beat: number): readonly NodeOutput[] => {
    const operation = operations[beat - 1];
    if (node !== "b" || operation === undefined) return [];
    return [{ kind: "disk", id: beat, lane: "log", operation }];
  };

const answersOf = ({ steps }: ToyMachine) =>
  steps.flatMap(({ input, now }) => (input.kind === "disk-done" ? [{ ...input, now }] : []));

describe("SIM-23: the disk of a node", () => {
  it("answers each request once, after a while", () => {
    const { world, machine } = toyWorld({ onBeat: asks(make, write, name, look) });
    world.run(ms(200));
    const answers = answersOf(machine(b));
    expect(answers.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(answers.at(-1)?.result).toEqual({ ok: true, bytes });
    const beats = machine(b).steps.filter(({ input }) => input.kind === "timeout");
    expect(answers[0]?.now).toBeGreaterThan(beats[0]?.now ?? 0);
    expect(world.node(b).disk.counts).toMatchObject({ operations: 4, syncs: 2 });
  });

  it("has after a crash what was durable, and answers nothing of the life before", () => {
    let beats = 0;
    const { world, machine } = toyWorld({
      onBeat: (node) => {
        if (node === "b") beats += 1;
        return asks(make, write, name, name, look)(node, node === "b" ? beats : 0);
      },
    });
    // In the middle of the fourth operation.
    world.schedule(trueTime(40_001), () => world.node(b).crash({ kind: "crash" }, millis(50)));
    world.run(ms(300));
    expect(answersOf(machine(b, 0)).map(({ id }) => id)).toEqual([1, 2, 3]);
    const second = answersOf(machine(b, 1));
    expect(second.map(({ id }) => id)).toEqual([5]);
    expect(second[0]?.result).toEqual({ ok: true, bytes });
    expect(world.node(b).disk.counts.crashes).toBe(1);
  });

  it("keeps its answers while the program is stopped, and loses none", () => {
    const { world, machine } = toyWorld({ onBeat: asks(make, write) });
    const effect = new Effect();
    world.schedule(trueTime(20_001), () => world.node(b).deafen(ms(500), effect));
    world.run(ms(600));
    const answers = answersOf(machine(b));
    expect(answers.map(({ id }) => id)).toEqual([1, 2]);
    expect((answers[1]?.now ?? 0) - (answers[0]?.now ?? 0)).toBeGreaterThan(400_000);
  });
});

describe("SIM-24: each fault of a disk touches what is asked of it", () => {
  const state: Scenario["state"] = {
    settings: {
      group: new Map(quiet.nodes.map((name) => [name, "voter"])),
      ...{ heartbeat: millis(50), election: millis(400), leaseReads: false },
      ...{ stallAfter: millis(300), snapshotEvery: seconds(3_600), bytesPerHourMax: null },
    },
    disk: ssdLatency,
    writeEvery: millis(20),
  };
  const node = { kind: "node", node: b } as const;
  const health: EventPattern = {
    ...{ event: "replica-disk-health", sensor: null, channel: null, peer: null },
    ...{ reason: null, path: null, direction: null },
  };
  const failing = (kind: FaultAction["kind"], at = 1): Scenario => ({
    ...quiet,
    duration: seconds(2),
    startup: seconds(1),
    state,
    faults: [once("bad disk", { kind, node } as FaultAction, seconds(at), millis(600))],
  });

  /** At the first start: then the group begins later, and nobody drives before. */
  const withoutDriver = { invariants: quiet.invariants.filter(({ kind }) => kind !== "driven") };

  it.each([
    ["disk-full", 0, withoutDriver] as const,
    ["disk-read-only", 1, {}] as const,
    ["disk-stall", 1, {}] as const,
  ])("%s is noticed by its replica", (kind, at, more) => {
    const within = seconds(1);
    const happens = { kind: "happens", pattern: health, within, by: "target" } as const;
    const expectations = [{ ...happens, after: "bad disk" }];
    const scenario = { ...failing(kind, at), ...more, expectations };
    expect(run(scenario)).toMatchObject({ verdict: "passed" });
  });

  it.each(["disk-lies", "bit-rot"] as const)("%s is noticed by nobody at once", (kind) => {
    const never = { kind: "never", pattern: health, from: seconds(1), until: seconds(2) } as const;
    const report = run({ ...failing(kind), expectations: [never] });
    expect(report).toMatchObject({ verdict: "passed" });
    expect(report.faults[0]?.effectAt).not.toBeNull();
  });
});

describe("SIM-25: a program that asks nothing of its disk", () => {
  it("leaves it alone", () => {
    const { world } = toyWorld();
    world.run(ms(100));
    expect(world.node(b).disk.counts.operations).toBe(0);
  });
});
