import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../../src/kernel/time.js";
import type { DiskFailure, DiskOperation, DiskRequest } from "../../../src/recovery/disk.js";
import { canaryName } from "../../../src/recovery/log/names.js";
import { entriesOf, LogRig } from "../support/log-rig.js";
import { MemoryDisk } from "../support/memory-disk.js";

const healths = (rig: LogRig): readonly string[] => rig.of("health").map(({ health }) => health);
const refusals = (rig: LogRig): readonly (readonly [number, string])[] =>
  rig.of("not-saved").map(({ ticket, reason }) => [ticket, reason]);

/** Fails what it is said to, for as long as it is. */
function failing(
  rig: LogRig,
  reason: DiskFailure,
  which: (operation: DiskOperation, request: DiskRequest) => boolean,
): void {
  rig.disk.fault = (request) => (which(request.operation, request) ? reason : null);
}

const isLogWrite = (_: DiskOperation, { lane, operation }: DiskRequest): boolean =>
  lane === "log" && operation.kind === "write";

const snapshotAt = (index: number, bytes = 100) => ({
  index,
  term: 1,
  head: new Uint8Array(1),
  data: new Uint8Array(bytes).fill(index),
});

function opened(count = 3): LogRig {
  const rig = LogRig.open();
  rig.save(entriesOf(1, count));
  rig.settle();
  return rig;
}

describe("a disk that fails", () => {
  it("LOG-11: closes the log for good, whatever it says afterwards", () => {
    for (const reason of ["io", "absent", "not-permitted"] as const) {
      const rig = opened();
      const snapshot = { kind: "save-snapshot", snapshot: snapshotAt(2) } as const;
      failing(rig, reason, isLogWrite);
      const first = rig.save(entriesOf(4, 1));
      const second = rig.save(entriesOf(5, 1));
      rig.give({ ...snapshot, ticket: rig.ticket() });
      rig.settle();
      expect(refusals(rig)).toEqual([
        [first, reason],
        [second, "closed"],
        [second + 1, "closed"],
      ]);
      rig.disk.fault = () => null;
      const asked = rig.disk.asked.length;
      const third = rig.save(entriesOf(4, 1));
      rig.give({ ...snapshot, ticket: rig.ticket() });
      rig.pass(seconds(100));
      rig.settle();
      expect(refusals(rig).slice(3)).toEqual([
        [third, "closed"],
        [third + 1, "closed"],
      ]);
      expect(rig.disk.asked.length).toBe(asked);
      expect(healths(rig)).toEqual(["failed"]);
      expect(rig.store.deadline()).toBe(null);
      expect(rig.savedTo).toBe(1);
    }
  });

  it("LOG-11: closes it too when another file cannot be made durable", () => {
    const ways: readonly ((operation: DiskOperation, request: DiskRequest) => boolean)[] = [
      (operation) => operation.kind === "create" && operation.file.startsWith("log"),
      (operation) => operation.kind === "write" && operation.file === "snapshot.new",
      (operation) => operation.kind === "rename",
      (operation, { lane }) => lane === "snapshot" && operation.kind === "sync-folder",
      (operation) => operation.kind === "remove",
    ];
    for (const which of ways) {
      const rig = opened();
      failing(rig, "io", which);
      for (let index = 4; index < 8; index += 1) rig.save(entriesOf(index, 1, 1, 1_500));
      rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot: snapshotAt(3) });
      rig.settle();
      rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot: snapshotAt(4) });
      rig.settle();
      expect(healths(rig)).toEqual(["failed"]);
      const again = LogRig.open(rig.disk.copy());
      expect(again.recovered.entries.at(-1)?.index ?? 0).toBeGreaterThanOrEqual(rig.savedTo + 2);
    }
  });

  it("LOG-12: that is full or read-only refuses saves until it is not any more", () => {
    for (const reason of ["full", "read-only"] as const) {
      const rig = opened();
      failing(rig, reason, isLogWrite);
      const first = rig.save(entriesOf(4, 2));
      const second = rig.save(entriesOf(6, 1));
      rig.settle();
      const third = rig.save(entriesOf(4, 1));
      expect(refusals(rig)).toEqual([first, second, third].map((ticket) => [ticket, reason]));
      rig.pass(seconds(1));
      rig.settle();
      expect(healths(rig)).toEqual([reason]);
      rig.disk.fault = () => null;
      rig.save(entriesOf(4, 1));
      expect(refusals(rig).at(-1)).toEqual([4 + 1, reason]);
      rig.pass(seconds(1));
      rig.settle();
      expect(healths(rig)).toEqual([reason, "ok"]);
      const last = rig.save(entriesOf(4, 1, 2));
      rig.settle();
      expect(rig.savedTo).toBe(last);
      const { entries, repairs } = LogRig.open(rig.disk.copy()).recovered;
      expect(entries).toEqual([...entriesOf(1, 3), ...entriesOf(4, 1, 2)]);
      expect(repairs).toEqual([]);
    }
  });

  it("LOG-12: a part of a write that was refused is cleared before the next", () => {
    const rig = opened();
    let isFull = true;
    rig.disk.fault = ({ operation, lane }) => {
      if (!isFull || lane !== "log" || operation.kind !== "write") return null;
      // The disk took all of it and says that it did not.
      if (operation.bytes.some((byte) => byte !== 0)) rig.disk.apply(operation);
      return "full";
    };
    rig.save(entriesOf(4, 8));
    rig.settle();
    isFull = false;
    rig.pass(seconds(1));
    rig.settle();
    expect(LogRig.open(rig.disk.copy()).recovered).toMatchObject({
      entries: entriesOf(1, 3),
      repairs: [],
    });
  });

  it("LOG-12: a save that leaves a gap behind a refused one is refused for the same reason", () => {
    const rig = opened();
    failing(rig, "full", isLogWrite);
    rig.save(entriesOf(4, 1));
    rig.settle();
    rig.disk.fault = () => null;
    rig.pass(seconds(1));
    rig.settle();
    const gap = rig.save(entriesOf(5, 1));
    expect(refusals(rig).at(-1)).toEqual([gap, "full"]);
    const none = opened();
    expect(() => none.save(entriesOf(5, 1))).toThrow("entry 5 after 3");
  });

  it("LOG-13: notices that it is full a segment before that hurts", () => {
    const rig = opened();
    failing(rig, "full", (operation) => operation.kind === "create");
    let index = 4;
    while (healths(rig).length === 0) {
      rig.save(entriesOf(index, 1, 1, 500));
      rig.settle();
      index += 1;
      expect(index).toBeLessThan(100);
    }
    // There is a segment left, made before.
    expect(refusals(rig)).toEqual([]);
    for (let count = 0; count < 10; count += 1) {
      rig.save(entriesOf(rig.savedTo + 3, 1, 1, 500));
      rig.settle();
    }
    expect(healths(rig)).toEqual(["full"]);
    expect(refusals(rig).at(-1)?.[1]).toBe("full");
    rig.disk.fault = () => null;
    rig.pass(seconds(1));
    rig.settle();
    expect(healths(rig)).toEqual(["full", "ok"]);
    const before = LogRig.open(rig.disk.copy()).recovered.entries.length;
    rig.save(entriesOf(before + 1, 1, 1, 500));
    rig.settle();
    expect(LogRig.open(rig.disk.copy()).recovered.entries.length).toBe(before + 1);
  });

  it("LOG-14: that is full keeps the old snapshot, and no part of the new one", () => {
    const rig = opened();
    rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot: snapshotAt(2) });
    rig.settle();
    let pieces = 0;
    failing(rig, "full", (operation) => {
      if (operation.kind === "write" && operation.file === "snapshot.new") pieces += 1;
      return pieces > 3;
    });
    rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot: snapshotAt(3, 3_000) });
    while (refusals(rig).length === 0) rig.answer();
    rig.disk.fault = () => null;
    rig.settle();
    expect(refusals(rig)).toEqual([[3, "full"]]);
    const files = [...rig.disk.files.keys()].filter((file) => file.startsWith("snapshot"));
    expect(files.length).toBeLessThanOrEqual(2);
    expect(LogRig.open(rig.disk.copy()).recovered.snapshot).toEqual(snapshotAt(2));
  });

  it("LOG-14: that is full when a snapshot was to be named keeps no file of it", () => {
    for (const isBusy of [false, true]) {
      const rig = opened();
      rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot: snapshotAt(2) });
      rig.settle();
      failing(rig, "full", isLogWrite);
      // It is written when its turn comes; busy, it waits for a write that fails.
      if (isBusy) rig.save(entriesOf(4, 1));
      rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot: snapshotAt(3) });
      while (rig.answer("snapshot"));
      rig.settle();
      expect(refusals(rig).at(-1)).toEqual([isBusy ? 4 : 3, "full"]);
      rig.disk.fault = () => null;
      rig.pass(seconds(1));
      rig.settle();
      const files = [...rig.disk.files.keys()].filter((file) => file.startsWith("snapshot"));
      expect(files).toHaveLength(1);
      const again = LogRig.open(rig.disk.copy()).recovered;
      expect(again).toMatchObject({ snapshot: snapshotAt(2), repairs: [] });
    }
  });

  it("LOG-14: keeps that file as long as a frame that names it may be on the disk", () => {
    const rig = opened();
    rig.disk.fault = ({ operation, lane }) => {
      if (lane !== "log" || operation.kind !== "write") return null;
      // The disk took all of it and says that it did not.
      if (operation.bytes.some((byte) => byte !== 0)) rig.disk.apply(operation);
      return "full";
    };
    rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot: snapshotAt(3) });
    rig.settle();
    expect(refusals(rig)).toEqual([[2, "full"]]);
    expect(LogRig.open(rig.disk.copy()).recovered.snapshot).toEqual(snapshotAt(3));
  });

  it("LOG-15: that does not answer is stalled, and well again when it does", () => {
    const rig = opened();
    rig.save(entriesOf(4, 1));
    rig.pass(millis(499));
    expect(healths(rig)).toEqual([]);
    rig.pass(millis(1));
    expect(healths(rig)).toEqual(["stalled"]);
    rig.pass(seconds(10));
    expect(rig.of("not-saved")).toEqual([]);
    rig.settle();
    expect(healths(rig)).toEqual(["stalled", "ok"]);
    expect(rig.savedTo).toBe(2);
  });
});

describe("the canary", () => {
  it("LOG-16: sings on an idle disk, and not on one that has been written to", () => {
    const rig = opened();
    const songs = (): number =>
      rig.disk.asked.filter(
        ({ operation }) => operation.kind === "write" && operation.file === canaryName,
      ).length;
    for (let count = 0; count < 10; count += 1) {
      rig.pass(seconds(1));
      rig.save(entriesOf(4 + count, 1));
      rig.settle();
    }
    expect(songs()).toBe(0);
    for (let count = 1; count <= 3; count += 1) {
      expect(rig.store.deadline()).toBe(rig.now + seconds(2));
      rig.pass(seconds(2));
      rig.settle();
      expect(songs()).toBe(count);
    }
    expect(
      rig.disk.asked.filter(({ operation }) => operation.kind === "create").at(-1),
    ).toMatchObject({
      operation: { file: canaryName },
    });
  });

  it("LOG-16: shows that an idle disk is read-only, hangs or is dead", () => {
    const readOnly = opened();
    failing(readOnly, "read-only", () => true);
    readOnly.pass(seconds(2));
    readOnly.settle();
    expect(healths(readOnly)).toEqual(["read-only"]);
    readOnly.disk.fault = () => null;
    readOnly.pass(seconds(1));
    readOnly.settle();
    expect(healths(readOnly)).toEqual(["read-only", "ok"]);
    const hanging = opened();
    hanging.pass(seconds(2));
    hanging.pass(millis(500));
    expect(healths(hanging)).toEqual(["stalled"]);
    const dead = opened();
    failing(dead, "io", () => true);
    dead.pass(seconds(2));
    dead.settle();
    expect(healths(dead)).toEqual(["failed"]);
  });

  it("LOG-16: answers what is being written when it finds the disk dead", () => {
    const rig = opened();
    rig.pass(seconds(2));
    const ticket = rig.save(entriesOf(4, 1));
    failing(rig, "io", () => true);
    expect(rig.answer("canary")).toBe(true);
    expect(refusals(rig)).toEqual([[ticket, "closed"]]);
    rig.settle();
    expect(refusals(rig).length).toBe(1);
  });
});

describe("limits", () => {
  it("LOG-17: more bytes than may wait are refused, and the log goes on", () => {
    const rig = LogRig.open(new MemoryDisk(), { waitingBytesMax: 3_000 });
    const bytes = 1_000;
    for (let index = 1; index <= 5; index += 1) rig.save(entriesOf(index, 1, 1, bytes));
    // One is being written, two wait.
    expect(refusals(rig)).toEqual([
      [4, "too-much-waiting"],
      [5, "too-much-waiting"],
    ]);
    rig.settle();
    const last = rig.save(entriesOf(4, 1, 1, bytes));
    rig.settle();
    expect(rig.savedTo).toBe(last);
    expect(LogRig.open(rig.disk.copy()).recovered.entries).toEqual(entriesOf(1, 4, 1, bytes));
  });

  it("LOG-17: of snapshots that wait the newest supersedes the others", () => {
    const rig = opened(9);
    for (const index of [2, 4, 6, 8]) {
      rig.give({ kind: "save-snapshot", ticket: rig.ticket(), snapshot: snapshotAt(index) });
    }
    expect(refusals(rig)).toEqual([
      [3, "superseded"],
      [4, "superseded"],
    ]);
    rig.settle();
    expect(rig.of("snapshot-saved").map(({ ticket }) => ticket)).toEqual([2, 5]);
    expect(LogRig.open(rig.disk.copy()).recovered.snapshot).toEqual(snapshotAt(8));
  });

  it("LOG-17: a third snapshot of others that waits is refused", () => {
    const rig = opened();
    for (const index of [20, 30, 40]) {
      const snapshot = snapshotAt(index);
      rig.give({ kind: "install-snapshot", ticket: rig.ticket(), meta: null, snapshot });
    }
    expect(refusals(rig)).toEqual([[4, "too-much-waiting"]]);
    rig.settle();
    expect(rig.savedTo).toBe(3);
    expect(LogRig.open(rig.disk.copy()).recovered.snapshot).toEqual(snapshotAt(30));
  });

  it("LOG-18: counts what it writes, and tells when the budget of an hour is spent", () => {
    const rig = LogRig.open(new MemoryDisk(), {
      bytesPerHourMax: 40_000,
      canaryEvery: seconds(7_200),
    });
    const before = rig.store.counts();
    rig.save(entriesOf(1, 1, 1, 1_000));
    rig.settle();
    const { bytesWritten, saves } = rig.store.counts();
    // A frame, and the segment behind the first that this made necessary.
    expect(bytesWritten - before.bytesWritten).toBeGreaterThan(4_096 + 1_000);
    expect(bytesWritten - before.bytesWritten).toBeLessThan(4_096 + 1_100);
    expect(saves).toBe(1);
    expect(rig.of("budget")).toEqual([]);
    for (let index = 2; index <= 12; index += 1) {
      rig.save(entriesOf(index, 1, 1, 1_000));
      rig.settle();
    }
    expect(rig.of("budget")).toMatchObject([{ over: true }]);
    for (let minute = 0; minute < 61; minute += 1) rig.pass(seconds(60));
    expect(rig.of("budget")).toMatchObject([{ over: true }, { over: false, bytesPerHour: 0 }]);
    expect(rig.savedTo).toBe(12);
  });

  it("LOG-19: a long save goes into one write, in a segment that grows for it", () => {
    const rig = opened();
    rig.save(entriesOf(4, 100, 1, 1_000), new Uint8Array(4_096));
    rig.settle();
    rig.save(entriesOf(104, 3));
    rig.settle();
    const { entries, meta } = LogRig.open(rig.disk.copy()).recovered;
    expect(entries.length).toBe(106);
    expect(meta?.length).toBe(4_096);
  });
});
