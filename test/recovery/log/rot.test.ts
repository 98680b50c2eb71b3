import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import { segmentName } from "../../../src/recovery/log/names.js";
import type { LogInput, LogOutput } from "../../../src/recovery/log/ports.js";
import { LogModel } from "../support/log-model.js";
import { entriesOf, LogRig } from "../support/log-rig.js";
import { MemoryDisk } from "../support/memory-disk.js";

const options = { segmentBytes: 1_024, groupBytesMax: 500 };
const firstSegment = segmentName(7);
const sector = 512;

interface SmallLog {
  readonly disk: MemoryDisk;
  readonly model: LogModel;
  readonly saved: number;
  readonly snapshotSaved: number;
}

/** Three segments, a snapshot, entries that were overwritten, and one that is all zeroes. */
function smallLog(): SmallLog {
  const rig = LogRig.open(new MemoryDisk(), options);
  const model = new LogModel();
  const give = (input: LogInput): void => {
    model.take(input);
    rig.give(input);
    rig.settle();
  };
  const save = (first: number, count: number, term: number, bytes: number): void => {
    const meta = new Uint8Array([term, first]);
    give({
      kind: "save",
      ticket: rig.ticket(),
      meta,
      entries: entriesOf(first, count, term, bytes),
    });
  };
  save(1, 4, 1, 60);
  save(3, 3, 2, 90);
  const snapshot = {
    index: 4,
    term: 2,
    head: new Uint8Array(3),
    data: new Uint8Array(700).fill(6),
  };
  give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot });
  for (let first = 6; first < 18; first += 2) save(first, 2, 3, 70);
  const data = new Uint8Array(400);
  const entries = [{ index: 18, term: 3, kind: 1, data }];
  give({ kind: "save", ticket: rig.ticket(), meta: null, entries });
  const snapshotSaved = rig.of("snapshot-saved").at(-1)?.ticket ?? 0;
  return { disk: rig.disk, model, saved: rig.savedTo, snapshotSaved };
}

type Found = "whole" | "repaired" | "refused";

/** What a start makes of it; anything but the whole truth or a refusal fails the test. */
function startOver({ model, saved, snapshotSaved }: SmallLog, disk: MemoryDisk): Found {
  const before = new Map(disk.files);
  const rig = new LogRig(disk, options);
  while (rig.of("recovered").length + rig.of("refused").length === 0) rig.answer();
  if (rig.of("refused").length > 0) {
    // Nothing on the disk was changed.
    expect([...disk.files.entries()].every(([file, bytes]) => before.get(file) === bytes)).toBe(
      true,
    );
    return "refused";
  }
  expect(model.misfitOf(rig.recovered, saved, snapshotSaved)).toBe(null);
  return rig.recovered.repairs.length > 0 ? "repaired" : "whole";
}

function changed(log: SmallLog, file: string, change: (bytes: Uint8Array) => unknown): MemoryDisk {
  const disk = log.disk.copy();
  change(disk.files.get(file) ?? expect.fail(file));
  return disk;
}

const flipped =
  (at: number, flip: number) =>
  (bytes: Uint8Array): void => {
    bytes[at] = (bytes[at] ?? 0) ^ flip;
  };

/** Where the frames of a segment end. */
function usedBytes(bytes: Uint8Array): number {
  return bytes.findLastIndex((byte) => byte !== 0) + 1;
}

const logFiles = (disk: MemoryDisk): readonly string[] =>
  [...disk.files.keys()].filter((file) => file.startsWith("log") || file.startsWith("snapshot"));

interface Place {
  readonly file: string;
  readonly at: number;
  readonly isUsed: boolean;
}

/** Each byte of the log and its snapshot. */
function bytesOf(disk: MemoryDisk): readonly Place[] {
  return logFiles(disk).flatMap((file) => {
    const bytes = disk.files.get(file) ?? expect.fail(file);
    const used = usedBytes(bytes);
    return Array.from(bytes, (_, at) => ({ file, at, isUsed: at < used }));
  });
}

const refusal = (disk: MemoryDisk): LogOutput & { readonly kind: "refused" } =>
  LogRig.open(disk, options).of("refused")[0] ?? expect.fail("it was not refused");

describe("bits that rot", () => {
  it("LOG-7: in any byte of the log are refused, or nothing is lost by them", () => {
    const log = smallLog();
    expect(startOver(log, log.disk.copy())).toBe("whole");
    const prng = new Prng(1);
    const counts = { whole: 0, repaired: 0, refused: 0 };
    for (const { file, at, isUsed } of bytesOf(log.disk)) {
      for (const flip of at % 8 === 0 ? [1 << prng.below(8), 0xff] : [1 << prng.below(8)]) {
        const found = startOver(log, changed(log, file, flipped(at, flip)));
        counts[found] += 1;
        // In a record each is refused: it was acknowledged.
        if (isUsed) expect(`${file} ${at} ${found}`).toBe(`${file} ${at} refused`);
      }
    }
    expect(counts.refused).toBeGreaterThan(3_000);
    expect(counts.repaired).toBeGreaterThan(300);
  });

  it("LOG-7: that clear a sector are refused wherever something stands behind it", () => {
    const log = smallLog();
    const files = logFiles(log.disk).filter(
      (file) => usedBytes(log.disk.files.get(file) ?? new Uint8Array()) > 0,
    );
    for (const file of files) {
      const bytes = log.disk.files.get(file) ?? expect.fail(file);
      for (let at = 0; at < usedBytes(bytes); at += sector) {
        const isLast = file === files.findLast((name) => name.startsWith("log"));
        const disk = changed(log, file, (copy) => copy.fill(0, at, at + sector));
        if (!isLast) expect(startOver(log, disk)).toBe("refused");
      }
    }
  });

  it("LOG-7: a record that a disk has brought back from the past is refused", () => {
    const write = (term: number): MemoryDisk => {
      const rig = LogRig.open(new MemoryDisk());
      rig.save(entriesOf(1, 1));
      rig.settle();
      const from = usedBytes(rig.disk.files.get(firstSegment) ?? expect.fail("no segment"));
      rig.save(entriesOf(2, 1, term));
      rig.settle();
      const old = (rig.disk.files.get(firstSegment) ?? expect.fail("no segment")).slice();
      rig.save(entriesOf(3, 1, 2));
      rig.settle();
      past.push(old.slice(from, usedBytes(old)));
      places.push(from);
      return rig.disk;
    };
    const past: Uint8Array[] = [];
    const places: number[] = [];
    write(1);
    const disk = write(2);
    expect(LogRig.open(disk.copy()).recovered.entries.length).toBe(3);
    disk.files.get(firstSegment)?.set(past[0] ?? [], places[0] ?? 0);
    expect(refusal(disk)).toMatchObject({ reason: "corrupt", lostFrom: 3 });
  });

  it("LOG-8: are told with what is lost by them", () => {
    const log = smallLog();
    const cleared = changed(log, firstSegment, (bytes) => bytes.fill(0xee, 200, 210));
    expect(refusal(cleared)).toMatchObject({
      reason: "corrupt",
      file: firstSegment,
      lostFrom: 1,
      lostTo: 2,
    });
    const missing = log.disk.copy();
    missing.files.delete(segmentName(8));
    expect(refusal(missing)).toMatchObject({ reason: "corrupt", file: "the log", lostFrom: 5 });
    const lost = log.disk.copy();
    for (const sequence of [8, 9]) lost.files.delete(segmentName(sequence));
    expect(refusal(lost)).toMatchObject({ reason: "corrupt", lostFrom: null });
    const snapshot = logFiles(log.disk).find((file) => file.startsWith("snapshot")) ?? "";
    const noSnapshot = log.disk.copy();
    noSnapshot.files.delete(snapshot);
    expect(refusal(noSnapshot)).toMatchObject({ reason: "corrupt", lostFrom: 1, lostTo: 4 });
    const rotten = changed(log, snapshot, flipped(300, 1));
    expect(refusal(rotten)).toMatchObject({ reason: "corrupt", file: snapshot, lostTo: 4 });
  });

  it("LOG-8: tell a log that has lost its records from a new one", () => {
    const rig = LogRig.open(new MemoryDisk(), options);
    rig.save(entriesOf(1, 1));
    rig.settle();
    for (const lose of [
      (disk: MemoryDisk) => disk.files.set(firstSegment, new Uint8Array(0)),
      (disk: MemoryDisk) => disk.files.get(firstSegment)?.fill(0),
      (disk: MemoryDisk) => disk.files.delete(firstSegment),
    ]) {
      const disk = rig.disk.copy();
      lose(disk);
      expect(refusal(disk)).toMatchObject({ reason: "corrupt" });
      for (const file of logFiles(disk)) disk.files.delete(file);
      expect(refusal(disk)).toMatchObject({ reason: "corrupt", file: "the log" });
    }
    expect(LogRig.open(new MemoryDisk(), options).recovered.entries).toEqual([]);
  });

  it("LOG-8: that empty a whole segment in use are found by the one behind it", () => {
    const log = smallLog();
    const used = logFiles(log.disk).filter((file) => file.startsWith("log"));
    const last = used.at(-2) ?? expect.fail("no segment");
    for (const bytes of [0, 1_024]) {
      const disk = log.disk.copy();
      disk.files.set(last, new Uint8Array(bytes));
      expect(refusal(disk)).toMatchObject({ reason: "corrupt", file: used.at(-1) });
    }
  });

  it("LOG-9: another version is refused as that, and an unreadable disk too", () => {
    const log = smallLog();
    const later = changed(log, firstSegment, flipped(7, 3));
    expect(refusal(later)).toMatchObject({ reason: "unknown-version", file: firstSegment });
    const snapshot = logFiles(log.disk).find((file) => file.startsWith("snapshot")) ?? "";
    const laterSnapshot = changed(log, snapshot, flipped(7, 3));
    expect(refusal(laterSnapshot)).toMatchObject({ reason: "unknown-version", file: snapshot });
    for (const kind of ["list", "read", "sync", "sync-folder"]) {
      const disk = log.disk.copy();
      disk.fault = ({ operation }) => (operation.kind === kind ? "io" : null);
      expect(refusal(disk)).toMatchObject({ reason: "unreadable" });
    }
  });
});

describe("a write that was torn", () => {
  /** A last frame over several sectors, of which the caller clears some. */
  function torn(clear: (bytes: Uint8Array, from: number, to: number) => unknown): LogRig {
    const rig = LogRig.open(new MemoryDisk());
    rig.save(entriesOf(1, 3));
    rig.settle();
    const bytes = rig.disk.files.get(firstSegment) ?? expect.fail("no segment");
    const from = usedBytes(bytes);
    rig.save(entriesOf(4, 20, 1, 90));
    rig.settle();
    const after = rig.disk.files.get(firstSegment) ?? expect.fail("no segment");
    clear(after, from, usedBytes(after));
    return LogRig.open(rig.disk.copy());
  }

  it("LOG-10: is cut and told, whichever of its sectors is missing", () => {
    let count = 0;
    for (let at = 0; at < 4; at += 1) {
      const rig = torn((bytes, from, to) => {
        count = Math.ceil(to / sector);
        const begin = Math.max(from, at * sector);
        bytes.fill(0, begin, Math.min(to, (at + 1) * sector));
      });
      const what = at === 0 ? "zeroed-tail" : "torn-tail";
      const repair = { what, file: firstSegment };
      expect(rig.recovered.entries).toEqual(entriesOf(1, 3));
      expect(rig.recovered.repairs).toMatchObject([repair]);
      expect(rig.recovered.repairs[0]?.bytes).toBeGreaterThan(1_000);
    }
    expect(count).toBe(4);
  });

  it("LOG-10: is zeroes again before the next write, however long that is", () => {
    const rig = torn((bytes, _, to) => bytes.fill(0, sector, to - sector));
    const bytes = rig.disk.files.get(firstSegment) ?? expect.fail("no segment");
    expect(usedBytes(bytes)).toBeLessThan(sector);
    rig.save(entriesOf(4, 1));
    rig.settle();
    const again = LogRig.open(rig.disk.copy());
    expect(again.recovered.entries).toEqual(entriesOf(1, 4));
    expect(again.recovered.repairs).toEqual([]);
  });

  it("LOG-10: is not cut when no sector is missing, for it may have been acknowledged", () => {
    const rig = torn((bytes, from) => flipped(from + 700, 1)(bytes));
    expect(rig.of("recovered")).toEqual([]);
    expect(rig.of("refused")).toMatchObject([{ reason: "corrupt", lostFrom: 4, lostTo: null }]);
  });

  it("LOG-10: is not what lies further behind than one write reaches", () => {
    const rig = LogRig.open(new MemoryDisk(), { segmentBytes: 8 * 1_024 * 1_024 });
    rig.save(entriesOf(1, 3));
    rig.settle();
    const bytes = rig.disk.files.get(firstSegment) ?? expect.fail("no segment");
    const end = usedBytes(bytes);
    for (const [at, found] of [
      [5 * 1_024 * 1_024, "refused"],
      [4 * 1_024 * 1_024, "recovered"],
    ] as const) {
      const disk = rig.disk.copy();
      const copy = disk.files.get(firstSegment) ?? expect.fail("no segment");
      copy[at] = 1;
      expect(at).toBeGreaterThan(end);
      expect(LogRig.open(disk, { segmentBytes: 8 * 1_024 * 1_024 }).of(found)).toHaveLength(1);
    }
  });

  it("LOG-10: of a first write into a segment leaves the log as it was before", () => {
    const log = LogRig.open(new MemoryDisk(), options);
    for (let index = 1; index <= 8; index += 1) {
      log.save(entriesOf(index, 1, 1, 250));
      log.settle();
    }
    const names = [...log.disk.files.keys()].filter((file) => file.startsWith("log")).sort();
    const last =
      names.findLast((file) => usedBytes(log.disk.files.get(file) ?? new Uint8Array()) > 0) ?? "";
    const disk = log.disk.copy();
    const bytes = disk.files.get(last) ?? expect.fail(last);
    bytes.fill(0, 0, sector);
    bytes.fill(7, sector, sector + 9);
    for (const file of names) if (file > last) disk.files.delete(file);
    const rig = LogRig.open(disk, options);
    expect(rig.recovered.repairs).toMatchObject([{ what: "zeroed-tail", file: last }]);
    const next = (rig.recovered.entries.at(-1)?.index ?? 0) + 1;
    rig.save(entriesOf(next, 3, 1, 200));
    rig.settle();
    const again = LogRig.open(rig.disk.copy(), options);
    expect(again.recovered.entries.at(-1)?.index).toBe(next + 2);
    expect(again.recovered.repairs).toEqual([]);
  });
});
