import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import { TermRuns } from "../../../src/recovery/log/term-runs.js";
import { entriesOf, LogRig } from "../support/log-rig.js";
import { MemoryDisk } from "../support/memory-disk.js";
import { Workload } from "../support/workload.js";

describe("a log beside a naive one", () => {
  it("LOG-3: is the same after every restart", () => {
    const lives = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
    const sizes = fc.constantFrom(1_024, 4_096, 65_536);
    const property = fc.property(fc.nat(), lives, sizes, (seed, inputs, segmentBytes) => {
      const prng = new Prng(seed);
      let rig = LogRig.open(new MemoryDisk(), { segmentBytes });
      let work = new Workload(prng.split("0"));
      for (const [life, count] of inputs.entries()) {
        for (let at = 0; at < count; at += 1) {
          rig.give(work.next(rig.savedTo));
          if (prng.chance(0.5)) rig.answer();
        }
        rig.settle();
        const snapshotSaved = rig.of("snapshot-saved").at(-1)?.ticket ?? 0;
        const saved = rig.savedTo;
        expect(saved).toBe(work.model.states.at(-1)?.ticket ?? 0);
        rig = LogRig.open(rig.disk.copy(), { segmentBytes });
        expect(work.model.misfitOf(rig.recovered, saved, snapshotSaved)).toBe(null);
        work = new Workload(prng.split(`${life + 1}`), rig.recovered);
      }
    });
    fc.assert(property, { numRuns: Number(process.env["LOG_RESTART_RUNS"] ?? 60) });
  });
});

describe("the terms of a log", () => {
  it("LOG-4: are those of an array", () => {
    const step = fc.tuple(fc.nat(3), fc.nat(12), fc.nat(4));
    const property = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const runs = new TermRuns(0);
      let terms = new Map<number, number>();
      let last = 0;
      for (const [what, where, term] of steps) {
        const index = Math.max(1, last + 1 - where);
        if (what < 2) {
          runs.append(entriesOf(index, where, term));
          if (where > 0) terms = new Map([...terms].filter(([at]) => at < index));
          for (let at = index; at < index + where; at += 1) terms.set(at, term);
          last = where > 0 ? index + where - 1 : last;
        } else if (what === 2) {
          runs.dropTo(index);
          terms = new Map([...terms].filter(([at]) => at > index));
          last = Math.max(last, index);
        } else {
          runs.clear(index + 5);
          terms = new Map();
          last = index + 5;
        }
        expect(runs.last).toBe(last);
        const copy = runs.copy();
        for (let at = 0; at <= last + 2; at += 1)
          expect(copy.termAt(at)).toBe(terms.get(at) ?? null);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
});
