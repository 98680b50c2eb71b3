/** LOG-14, LOG-10: files that the log does not name are told where they must be, and taken away. */
import { describe, expect, it } from "vitest";
import { segmentName, snapshotName, unfinishedSnapshot } from "../../../src/recovery/log/names.js";
import { entriesOf, LogRig } from "../support/log-rig.js";
import type { MemoryDisk } from "../support/memory-disk.js";

const snapshotAt = (index: number) => ({
  ...{ index, term: 1, head: new Uint8Array(1), data: new Uint8Array(300).fill(index) },
});

/** Some segments and a snapshot; also the disk as it was before they were compacted. */
function lived(): { before: MemoryDisk; disk: MemoryDisk } {
  const rig = LogRig.open();
  for (let index = 1; index <= 30; index += 1) {
    rig.save(entriesOf(index, 1, 1, 600));
    rig.settle();
  }
  rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot: snapshotAt(10) });
  rig.settle();
  const before = rig.disk.copy();
  rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot: snapshotAt(25) });
  rig.settle();
  rig.give({ kind: "compact", index: 25 });
  rig.settle();
  return { before, disk: rig.disk.copy() };
}

const names = (disk: MemoryDisk) => [...disk.files.keys()].sort();
const numberOf = (name: string) => Number(name.slice(name.indexOf("-") + 1));

/** The names of what lies beside, as a start tells of them; they are gone when it has settled. */
function startedWith(disk: MemoryDisk, more: ReadonlyMap<string, Uint8Array>) {
  const clean = names(disk);
  const littered = disk.copy();
  for (const [name, bytes] of more) littered.files.set(name, bytes);
  const rig = LogRig.open(littered);
  const { repairs, entries, snapshot } = rig.recovered;
  expect([entries.at(-1)?.index, snapshot?.index]).toEqual([30, 25]);
  expect(names(rig.disk)).toEqual(clean);
  rig.save(entriesOf(31, 1));
  rig.settle();
  expect(LogRig.open(rig.disk.copy()).recovered.repairs).toEqual([]);
  return repairs.map(({ what, file, bytes }) => `${what} ${file} ${bytes}`);
}

describe("a start beside files that the log does not name", () => {
  it("without any tells of nothing, and takes nothing away", () => {
    expect(startedWith(lived().disk, new Map())).toEqual([]);
  });

  it("takes segments away that were compacted, each with a word", () => {
    const { before, disk } = lived();
    const old = [...before.files].filter(
      ([name]) => name.startsWith("log-") && !disk.files.has(name),
    );
    expect(old.length).toBeGreaterThan(1);
    const first = Math.min(
      ...names(disk)
        .filter((name) => name.startsWith("log-"))
        .map(numberOf),
    );
    for (const [name] of old) expect(numberOf(name)).toBeLessThan(first);
    expect(segmentName(first - 1)).toBe(
      old
        .map(([name]) => name)
        .sort()
        .at(-1),
    );
    // The one just before is still of the log: it hangs together with the rest.
    const lone = old.filter(([name]) => numberOf(name) < first - 1);
    expect(lone.length).toBeGreaterThan(0);
    const told = lone.map(([name, bytes]) => `old-segment ${name} ${bytes.length}`);
    expect(startedWith(disk, new Map(lone))).toEqual(told);
  });

  it("takes a snapshot that was never named, or never whole, away with a word", () => {
    const { disk } = lived();
    const named = names(disk).find((name) => name.startsWith("snapshot-")) ?? "";
    const bytes = disk.files.get(named) ?? new Uint8Array(0);
    const later = snapshotName(numberOf(named) + 1);
    const told = startedWith(
      disk,
      new Map([
        [later, bytes],
        [unfinishedSnapshot, bytes.slice(0, 40)],
      ]),
    );
    expect(told).toEqual([
      `unfinished-file ${later} ${bytes.length}`,
      `unfinished-file ${unfinishedSnapshot} 40`,
    ]);
  });

  it("takes the snapshot before away without one: it had only not come to it yet", () => {
    const { before, disk } = lived();
    const old = [...before.files].filter(
      ([name]) => name.startsWith("snapshot-") && !disk.files.has(name),
    );
    expect(old).toHaveLength(1);
    expect(startedWith(disk, new Map(old))).toEqual([]);
  });

  it("gives the next snapshot a number that none of them had", () => {
    const { disk } = lived();
    disk.files.set(snapshotName(77), new Uint8Array(9));
    const rig = LogRig.open(disk);
    rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot: snapshotAt(28) });
    rig.settle();
    expect(names(rig.disk).filter((name) => name.startsWith("snapshot"))).toEqual([
      snapshotName(78),
    ]);
    expect(LogRig.open(rig.disk.copy()).recovered.snapshot).toEqual(snapshotAt(28));
  });

  it("leaves alone what is none of its own", () => {
    const { disk } = lived();
    const others = ["notes.txt", "log-7", "snapshot-x", "log-00000000000000001"];
    for (const name of others) disk.files.set(name, new Uint8Array(3));
    const rig = LogRig.open(disk);
    expect(rig.recovered.repairs).toEqual([]);
    for (const name of others) expect(rig.disk.files.has(name)).toBe(true);
  });
});
