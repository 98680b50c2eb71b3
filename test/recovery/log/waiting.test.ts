/** LOG-12, LOG-13, LOG-17: what waits for the disk when something of it is refused. */
import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/kernel/time.js";
import type { DiskRequest } from "../../../src/recovery/disk.js";
import { entriesOf, LogRig } from "../support/log-rig.js";

const refusals = (rig: LogRig) =>
  rig.of("not-saved").map(({ ticket, reason }) => `${ticket} ${reason}`);
const lastOf = (rig: LogRig) => LogRig.open(rig.disk.copy()).recovered.entries.at(-1)?.index;
const snapshotAt = (index: number, length = 100) => ({
  ...{ index, term: 1, head: new Uint8Array(1), data: new Uint8Array(length).fill(index) },
});
const isSegment = ({ operation }: DiskRequest): boolean =>
  operation.kind === "create" && operation.file.startsWith("log-");
const isLogWrite = ({ operation, lane }: DiskRequest): boolean =>
  lane === "log" && operation.kind === "write";

describe("a disk that has no room for another segment (LOG-13)", () => {
  it("refuses what waits for it, and goes on behind what is being written", () => {
    const rig = LogRig.open();
    rig.save(entriesOf(1, 3));
    rig.settle();
    rig.disk.fault = (request) => (isSegment(request) ? "full" : null);
    let last = 3;
    // Each save is a third of a segment; the spare one is used up, and then there is none.
    while (rig.of("not-saved").length === 0 && last < 30) {
      rig.save(entriesOf(last + 1, 1, 1, 1_200));
      last += 1;
      rig.settle();
    }
    expect(rig.of("health")).toMatchObject([{ health: "full" }]);
    const [{ ticket } = { ticket: 0 }] = rig.of("not-saved");
    expect(refusals(rig)).toEqual([`${ticket} full`]);
    expect(lastOf(rig)).toBe(last - 1);
    // What still fits goes into the segment that there is.
    const fits = rig.save(entriesOf(last, 1, 1, 10));
    rig.settle();
    expect([rig.savedTo, lastOf(rig)]).toEqual([fits, last]);
    const written = rig.save(entriesOf(last + 1, 1, 1, 10));
    const waits = rig.save(entriesOf(last + 2, 1, 1, 1_200));
    rig.settle();
    expect(refusals(rig).slice(1)).toEqual([`${waits} full`]);
    expect(rig.savedTo).toBe(written);
    const next = rig.save(entriesOf(last + 2, 1, 1, 10));
    rig.settle();
    expect(rig.savedTo).toBe(next);
    rig.disk.fault = () => null;
    rig.pass(seconds(1));
    rig.settle();
    rig.save(entriesOf(last + 3, 1, 1, 1_200));
    rig.settle();
    expect([lastOf(rig), rig.of("health").at(-1)?.health]).toEqual([last + 3, "ok"]);
  });
});

describe("what is given while a write is out", () => {
  it("is behind it, also where all that waited was refused meanwhile (LOG-12)", () => {
    const rig = LogRig.open();
    rig.save(entriesOf(1, 3));
    rig.settle();
    const first = rig.save(entriesOf(4, 2));
    const second = rig.save(entriesOf(6, 1));
    rig.disk.fault = (request) => (isLogWrite(request) ? "full" : null);
    rig.answer("log");
    expect(refusals(rig)).toEqual([`${first} full`, `${second} full`]);
    rig.disk.fault = () => null;
    rig.pass(seconds(1));
    // The scrub is out, and may be refused as well; what waits behind it is refused with it.
    rig.disk.fault = (request) => (isLogWrite(request) ? "full" : null);
    rig.settle();
    rig.disk.fault = () => null;
    rig.pass(seconds(1));
    rig.settle();
    const third = rig.save(entriesOf(4, 1));
    rig.settle();
    expect([rig.savedTo, lastOf(rig)]).toEqual([third, 4]);
  });

  it("goes with it into one frame as far as a group may be long, and in order (LOG-2)", () => {
    const rig = LogRig.open();
    rig.save(entriesOf(1, 1));
    rig.settle();
    const before = rig.store.counts().writes;
    // Of a group of 1,024 bytes: the first alone, then two and two, and one that is longer.
    rig.save(entriesOf(2, 1, 1, 300));
    for (let index = 3; index <= 6; index += 1) rig.save(entriesOf(index, 1, 1, 400));
    rig.save(entriesOf(7, 1, 1, 2_000));
    rig.save(entriesOf(8, 1, 1, 10));
    rig.settle();
    expect(rig.store.counts().writes - before).toBe(5);
    const { entries } = LogRig.open(rig.disk.copy()).recovered;
    expect(entries.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("has so many bytes; one save alone may always wait, whatever its length (LOG-17)", () => {
    const rig = LogRig.open(undefined, { waitingBytesMax: 1_000 });
    rig.save(entriesOf(1, 1));
    rig.settle();
    rig.save(entriesOf(2, 1, 1, 3_000));
    const alone = rig.save(entriesOf(3, 1, 1, 3_000));
    const other = rig.save(entriesOf(4, 1));
    expect(refusals(rig)).toEqual([`${other} too-much-waiting`]);
    // It leaves a gap, and is refused for the same reason.
    const behind = rig.save(entriesOf(5, 1));
    expect(refusals(rig)).toHaveLength(2);
    rig.settle();
    expect([rig.savedTo, behind - alone]).toEqual([alone, 2]);
    expect(rig.save(entriesOf(4, 1))).toBeGreaterThan(behind);
    rig.settle();
    expect(lastOf(rig)).toBe(4);
  });
});

describe("a snapshot that is older than one that is named, or is about to be", () => {
  it("is superseded, and its file goes (LOG-17)", () => {
    const rig = LogRig.open();
    rig.save(entriesOf(1, 9));
    rig.settle();
    const newer = rig.ticket();
    rig.give({ kind: "save-snapshot", ticket: newer, snapshot: snapshotAt(8) });
    rig.settle();
    const older = rig.ticket();
    rig.give({ kind: "save-snapshot", ticket: older, snapshot: snapshotAt(5) });
    rig.settle();
    expect(refusals(rig)).toEqual([`${older} superseded`]);
    const same = rig.ticket();
    rig.give({ kind: "save-snapshot", ticket: same, snapshot: snapshotAt(8) });
    rig.settle();
    expect(rig.of("snapshot-saved").map(({ ticket }) => ticket)).toEqual([newer, same]);
    const files = [...rig.disk.files.keys()].filter((name) => name.startsWith("snapshot"));
    expect(files).toHaveLength(1);
    expect(LogRig.open(rig.disk.copy()).recovered.snapshot?.index).toBe(8);
  });

  it("while the frame that names the newer is being written, too", () => {
    const rig = LogRig.open();
    rig.save(entriesOf(1, 9));
    rig.settle();
    const newer = rig.ticket();
    rig.give({ kind: "save-snapshot", ticket: newer, snapshot: snapshotAt(8) });
    while (rig.answer("snapshot"));
    expect(rig.waiting.some(isLogWrite)).toBe(true);
    const older = rig.ticket();
    rig.give({ kind: "save-snapshot", ticket: older, snapshot: snapshotAt(5) });
    while (rig.answer("snapshot"));
    expect(refusals(rig)).toEqual([`${older} superseded`]);
    rig.settle();
    expect(rig.of("snapshot-saved").map(({ ticket }) => ticket)).toEqual([newer]);
    expect(LogRig.open(rig.disk.copy()).recovered.snapshot?.index).toBe(8);
  });
});
