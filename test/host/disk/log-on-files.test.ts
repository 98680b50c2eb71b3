import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { FileDisk } from "../../../src/host/disk/file-disk.js";
import { instant } from "../../../src/kernel/time.js";
import { LogStore } from "../../../src/recovery/log/log-store.js";
import { logStoreDefaults } from "../../../src/recovery/log/options.js";
import type { LogInput, LogOutput } from "../../../src/recovery/log/ports.js";
import { entriesOf } from "../../recovery/support/log-rig.js";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A log on files, in the time of the machine. */
class LiveLog {
  readonly outputs: LogOutput[] = [];
  readonly #store: LogStore;
  #disk: FileDisk | null = null;
  #wake: () => void = () => {};
  #now = 0;

  constructor() {
    const options = { ...logStoreDefaults, segmentBytes: 16_384 };
    this.#store = new LogStore(instant(0), options);
  }

  async open(folder: string): Promise<this> {
    const opened = await FileDisk.open({ folder, onDone: (done) => this.give(done) });
    this.#disk = opened.ok ? opened.disk : expect.fail(opened.reason);
    this.#carry(this.#store.step(instant(0), { kind: "timeout" }));
    await this.until("recovered");
    return this;
  }

  give(input: LogInput): void {
    this.#now += 1;
    this.#carry(this.#store.step(instant(this.#now), input));
  }

  async until(kind: LogOutput["kind"], ticket = 0): Promise<LogOutput> {
    for (;;) {
      const found = this.outputs.find(
        (output) => output.kind === kind && (!("ticket" in output) || output.ticket >= ticket),
      );
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async close(): Promise<void> {
    await this.#disk?.close();
  }

  #carry(outputs: readonly LogOutput[]): void {
    for (const output of outputs) {
      if (output.kind === "disk") this.#disk?.request(output);
      else this.outputs.push(output);
    }
    this.#wake();
  }
}

describe("a log on files", () => {
  it("FILE-8: has everything after it was let go in the middle of its work", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-log-"));
    folders.push(folder);
    let saved = 0;
    for (let life = 0; life < 4; life += 1) {
      const log = await new LiveLog().open(folder);
      const recovered = await log.until("recovered");
      const found = recovered.kind === "recovered" ? recovered.log : expect.fail("not recovered");
      const last = found.entries.at(-1)?.index ?? found.snapshot?.index ?? 0;
      expect(last).toBeGreaterThanOrEqual(saved);
      expect(found.entries).toEqual(
        entriesOf(last - found.entries.length + 1, found.entries.length),
      );
      for (let at = 1; at <= 300; at += 1) {
        const entries = entriesOf(last + at, 1);
        log.give({ kind: "save", ticket: at, meta: new Uint8Array([life]), entries });
      }
      const snapshot = {
        index: last + 200,
        term: 1,
        head: new Uint8Array(1),
        data: new Uint8Array(300_000),
      };
      await log.until("saved", 200);
      log.give({ kind: "save-snapshot", ticket: 301, snapshot });
      log.give({ kind: "compact", index: last + 200 });
      if (life % 2 === 0) await log.until("snapshot-saved", 301);
      saved = last + 200;
      for (let at = 301; at <= 400; at += 1) {
        log.give({ kind: "save", ticket: at + 1, meta: null, entries: entriesOf(last + at, 1) });
      }
      await log.close();
    }
  });
});
