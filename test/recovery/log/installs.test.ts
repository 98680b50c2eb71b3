/** LOG-4, LOG-14, LOG-17: another's snapshot in the log, beside saves and snapshots of our own. */
import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/kernel/time.js";
import type { Snapshot } from "../../../src/recovery/log/ports.js";
import { entriesOf, LogRig } from "../support/log-rig.js";

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
const snapshotAt = (index: number, term = 1, length = 600): Snapshot => ({
  ...{ index, term, head: bytes(index), data: new Uint8Array(length).fill(index) },
});

/** Entries 1 to 10 in term 1, and a meta, are saved. */
function opened(): LogRig {
  const rig = LogRig.open();
  rig.save(entriesOf(1, 10), bytes(9));
  rig.settle();
  return rig;
}

function install(rig: LogRig, snapshot: Snapshot, meta: Uint8Array | null = null): number {
  const ticket = rig.ticket();
  rig.give({ kind: "install-snapshot", ticket, meta, snapshot });
  return ticket;
}

function keep(rig: LogRig, snapshot: Snapshot): number {
  const ticket = rig.ticket();
  rig.give({ kind: "save-snapshot", ticket, snapshot });
  return ticket;
}

const refusals = (rig: LogRig) =>
  rig.of("not-saved").map(({ ticket, reason }) => `${ticket} ${reason}`);
const snapshotFiles = (rig: LogRig) =>
  [...rig.disk.files.keys()].filter((name) => name.startsWith("snapshot"));
const restarted = (rig: LogRig) => LogRig.open(rig.disk.copy());

describe("the snapshot of another", () => {
  it("LOG-4: leaves what is behind it where its entry was there in its term, and the meta", () => {
    const rig = opened();
    install(rig, snapshotAt(5));
    rig.settle();
    const expected = { meta: bytes(9), snapshot: snapshotAt(5), entries: entriesOf(6, 5) };
    expect(restarted(rig).recovered).toEqual({ ...expected, repairs: [] });
    // The log goes on behind them, here and after a start.
    for (const one of [restarted(rig), rig]) {
      one.save(entriesOf(11, 2, 2));
      one.settle();
      const { entries } = restarted(one).recovered;
      expect(entries).toEqual([...entriesOf(6, 5), ...entriesOf(11, 2, 2)]);
      expect(() => one.save(entriesOf(14, 1, 2))).toThrow("entry 14 after 12");
    }
  });

  it("LOG-4: takes everything where its entry is of another term, or beyond the log", () => {
    for (const snapshot of [snapshotAt(5, 2), snapshotAt(20, 1)]) {
      const rig = opened();
      install(rig, snapshot, bytes(7));
      rig.settle();
      const expected = { meta: bytes(7), snapshot, entries: [], repairs: [] };
      expect(restarted(rig).recovered).toEqual(expected);
      const next = snapshot.index + 1;
      for (const one of [restarted(rig), rig]) {
        expect(() => one.save(entriesOf(next + 1, 1, 3))).toThrow(`after ${snapshot.index}`);
        one.save(entriesOf(next, 1, 3));
        one.settle();
        expect(restarted(one).recovered.entries).toEqual(entriesOf(next, 1, 3));
      }
    }
  });

  it("LOG-4: may be followed by another, which asks what the log had behind the first", () => {
    const rig = opened();
    install(rig, snapshotAt(5));
    install(rig, snapshotAt(8));
    rig.settle();
    expect(restarted(rig).recovered).toMatchObject({
      snapshot: { index: 8 },
      entries: entriesOf(9, 2),
    });
    install(rig, snapshotAt(9, 4));
    rig.settle();
    expect(restarted(rig).recovered).toMatchObject({ snapshot: { index: 9 }, entries: [] });
    expect(snapshotFiles(rig)).toHaveLength(1);
  });

  it("lets go of the segments and the snapshot that it stands for", () => {
    const rig = opened();
    for (let index = 11; index <= 40; index += 1) {
      rig.save(entriesOf(index, 1, 1, 500));
      rig.settle();
    }
    keep(rig, snapshotAt(10));
    rig.settle();
    const before = rig.disk.files.size;
    expect(before).toBeGreaterThan(5);
    install(rig, snapshotAt(60, 2));
    rig.settle();
    rig.save(entriesOf(61, 1, 2, 3_000));
    rig.save(entriesOf(62, 1, 2, 3_000));
    rig.settle();
    expect(rig.disk.files.size).toBeLessThan(before - 2);
    expect(snapshotFiles(rig)).toHaveLength(1);
    expect(restarted(rig).recovered.entries).toHaveLength(2);
  });

  it("LOG-4: leaves a meta that outlives the segment in which it stood", () => {
    for (const [meta, kept] of [
      [bytes(7), bytes(7)],
      [null, bytes(9)],
    ] as const) {
      const rig = opened();
      install(rig, snapshotAt(20, 2), meta);
      rig.settle();
      const [first] = [...rig.disk.files.keys()].filter((name) => name.startsWith("log-"));
      for (let index = 21; index <= 40; index += 1) {
        rig.save(entriesOf(index, 1, 2, 900));
        rig.settle();
      }
      keep(rig, snapshotAt(39, 2));
      rig.settle();
      rig.give({ kind: "compact", index: 39 });
      rig.settle();
      expect(rig.disk.files.has(first ?? "")).toBe(false);
      expect(restarted(rig).recovered).toMatchObject({ meta: kept, snapshot: { index: 39 } });
    }
  });

  it("LOG-17: supersedes one of our own that waits, or is still written", () => {
    const rig = opened();
    const first = keep(rig, snapshotAt(2));
    const second = keep(rig, snapshotAt(3));
    const installed = install(rig, snapshotAt(20, 2));
    expect(refusals(rig)).toEqual([`${second} superseded`]);
    rig.settle();
    // The first was on its way to its file; a frame that names it must not come after the newer.
    expect(refusals(rig).slice(1)).toEqual([`${first} superseded`]);
    expect([rig.savedTo, rig.of("snapshot-saved")]).toEqual([installed, []]);
    expect(restarted(rig).recovered).toMatchObject({ snapshot: snapshotAt(20, 2), entries: [] });
    expect(snapshotFiles(rig)).toHaveLength(1);
  });

  it("LOG-17: leaves a newer one of our own, which waits for its turn", () => {
    const rig = opened();
    const first = keep(rig, snapshotAt(2));
    const newer = keep(rig, snapshotAt(9));
    const installed = install(rig, snapshotAt(5));
    rig.settle();
    expect([rig.savedTo, refusals(rig)]).toEqual([installed, [`${first} superseded`]]);
    expect(rig.of("snapshot-saved")).toMatchObject([{ ticket: newer }]);
    expect(restarted(rig).recovered.snapshot).toEqual(snapshotAt(9));
    expect(snapshotFiles(rig)).toHaveLength(1);
  });

  it("LOG-14: for which there is no room is refused with all behind it, and leaves nothing", () => {
    const rig = opened();
    rig.disk.fault = ({ operation, lane }) =>
      lane === "snapshot" && operation.kind === "write" ? "full" : null;
    const first = install(rig, snapshotAt(20, 2), bytes(7));
    const next = rig.save(entriesOf(21, 1, 2));
    rig.settle();
    expect(refusals(rig)).toEqual([`${first} full`, `${next} full`]);
    expect(snapshotFiles(rig)).toEqual([]);
    rig.disk.fault = () => null;
    rig.pass(seconds(1));
    rig.settle();
    rig.save(entriesOf(11, 1));
    rig.settle();
    expect(restarted(rig).recovered).toMatchObject({
      ...{ meta: bytes(9), snapshot: null, entries: entriesOf(1, 11), repairs: [] },
    });
  });

  it("LOG-12: whose frame was refused leaves no file of it behind", () => {
    const rig = opened();
    let isFull = true;
    rig.disk.fault = ({ operation, lane }) =>
      isFull && lane === "log" && operation.kind === "write" ? "full" : null;
    const first = install(rig, snapshotAt(20, 2), bytes(7));
    rig.settle();
    expect(refusals(rig)).toEqual([`${first} full`]);
    isFull = false;
    rig.pass(seconds(1));
    rig.settle();
    expect(snapshotFiles(rig)).toEqual([]);
    rig.save(entriesOf(11, 1));
    install(rig, snapshotAt(30, 2));
    rig.settle();
    expect(snapshotFiles(rig)).toHaveLength(1);
    expect(restarted(rig).recovered).toMatchObject({ snapshot: { index: 30 }, entries: [] });
  });
});

describe("what the owner gives", () => {
  it("comes when the log is open, under tickets that grow: all else is a bug of its own", () => {
    const closed = new LogRig();
    expect(() => closed.save([])).toThrow("not open yet");
    const rig = opened();
    for (const ticket of [0, 1]) {
      expect(() => rig.give({ kind: "save", ticket, meta: null, entries: [] })).toThrow(
        `ticket ${ticket} after 1`,
      );
      const snapshot = snapshotAt(5);
      expect(() => rig.give({ kind: "save-snapshot", ticket, snapshot })).toThrow("after 1");
      expect(() => rig.give({ kind: "install-snapshot", ticket, meta: null, snapshot })).toThrow(
        "after 1",
      );
    }
  });

  it("is entries in order, of kinds and terms that there are, and not too long", () => {
    const [one, two] = entriesOf(11, 2) as [
      ReturnType<typeof entriesOf>[number],
      ReturnType<typeof entriesOf>[number],
    ];
    const wrong = [
      [one, { ...two, index: 13 }],
      [one, one],
      [{ ...one, term: -1 }],
      [{ ...one, kind: 256 }],
      [{ ...one, kind: -1 }],
      [{ ...one, data: new Uint8Array(64 * 1_024 + 1) }],
      [{ ...one, index: 0 }],
    ];
    for (const entries of wrong) expect(() => opened().save(entries)).toThrow();
    opened().save([{ ...one, data: new Uint8Array(64 * 1_024), kind: 255, term: 0 }, two]);
  });

  it("is a meta and a snapshot that fit", () => {
    const long = new Uint8Array(64 * 1_024 + 1);
    expect(() => opened().save([], long)).toThrow("a meta of");
    expect(() => install(opened(), snapshotAt(20), long)).toThrow("a meta of");
    for (const more of [{ index: 0 }, { term: -1 }, { head: long }]) {
      const snapshot = { ...snapshotAt(5), ...more };
      expect(() => keep(opened(), snapshot)).toThrow();
      expect(() => install(opened(), snapshot)).toThrow();
    }
    expect(() => keep(opened(), snapshotAt(11))).toThrow("never given");
  });
});
