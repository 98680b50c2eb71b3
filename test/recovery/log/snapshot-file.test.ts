/** LOG-7, LOG-9: the file of a snapshot is the one that the log names, or is refused. */
import { describe, expect, it } from "vitest";
import type { DiskResult } from "../../../src/recovery/disk.js";
import type { DiskTask } from "../../../src/recovery/log/lanes.js";
import { snapshotName } from "../../../src/recovery/log/names.js";
import { readFile } from "../../../src/recovery/log/read-file.js";
import { readSnapshot, writeSnapshot } from "../../../src/recovery/log/snapshot-file.js";
import { MemoryDisk } from "../support/memory-disk.js";

const snapshot = {
  index: 40,
  term: 3,
  head: new Uint8Array(5).fill(1),
  data: new Uint8Array(1_000).fill(2),
};

function run<Outcome>(disk: MemoryDisk, task: DiskTask<Outcome>): Outcome {
  let step = task.next();
  for (let count = 0; !step.done; count += 1) {
    expect(count).toBeLessThan(10_000);
    const request = { kind: "disk", id: 1, lane: "log", operation: step.value } as const;
    const result: DiskResult = disk.do(request);
    step = task.next(result);
  }
  return step.value;
}

function written(pieceBytes = 300) {
  const disk = new MemoryDisk();
  const result = run(disk, writeSnapshot(snapshot, 7, pieceBytes));
  if (!result.ok) return expect.fail(result.reason);
  const bytes = disk.files.get(snapshotName(7)) ?? expect.fail("no file");
  return { disk, mark: result.mark, bytes };
}

describe("the file of a snapshot", () => {
  it("is the same whatever the pieces in which it was written, and comes back", () => {
    const whole = written(1_000_000).bytes;
    for (const pieceBytes of [1, 5, 300, 1_000]) {
      const { disk, mark, bytes } = written(pieceBytes);
      expect(bytes).toEqual(whole);
      expect(run(disk, readSnapshot(mark, bytes.length))).toEqual({ ok: true, snapshot });
    }
  });

  it("is refused where the log names another, though it is whole", () => {
    const { disk, mark, bytes } = written();
    disk.files.set(snapshotName(8), bytes);
    for (const more of [{ number: 8 }, { index: 41 }, { term: 4 }, { crc: mark.crc ^ 1 }]) {
      const read = run(disk, readSnapshot({ ...mark, ...more }, bytes.length));
      expect(read).toMatchObject({ ok: false, reason: "corrupt" });
    }
  });

  it("is refused cut off, longer, empty, and of a length that none can have", () => {
    const { disk, mark, bytes } = written();
    for (let length = 0; length < bytes.length; length += length < 40 ? 1 : 97) {
      disk.files.set(snapshotName(7), bytes.slice(0, length));
      const read = run(disk, readSnapshot(mark, length));
      expect(read).toMatchObject({ ok: false, reason: "corrupt" });
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    disk.files.set(snapshotName(7), longer);
    expect(run(disk, readSnapshot(mark, longer.length)).ok).toBe(false);
    expect(run(disk, readSnapshot(mark, 2 ** 40))).toMatchObject({ reason: "corrupt" });
  });

  it("is of a version, and another is refused as that; a file of anything is none", () => {
    const { disk, mark, bytes } = written();
    const reasons = new Set<string>();
    for (let at = 0; at < 8; at += 1) {
      disk.files.set(
        snapshotName(7),
        bytes.map((byte, place) => (place === at ? 0xee : byte)),
      );
      const read = run(disk, readSnapshot(mark, bytes.length));
      reasons.add(read.ok ? "ok" : read.reason);
    }
    expect([...reasons].sort()).toEqual(["corrupt", "unknown-version"]);
  });

  it("that cannot be read is refused as that", () => {
    const { disk, mark, bytes } = written();
    disk.fault = () => "io";
    expect(run(disk, readSnapshot(mark, bytes.length))).toMatchObject({ reason: "unreadable" });
  });
});

describe("a file that is read", () => {
  it("is as long as it is, where it has become shorter than it was listed", () => {
    const disk = new MemoryDisk();
    const bytes = new Uint8Array(3_000_000).map((_, at) => at % 251);
    disk.files.set("f", bytes);
    for (const listed of [0, 1, 2_999_999, 3_000_000, 3_000_001, 9_000_000]) {
      const read = run(disk, readFile("f", listed));
      const found = read.ok ? Buffer.from(read.bytes) : Buffer.alloc(0);
      expect(found.equals(Buffer.from(bytes.subarray(0, listed)))).toBe(true);
    }
  });
});
