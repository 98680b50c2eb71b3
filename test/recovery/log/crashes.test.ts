import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import type { DiskRequest } from "../../../src/recovery/disk.js";
import { CrashDisk, type Survival } from "../support/crash-disk.js";
import { modelOf } from "../support/log-model.js";
import { LogRig } from "../support/log-rig.js";
import { MemoryDisk } from "../support/memory-disk.js";
import { Workload } from "../support/workload.js";

const seeds = Number(process.env["LOG_CRASH_SEEDS"] ?? 2);
const options = { segmentBytes: 2_048, groupBytesMax: 600 };

/** A log on a disk that can crash before and after each operation. */
class CrashRun {
  readonly #prng: Prng;
  readonly #rig: LogRig;
  readonly #work: Workload;
  readonly #disk: CrashDisk;
  readonly #out: DiskRequest[] = [];
  crashes = 0;
  repairs = 0;

  constructor(prng: Prng, from: MemoryDisk) {
    this.#prng = prng;
    this.#disk = CrashDisk.over(from.files);
    this.#rig = new LogRig(from, options);
    while (this.#rig.of("recovered").length === 0) {
      this.#begin();
      this.#end(0);
    }
    this.#work = new Workload(prng.split("work"), this.#rig.recovered);
  }

  /** Crashes after every step of so many inputs; returns what the last crash left behind. */
  run(inputs: number): MemoryDisk {
    for (let count = 0; count < inputs; count += 1) {
      this.#rig.give(this.#work.next(this.#rig.savedTo));
      while (this.#prng.chance(0.7) && this.#step()) this.#crashEachWay();
    }
    while (this.#step()) this.#crashEachWay();
    return this.#disk.crash("some", this.#prng);
  }

  #step(): boolean {
    const canEnd = this.#out.length > 0;
    if (this.#rig.waiting.length > 0 && (!canEnd || this.#prng.chance(0.5))) this.#begin();
    else if (canEnd) this.#end(this.#prng.below(this.#out.length));
    else return false;
    return true;
  }

  #begin(): void {
    const [request] = this.#rig.waiting.splice(this.#prng.below(this.#rig.waiting.length), 1);
    if (request !== undefined) this.#out.push(request);
    if (request !== undefined) this.#results.set(request.id, this.#disk.begin(request));
  }

  readonly #results = new Map<number, ReturnType<CrashDisk["begin"]>>();

  #end(at: number): void {
    const [request] = this.#out.splice(at, 1);
    if (request === undefined) return;
    this.#disk.end(request);
    const result = this.#results.get(request.id) ?? expect.fail("no result");
    this.#rig.give({ kind: "disk-done", id: request.id, result });
  }

  #crashEachWay(): void {
    const ways: readonly Survival[] = ["nothing", "everything", "some", "some"];
    for (const way of ways) {
      this.crashes += 1;
      const found = LogRig.open(this.#disk.crash(way, this.#prng), options);
      this.repairs += found.recovered.repairs.length;
      const snapshotSaved = this.#rig.of("snapshot-saved").at(-1)?.ticket ?? 0;
      const misfit = this.#work.model.misfitOf(found.recovered, this.#rig.savedTo, snapshotSaved);
      expect(misfit).toBe(null);
    }
    if (this.#prng.chance(0.2)) this.#killAndCrash();
  }

  /** What a restart has told its owner is acted upon: a loss of power must not take it back. */
  #killAndCrash(): void {
    const disk = this.#disk.kill();
    const first = new LogRig(new MemoryDisk(), options);
    while (first.of("recovered").length === 0) {
      const request = first.waiting.shift() ?? expect.fail(JSON.stringify(first.outputs));
      first.give({ kind: "disk-done", id: request.id, result: disk.do(request) });
    }
    const second = LogRig.open(disk.crash("nothing", this.#prng), options);
    expect(modelOf(first.recovered).misfitOf(second.recovered, 0, 0)).toBe(null);
  }
}

describe("a crash at any operation", () => {
  it("LOG-5, LOG-6: leaves everything acknowledged, and nothing that was not given", () => {
    let crashes = 0;
    let repairs = 0;
    for (let seed = 0; seed < seeds; seed += 1) {
      const prng = new Prng(seed);
      let disk = new MemoryDisk();
      for (let life = 0; life < 3; life += 1) {
        const run = new CrashRun(prng.split(`${life}`), disk);
        disk = run.run(25);
        crashes += run.crashes;
        repairs += run.repairs;
      }
    }
    expect(crashes).toBeGreaterThan(seeds * 200);
    expect(repairs).toBeGreaterThan(seeds * 20);
  });
});
