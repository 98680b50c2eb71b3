/**
 * Each fault of the modelled disk really does what it is there for. A double that is told to fail
 * and does not makes every test above it worth nothing.
 */
import { describe, expect, it } from "vitest";
import { sectorBytes } from "../../../src/sim/disk/modelled-file.js";
import { never, trueTime } from "../../../src/sim/true-time.js";
import { Drive, everything, nothing } from "./support/drive.js";

describe("MEDIUM-4: a disk that is full", () => {
  it("refuses what grows, with a part of it written, and takes what is in place", () => {
    const drive = new Drive();
    drive.writeDurably("a", "1234");
    drive.disk.faults.fill(6);
    expect(drive.write("a", "abcdef", { offset: 2 })).toEqual({ ok: false, reason: "full" });
    expect(drive.read("a")).toBe("12abcd");
    expect(drive.do({ kind: "create", file: "b", bytes: 1 })).toEqual({
      ok: false,
      reason: "full",
    });
    expect(drive.do({ kind: "truncate", file: "a", bytes: 7 })).toMatchObject({ reason: "full" });
    expect(drive.write("a", "xy", { synced: true })).toEqual({ ok: true });
    expect(drive.faults).toEqual(["full", "full", "full"]);
  });

  it("has room again when a file is removed, and when the fault ends", () => {
    const drive = new Drive();
    drive.writeDurably("a", "1234");
    drive.writeDurably("b", "");
    drive.disk.faults.fill();
    expect(drive.write("b", "1")).toMatchObject({ ok: false });
    drive.do({ kind: "remove", file: "a" });
    expect(drive.write("b", "1")).toMatchObject({ ok: true });
    drive.disk.faults.fill(null);
    expect(drive.write("b", "123456789")).toMatchObject({ ok: true });
  });
});

describe("MEDIUM-5: a disk that is read-only", () => {
  it("has nothing left to sync where all is durable, as after a loss of power", () => {
    const drive = new Drive();
    drive.writeDurably("a", "1");
    drive.disk.faults.makeReadOnly(true);
    const syncs = [{ kind: "sync", file: "a" }, { kind: "sync-folder" }] as const;
    for (const sync of syncs) expect(drive.do(sync)).toEqual({ ok: true });
    drive.disk.faults.makeReadOnly(false);
    drive.write("a", "2");
    drive.do({ kind: "create", file: "b", bytes: 0 });
    drive.disk.faults.makeReadOnly(true);
    for (const sync of syncs) expect(drive.do(sync)).toMatchObject({ reason: "read-only" });
    drive.crash(nothing);
    for (const sync of syncs) expect(drive.do(sync)).toEqual({ ok: true });
  });

  it("changes nothing any more, syncs nothing that is not durable, and reads", () => {
    const drive = new Drive();
    drive.writeDurably("a", "1");
    drive.write("a", "2");
    drive.do({ kind: "create", file: "c", bytes: 0 });
    drive.disk.faults.makeReadOnly(true);
    const refused = { ok: false, reason: "read-only" };
    expect(drive.write("a", "3")).toEqual(refused);
    expect(drive.do({ kind: "sync", file: "a" })).toEqual(refused);
    expect(drive.do({ kind: "sync-folder" })).toEqual(refused);
    expect(drive.do({ kind: "create", file: "b", bytes: 0 })).toEqual(refused);
    expect(drive.do({ kind: "rename", from: "a", to: "b" })).toEqual(refused);
    expect(drive.do({ kind: "remove", file: "a" })).toEqual(refused);
    expect(drive.do({ kind: "truncate", file: "a", bytes: 0 })).toEqual(refused);
    expect(drive.read("a")).toBe("2");
    drive.crash(nothing);
    expect(drive.write("a", "3")).toEqual(refused);
    drive.disk.faults.makeReadOnly(false);
    expect(drive.write("a", "3")).toMatchObject({ ok: true });
  });
});

describe("MEDIUM-6: a disk that stalls", () => {
  it("answers late, in every lane, and in order", () => {
    const drive = new Drive();
    drive.disk.faults.stall(trueTime(5_000_000));
    const first = drive.submit({ kind: "list" }, "log");
    const second = drive.submit({ kind: "list" }, "log");
    const other = drive.submit({ kind: "list" }, "canary");
    expect(drive.disk.take(trueTime(4_999_999))).toEqual([]);
    expect(drive.disk.nextAt()).toBe(5_000_000);
    const ids = drive.disk.take(trueTime(6_000_000)).map(({ id }) => id);
    expect(ids).toEqual([first, other, second]);
    expect(drive.faults).toContain("stall");
  });

  it("takes hold of what is under way, and can last for ever or be ended", () => {
    const drive = new Drive();
    const id = drive.submit({ kind: "list" });
    drive.disk.faults.stall(never);
    expect(drive.disk.nextAt()).toBe(never);
    expect(drive.disk.take(trueTime(1_000_000_000))).toEqual([]);
    drive.disk.faults.stall(trueTime(1_000_000_000));
    expect(drive.disk.take(trueTime(1_000_000_000)).map((done) => done.id)).toEqual([id]);
  });
});

describe("MEDIUM-7: a sync that fails", () => {
  it("drops what it should have written, and the next one ends well and proves nothing", () => {
    const drive = new Drive();
    drive.writeDurably("a", "1");
    let lost = 0;
    for (let round = 0; round < 40; round += 1) {
      drive.write("a", "1", { synced: true });
      drive.write("a", "2");
      drive.disk.faults.failSyncs(1);
      expect(drive.do({ kind: "sync", file: "a" })).toEqual({ ok: false, reason: "io" });
      expect(drive.read("a")).toBe("2");
      expect(drive.do({ kind: "sync", file: "a" })).toEqual({ ok: true });
      drive.crash(everything);
      if (drive.read("a") === "1") lost += 1;
    }
    expect(lost).toBeGreaterThan(5);
    expect(lost).toBeLessThan(40);
  });

  it("also of a synced write, and of the folder", () => {
    const drive = new Drive();
    drive.writeDurably("a", "1");
    drive.disk.faults.failSyncs(2);
    expect(drive.write("a", "2", { synced: true })).toEqual({ ok: false, reason: "io" });
    expect(drive.do({ kind: "sync-folder" })).toEqual({ ok: false, reason: "io" });
    expect(drive.do({ kind: "sync-folder" })).toEqual({ ok: true });
    expect(drive.faults).toEqual(["failed-sync", "failed-sync"]);
  });

  it("what is written again afterwards is durable by a sync that ends well", () => {
    const drive = new Drive();
    drive.writeDurably("a", "");
    drive.write("a", "12");
    drive.disk.faults.failSyncs(1);
    drive.do({ kind: "sync", file: "a" });
    drive.write("a", "3", { offset: 1, synced: true });
    drive.crash(nothing);
    expect(drive.read("a")).toBe("13");
  });
});

describe("MEDIUM-8: a card that lies", () => {
  it("says that it synced, and keeps nothing over a crash", () => {
    const drive = new Drive();
    drive.writeDurably("a", "1");
    drive.disk.faults.lie(true);
    expect(drive.write("a", "2", { synced: true })).toEqual({ ok: true });
    drive.writeDurably("b", "new");
    expect(drive.read("a")).toBe("2");
    drive.crash(nothing);
    expect(drive.read("a")).toBe("1");
    expect(drive.names()).toEqual(["a"]);
    expect(drive.faults).toContain("lie");
  });

  it("holds a bounded number of versions meanwhile", () => {
    const drive = new Drive();
    drive.writeDurably("a", "1");
    drive.disk.faults.lie(true);
    for (let round = 0; round < 1_000; round += 1)
      drive.write("a", String(round), { synced: true });
    let versions = 0;
    drive.crash({
      among: (orders) => {
        versions = Math.max(versions, orders.length);
        return 0;
      },
    });
    expect(versions).toBeLessThanOrEqual(65);
  });
});

describe("MEDIUM-9: bit rot at rest", () => {
  it("turns one bit of a durable byte, for good", () => {
    const drive = new Drive();
    drive.writeDurably("a", "a".repeat(2 * sectorBytes));
    const spot = drive.disk.faults.rot(drive.now);
    expect(spot).not.toBeNull();
    const differing = [...`${drive.read("a")}`].filter((letter) => letter !== "a");
    expect(differing).toHaveLength(1);
    drive.crash();
    expect([...`${drive.read("a")}`].filter((letter) => letter !== "a")).toEqual(differing);
    expect(drive.faults).toEqual(["bit-rot"]);
  });

  it("finds nothing to turn where nothing is durable", () => {
    const drive = new Drive();
    expect(drive.disk.faults.rot(drive.now)).toBeNull();
    drive.do({ kind: "create", file: "a", bytes: 0 });
    drive.write("a", "1");
    expect(drive.disk.faults.rot(drive.now)).toBeNull();
    expect(drive.faults).toEqual([]);
  });
});

describe("MEDIUM-10: a sector that cannot be read", () => {
  it("fails reads that touch it, until it is written again", () => {
    const drive = new Drive();
    drive.writeDurably("a", "a".repeat(3 * sectorBytes));
    drive.disk.faults.makeUnreadable(drive.now, { file: "a", offset: sectorBytes + 7, bit: 0 });
    expect(drive.read("a", 0, sectorBytes)).toHaveLength(sectorBytes);
    expect(drive.do({ kind: "read", file: "a", offset: 0, length: sectorBytes + 1 })).toEqual({
      ok: false,
      reason: "io",
    });
    drive.crash();
    expect(drive.read("a")).toBeNull();
    drive.write("a", "b", { offset: sectorBytes });
    expect(drive.read("a")).toHaveLength(3 * sectorBytes);
  });
});
