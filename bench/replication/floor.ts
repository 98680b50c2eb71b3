/**
 * What the disk itself allows, without any replication: how long a write into a file that has its
 * length already takes with the fdatasync after it, and how many records a second are durable where
 * so many share one.
 */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { quantile } from "../median.js";

/** A value with key, record head and checksum. */
const recordBytes = 148;

export interface Floor {
  /** Records that share a write and an fdatasync. */
  readonly records: number;
  /** In ms. */
  readonly p50: number;
  readonly p99: number;
  /** Records a second. */
  readonly rate: number;
}

export function measureFloor(folder: string, records: number, ms: number): Floor {
  const file = join(folder, "floor");
  const bytes = new Uint8Array(records * recordBytes).fill(0x5a);
  const length = 64 * 1_024 * 1_024;
  const handle = openSync(file, "w");
  try {
    for (let at = 0; at < length; at += 1_048_576) writeSync(handle, new Uint8Array(1_048_576));
    fdatasyncSync(handle);
    const times: number[] = [];
    const beganAt = performance.now();
    for (let at = 0; performance.now() - beganAt < ms; at += bytes.length) {
      const before = performance.now();
      writeSync(handle, bytes, 0, bytes.length, at % (length - bytes.length));
      fdatasyncSync(handle);
      times.push(performance.now() - before);
    }
    const rate = (1_000 * records * times.length) / (performance.now() - beganAt);
    return { records, p50: quantile(times, 0.5), p99: quantile(times, 0.99), rate };
  } finally {
    closeSync(handle);
    rmSync(file);
  }
}
