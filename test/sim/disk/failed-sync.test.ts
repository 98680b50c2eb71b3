/**
 * The program starts again after a failed sync, and the board does not: the kernel shows what it
 * could not write, and the next sync ends well (Rebello et al. 2020). What the start tells must
 * outlive a loss of power all the same.
 */
import { describe, expect, it } from "vitest";
import { timeout } from "../../../src/kernel/machine.js";
import { Prng } from "../../../src/kernel/prng.js";
import { instant } from "../../../src/kernel/time.js";
import { LogStore } from "../../../src/recovery/log/log-store.js";
import { logStoreDefaults } from "../../../src/recovery/log/options.js";
import type { LogEntry, LogInput, LogOutput } from "../../../src/recovery/log/ports.js";
import { instantLatency } from "../../../src/sim/disk/latency.js";
import { ModelledDisk } from "../../../src/sim/disk/modelled-disk.js";
import { never } from "../../../src/sim/true-time.js";
import { nothing } from "./support/drive.js";

const now = instant(1_000);

/** One life of the program; the disk outlives it. */
class Life {
  readonly heard: LogOutput[] = [];
  readonly #disk: ModelledDisk;
  readonly #store = new LogStore(now, { ...logStoreDefaults, segmentBytes: 16_384 });

  constructor(disk: ModelledDisk) {
    this.#disk = disk;
    this.#give(timeout);
    this.settle();
  }

  save(ticket: number, index: number, bytes: number): this {
    const entry: LogEntry = { index, term: 1, kind: 1, data: new Uint8Array(bytes).fill(index) };
    this.#give({ kind: "save", ticket, meta: new Uint8Array([index]), entries: [entry] });
    return this;
  }

  settle(): this {
    for (let at = this.#disk.nextAt(); at !== never; at = this.#disk.nextAt()) {
      for (const done of this.#disk.take(at)) this.#give(done);
    }
    return this;
  }

  /** What it has found; null where it was refused. */
  get entries(): readonly LogEntry[] | null {
    const recovered = this.heard.find((output) => output.kind === "recovered");
    return recovered?.kind === "recovered" ? recovered.log.entries : null;
  }

  #give(input: LogInput | typeof timeout): void {
    for (const output of this.#store.step(now, input)) {
      if (output.kind === "disk") this.#disk.submit(this.#disk.now, output);
      else this.heard.push(output);
    }
  }
}

describe("a start after a sync that failed", () => {
  it("LOG-6, LOG-11: tells nothing that a loss of power would take back", () => {
    let shown = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const disk = new ModelledDisk({ dice: new Prng(seed), latency: instantLatency });
      const first = new Life(disk).save(1, 1, 100).settle();
      if (seed % 2 === 0) first.save(2, 2, 1_500).settle();
      const next = seed % 2 === 0 ? 3 : 2;
      first.save(3, next, seed % 3 === 0 ? 15_000 : 900);
      disk.faults.failSyncs(1);
      first.settle();
      expect(first.heard).toContainEqual({ kind: "not-saved", ticket: 3, reason: "io" });
      const told = new Life(disk).entries ?? expect.fail(`seed ${seed}: refused`);
      if (told.length === next) shown += 1;
      disk.crash(disk.now, nothing);
      expect(new Life(disk).entries, `seed ${seed}`).toEqual(told);
    }
    // Else it has shown nothing.
    expect(shown).toBeGreaterThan(20);
  });
});
