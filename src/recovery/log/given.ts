/** What the owner gives was parsed where it came from: only a bug can break these. */
import { assert } from "../../kernel/assert.js";
import { assertEntry, entriesBytesBound, metaBytesMax } from "./items.js";
import { saveBytesMax } from "./log-tail.js";
import { type LogEntry, type Snapshot, snapshotBytesMax } from "./ports.js";
import { snapshotHeadBytesMax } from "./snapshot-file.js";

export function checkMeta(meta: Uint8Array | null): void {
  if (meta === null) return;
  assert(meta.length <= metaBytesMax, `a meta of ${meta.length} bytes, ${metaBytesMax} at most`);
}

export function checkEntries(entries: readonly LogEntry[]): void {
  const [first] = entries;
  if (first === undefined) return;
  let index = first.index;
  for (const entry of entries) {
    assertEntry(entry);
    if (entry.index !== index) assert(false, `entry ${entry.index} in the place of ${index}`);
    index += 1;
  }
  assert(entriesBytesBound(entries) <= saveBytesMax, "a save is longer than one write");
}

export function checkSnapshot({ index, term, head, data }: Snapshot): void {
  assert(index >= 1 && term >= 0, `no snapshot: index ${index}, term ${term}`);
  assert(head.length <= snapshotHeadBytesMax, `a head of ${head.length} bytes`);
  assert(data.length <= snapshotBytesMax, `a snapshot of ${data.length} bytes`);
}
