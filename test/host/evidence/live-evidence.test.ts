/** Evidence from the loop's own thread: written at once, set aside when overcome, bounded. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { defineApp } from "../../../src/control/app.js";
import { readBlackBox } from "../../../src/host/evidence/black-box-reader.js";
import {
  evidencePath,
  listEvidence,
  readEvidence,
} from "../../../src/host/evidence/evidence-folder.js";
import { LiveEvidence } from "../../../src/host/evidence/live-evidence.js";
import type { StepInput } from "../../../src/host/loop.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { type Instant, instant, micros } from "../../../src/kernel/time.js";
import type { NodeOutput } from "../../../src/node/ports.js";
import type { EntityStanding } from "../../../src/watchdog/supervision/entity.js";
import { evidenceOf } from "../../../src/watchdog/supervision/fault-text.js";
import { testFolder } from "../support/folder.js";
import { ManualClock } from "../support/manual-clock.js";

const fault = { rule: "start", grace: micros(9_000) } as const;
const standing: EntityStanding = {
  ...{ entity: "control-cycle", status: "expired", fault, lastCheckpoint: instant(5) },
};
const evidence = evidenceOf(standing);
const failed = { kind: "supervision-failed", entity: "control-cycle", fault, evidence } as const;
const restored = { kind: "supervision-restored", entity: "control-cycle" } as const;
const pet: NodeOutput = { kind: "pet" };
const timeout: StepInput = { kind: "timeout" };

class Rig {
  readonly clock = new ManualClock();
  readonly warnings: string[] = [];
  readonly folder: string;
  readonly evidence: LiveEvidence;

  private constructor(folder: string, withText: boolean) {
    this.folder = folder;
    const text = (at: Instant, { kind }: StepInput) => `${at} ${kind} in full`;
    this.evidence = new LiveEvidence({
      ...{ node: nodeId("a"), bootId: 7, folder, clock: this.clock, recording: "a-7.ndjson" },
      stepText: withText ? text : null,
      warn: (message) => this.warnings.push(message),
    });
    this.evidence.watch(
      () => [standing],
      () => [
        { task: "low", state: "ready", base: 1, effective: 9, holds: ["bus"], waitsFor: null },
      ],
    );
  }

  static async make(withText = false): Promise<Rig> {
    return new Rig(`${await testFolder()}/evidence`, withText);
  }

  step(outputs: readonly NodeOutput[] = [pet]): void {
    const at = this.clock.advance(1_000);
    this.evidence.begins(at, timeout);
    for (const output of outputs) this.evidence.carries(output);
    this.evidence.ends(at, timeout, outputs);
  }

  record() {
    return readEvidence(evidencePath(this.folder, "a", 7));
  }
}

describe("the evidence of the loop's own thread", () => {
  it("LEV-1: of failed supervision is on the disk at once, with tasks and last steps", async () => {
    const rig = await Rig.make(true);
    for (let step = 0; step < 70; step += 1) rig.step();
    rig.evidence.onEvent(rig.clock.now(), failed);
    expect(await rig.record()).toMatchObject({
      ok: true,
      record: {
        ...{ cause: "supervision", node: "a", bootId: 7, error: null, running: [] },
        recording: "a-7.ndjson",
        entities: [
          {
            ...{ entity: "control-cycle", status: "expired", lastCheckpoint: 5 },
            fault: "start: it has not begun within 9.0 ms",
          },
        ],
        tasks: [{ task: "low", holds: ["bus"] }],
      },
    });
    const reading = await rig.record();
    const entries = reading?.ok === true ? reading.record.entries : [];
    expect(entries).toHaveLength(64);
    expect(entries.at(-1)).toBe("1070000 timeout in full");
    expect(entries[0]).toBe("1007000 timeout in full");
  });

  it("LEV-1: other events write nothing", async () => {
    const rig = await Rig.make();
    rig.evidence.onEvent(rig.clock.now(), { kind: "was-late", by: micros(1) });
    rig.evidence.onEvent(rig.clock.now(), restored);
    expect(await listEvidence(rig.folder, "a")).toEqual([]);
  });

  it("LEV-2: is set aside when all is well again, and written by the next failure", async () => {
    const rig = await Rig.make();
    rig.evidence.onEvent(rig.clock.now(), failed);
    rig.evidence.onEvent(rig.clock.now(), { ...failed, entity: "heartbeat" });
    rig.evidence.onEvent(rig.clock.now(), restored);
    expect(await rig.record()).not.toBeNull();
    rig.evidence.onEvent(rig.clock.now(), { ...restored, entity: "heartbeat" });
    expect(await rig.record()).toBeNull();
    expect(await listEvidence(rig.folder, "a")).toMatchObject([{ restored: true }]);
    rig.evidence.onEvent(rig.clock.now(), failed);
    expect(await rig.record()).not.toBeNull();
  });

  it("LEV-3: what fails again and again is written a few times only, a crash always", async () => {
    const rig = await Rig.make();
    for (let turn = 0; turn < 10; turn += 1) {
      rig.evidence.onEvent(rig.clock.now(), failed);
      if (turn < 4) expect(await rig.record(), `turn ${turn}`).not.toBeNull();
      rig.evidence.onEvent(rig.clock.now(), restored);
    }
    rig.evidence.onEvent(rig.clock.now(), failed);
    expect(await rig.record()).toBeNull();
    rig.evidence.crashed("a bug", new Error("boom"));
    expect(await rig.record()).toMatchObject({ record: { cause: "crash" } });
  });

  it("LEV-4: of a crash has what threw, and what was being run", async () => {
    const rig = await Rig.make();
    rig.step();
    rig.evidence.begins(rig.clock.advance(500), timeout);
    rig.evidence.crashed("a bug of Holdfast", new Error("boom"));
    const reading = await rig.record();
    expect(reading).toMatchObject({
      record: { cause: "crash", running: [{ kind: "input", what: "timeout" }] },
    });
    expect(reading?.ok === true && reading.record.error).toMatch(
      /^a bug of Holdfast: Error: boom\n +at /,
    );
  });

  it("LEV-5: a folder that cannot be written to is told, and nothing throws", async () => {
    const rig = await Rig.make();
    rmSync(rig.folder, { recursive: true });
    writeFileSync(rig.folder, "a file");
    rig.evidence.onEvent(rig.clock.now(), failed);
    rig.evidence.crashed("a bug", "not even an error");
    expect(rig.warnings).toEqual(Array(2).fill("the evidence could not be written"));
    expect(readFileSync(rig.folder, "utf8")).toBe("a file");
  });

  it("LEV-6: the box knows what runs: the input, then each output, then nothing", async () => {
    const rig = await Rig.make();
    const running = () => readBlackBox(rig.evidence.box.buffer).running.map(({ what }) => what);
    rig.evidence.begins(rig.clock.now(), timeout);
    expect(running()).toEqual(["timeout"]);
    rig.evidence.carries(pet);
    expect(running()).toEqual(["pet"]);
    rig.evidence.carries({ kind: "report", event: { kind: "started", bootId: 7 } });
    expect(running()).toEqual(["started"]);
    rig.evidence.ends(rig.clock.now(), timeout, [pet]);
    expect(running()).toEqual([]);
    expect(readBlackBox(rig.evidence.box.buffer).steps).toHaveLength(1);
  });

  it("LEV-6: an app is marked while its control runs, whatever it does", async () => {
    const rig = await Rig.make();
    const running = () => readBlackBox(rig.evidence.box.buffer).running.map(({ what }) => what);
    const seen: string[][] = [];
    const app = defineApp({
      ...{ name: "x", sensors: {}, outputs: {}, initial: { turn: 0 } },
      control: ({ state }) => {
        seen.push(running());
        if (state.turn > 0) throw new Error("no");
        return { state, commands: {} };
      },
    });
    const marked = rig.evidence.marked(app);
    const input = { inputs: {}, replicated: null, cycle: 1, step: micros(1) };
    const answer = { state: { turn: 0 }, commands: {} };
    expect(marked.control({ ...input, state: { turn: 0 } })).toEqual(answer);
    expect(running()).toEqual([]);
    expect(() => marked.control({ ...input, state: { turn: 1 } })).toThrow("no");
    expect([seen, running()]).toEqual([[["control-cycle"], ["control-cycle"]], []]);
    expect([marked.name, marked.initial]).toEqual([app.name, app.initial]);
  });
});
