/** The black box: what was written is read, in another thread too, and never half of it. */
import { Worker } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import { BlackBox } from "../../../src/host/evidence/black-box.js";
import { readBlackBox } from "../../../src/host/evidence/black-box-reader.js";
import {
  entitiesMax,
  entityWords,
  framesMax,
  namesMax,
  places,
} from "../../../src/host/evidence/layout.js";
import { instant } from "../../../src/kernel/time.js";

/** Beyond what 32 bits of microseconds hold: 71 minutes. */
const late = 90_000_000_000;

const boxAt = (startedAt = late) => new BlackBox(instant(startedAt));
const read = (box: BlackBox) => readBlackBox(box.buffer);

describe("the black box", () => {
  it("BOX-1: is empty before anything happened", () => {
    expect(read(boxAt())).toEqual({
      ...{ torn: false, running: [], entities: [], tasks: [], steps: [], lastStepAt: null },
    });
  });

  it("BOX-1: tells what runs within what, since when, and nothing when all was left", () => {
    const box = boxAt();
    box.enter("input", "readings", instant(late + 5));
    box.enter("entity", "control-cycle", instant(late + 9));
    const since = late + 5;
    expect(read(box).running).toEqual([
      { kind: "input", what: "readings", since },
      { kind: "entity", what: "control-cycle", since },
    ]);
    box.leave();
    expect(read(box).running).toEqual([{ kind: "input", what: "readings", since }]);
    box.leave();
    box.leave();
    expect(read(box).running).toEqual([]);
    box.enter("output", "write", instant(late + 20));
    expect(read(box).running).toEqual([{ kind: "output", what: "write", since: late + 20 }]);
    box.leaveAll();
    expect(read(box).running).toEqual([]);
  });

  it("BOX-1: keeps the outermost of what is too deep, and finds back out", () => {
    const box = boxAt();
    for (let depth = 0; depth < 10; depth += 1) box.enter("task", `t${depth}`, instant(late));
    expect(read(box).running.map(({ what }) => what)).toEqual(["t0", "t1", "t2", "t3"]);
    for (let depth = 0; depth < 9; depth += 1) box.leave();
    expect(read(box).running.map(({ what }) => what)).toEqual(["t0"]);
    expect(framesMax).toBe(4);
  });

  it("BOX-2: keeps the last 64 steps, oldest first, with their outputs", () => {
    const box = boxAt();
    const outputs = ["read", "send", "send", "write", "pet", "voted", "route", "release"];
    box.step(instant(late + 1_500_000), 37, "timeout", outputs, 11);
    expect(read(box).steps).toEqual([
      `+1.500000 timeout, 37 us -> ${outputs.join(", ")} and 3 more`,
    ]);
    for (let step = 0; step < 200; step += 1) {
      box.step(instant(late + 2_000_000 + step), step, `i${step % 10}`, ["pet"], step % 2);
    }
    const { steps, lastStepAt } = read(box);
    expect(steps).toHaveLength(64);
    expect(steps[0]).toBe("+2.000136 i6, 136 us");
    expect(steps.at(-1)).toBe("+2.000199 i9, 199 us -> pet");
    expect(lastStepAt).toBe(late + 2_000_199);
  });

  it("BOX-2: tells the standing of entities, and what tasks hold and await", () => {
    const box = boxAt();
    box.entities([
      { entity: "cycle", status: "ok", lastCheckpoint: instant(late + 3) },
      { entity: "beat", status: "starting", lastCheckpoint: null },
    ]);
    const fault = null;
    expect(read(box).entities).toEqual([
      { entity: "cycle", status: "ok", fault, lastCheckpoint: late + 3 },
      { entity: "beat", status: "starting", fault, lastCheckpoint: null },
    ]);
    const low = { task: "low", state: "ready", base: 1, effective: 9, holds: ["bus"] };
    box.tasks([{ ...low, waitsFor: null }]);
    expect(read(box).tasks).toEqual([{ ...low, waitsFor: null }]);
    box.tasks([]);
    expect(read(box).tasks).toEqual([]);
  });

  it("BOX-3: is bounded: names are cut, too many are `others`, too many tasks are left out", () => {
    const box = boxAt();
    box.enter("task", "é".repeat(200), instant(late));
    expect(read(box).running[0]?.what).toBe("?".repeat(31));
    for (let name = 0; name < 2 * namesMax; name += 1) {
      box.step(instant(late), 1, `name-${name}`, [], 0);
    }
    expect(read(box).steps.at(-1)).toBe("+0.000000 others, 1 us");
    const task = { state: "ready", base: 1, effective: 1, holds: ["x".repeat(500)] };
    const many = Array.from({ length: 40 }, (_, at) => ({
      ...task,
      task: `t${at}`,
      waitsFor: null,
    }));
    box.tasks(many);
    expect(read(box).tasks.map((one) => one.task)).toEqual(["t0", "t1", "t2", "t3", "t4"]);
    const entities = many.map((one) => ({ entity: one.task, status: "ok", lastCheckpoint: null }));
    box.entities(entities);
    expect(read(box).entities).toHaveLength(entitiesMax);
  });

  it("BOX-4: reads garbage without throwing, and says that it was torn", () => {
    const box = boxAt();
    const words = new Int32Array(box.buffer);
    for (let index = 0; index < words.length; index += 1)
      words[index] = (index * 2_654_435_761) | 0;
    words[places.sequence] = 7;
    expect(read(box)).toMatchObject({ torn: true });
    words.fill(-1);
    expect(read(box)).toMatchObject({ torn: true });
  });

  it("BOX-4: never shows half of a change to another thread", async () => {
    const box = boxAt(0);
    // The writer keeps the times of the first and the last entity alike, and the number in their
    // names. It rests for longer than a look takes after every eighth change, on whichever machine.
    const writer = new Worker(
      `const { workerData } = require("node:worker_threads");
       const words = new Int32Array(workerData.buffer);
       const { sequence, entities, entityCount } = workerData.places;
       const last = entities + (workerData.entitiesMax - 1) * workerData.entityWords;
       for (let turn = 1; ; turn += 1) {
         Atomics.add(words, sequence, 1);
         Atomics.store(words, entityCount, workerData.entitiesMax);
         for (const entity of [entities, last]) {
           Atomics.store(words, entity + 2, turn);
           Atomics.store(words, entity + 3, turn & 0xffff);
         }
         Atomics.add(words, sequence, 1);
         for (let spin = 0; spin < (turn % 8 === 0 ? 200_000 : 3_000); spin += 1);
       }`,
      { eval: true, workerData: { buffer: box.buffer, places, entitiesMax, entityWords } },
    );
    onTestFinished(async () => void (await writer.terminate()));
    await new Promise((online) => writer.once("online", online));
    let whole = 0;
    const end = performance.now() + 60_000;
    while (whole < 1_000 && performance.now() < end) {
      const { torn, entities } = read(box);
      if (torn) continue;
      whole += 1;
      expect(entities[0]?.lastCheckpoint).toBe(entities.at(-1)?.lastCheckpoint);
    }
    expect(whole).toBe(1_000);
  });
});
