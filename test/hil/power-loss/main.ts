/**
 * Runs in a guest whose power fails: recovers the log in a folder, says on the console what it
 * found, and writes on until it is cut off. A line `@durable 17` is written only after the log has
 * said that entry 17 is durable.
 */
import { openSync, writeSync } from "node:fs";
import { FileDisk } from "../../../src/host/disk/file-disk.js";
import { timeout } from "../../../src/kernel/machine.js";
import { instant } from "../../../src/kernel/time.js";
import { LogStore } from "../../../src/recovery/log/log-store.js";
import { logStoreDefaults } from "../../../src/recovery/log/options.js";
import type { LogInput, LogOutput, RecoveredLog } from "../../../src/recovery/log/ports.js";
import {
  entryOf,
  lastOf,
  metaOf,
  snapshotEvery,
  snapshotOf,
  termOf,
  wrongWith,
} from "./workload.js";

const [, , folder = "", consolePath = ""] = process.argv;
const console_ = openSync(consolePath, "w");
const say = (words: string): number => writeSync(console_, `@${words}\n`);

const now = () => instant(Math.round(performance.now() * 1_000));

/** Saves that are under way at once: the log gathers them into groups. */
const pendingMax = 8;

/** Small segments, so that new ones are made often: that is where much can go wrong. */
const options = { ...logStoreDefaults, segmentBytes: 128 * 1_024, snapshotPieceBytes: 16 * 1_024 };

class Writer {
  readonly #store = new LogStore(now(), options);
  readonly #disk: FileDisk;
  readonly #lastOf = new Map<number, number>();
  #ticket = 0;
  #term = 0;
  #last = 0;
  #durable = 0;
  #snapshotAt = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(disk: FileDisk) {
    this.#disk = disk;
  }

  feed(input: LogInput | typeof timeout): void {
    for (const output of this.#store.step(now(), input)) this.#carry(output);
    const deadline = this.#store.deadline();
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (deadline === null) return;
    const wait = Math.max(0, (deadline - now()) / 1_000);
    this.#timer = setTimeout(() => this.feed(timeout), wait);
  }

  #carry(output: LogOutput): void {
    switch (output.kind) {
      case "disk":
        this.#disk.request(output);
        break;
      case "recovered":
        this.#begin(output.log);
        break;
      case "refused":
        say(`wrong refused ${output.file}: ${output.reason}, ${output.detail}`);
        break;
      case "saved":
        this.#saved(output.ticket);
        break;
      case "not-saved":
        say(`wrong not saved: ${output.reason}`);
        break;
      case "health":
        say(`health ${output.health}`);
        break;
      default:
        break;
    }
  }

  #begin(log: RecoveredLog): void {
    for (const { what, file, bytes } of log.repairs) say(`repaired ${what} ${file} ${bytes}`);
    for (const text of wrongWith(log)) say(`wrong ${text}`);
    this.#last = lastOf(log);
    this.#durable = this.#last;
    this.#snapshotAt = log.snapshot?.index ?? 0;
    this.#term = termOf(log.meta) + 1;
    say(`recovered ${this.#last}`);
    setImmediate(() => this.#append());
  }

  #saved(ticket: number): void {
    for (const [at, last] of this.#lastOf) {
      if (at > ticket) continue;
      this.#durable = last;
      this.#lastOf.delete(at);
    }
    say(`durable ${this.#durable}`);
    setImmediate(() => this.#append());
  }

  #append(): void {
    while (this.#lastOf.size < pendingMax) {
      this.#last += 1;
      this.#ticket += 1;
      this.#lastOf.set(this.#ticket, this.#last);
      const entries = [entryOf(this.#last, this.#term)];
      this.feed({ kind: "save", ticket: this.#ticket, meta: metaOf(this.#term), entries });
    }
    if (this.#durable < this.#snapshotAt + snapshotEvery) return;
    this.#snapshotAt = this.#durable;
    this.#ticket += 1;
    const snapshot = snapshotOf(this.#durable, this.#term);
    this.feed({ kind: "save-snapshot", ticket: this.#ticket, snapshot });
    this.feed({ kind: "compact", index: this.#durable });
  }
}

let writer: Writer | null = null;
const opened = await FileDisk.open({ folder, onDone: (done) => writer?.feed(done) });
if (opened.ok) {
  writer = new Writer(opened.disk);
  writer.feed(timeout);
} else {
  say(`wrong ${opened.reason}`);
}
