/** Lanes, time, counts, and the answers to operations that cannot be done. */
import { describe, expect, it } from "vitest";
import { sdCardLatency, ssdLatency } from "../../../src/sim/disk/latency.js";
import { trueTime } from "../../../src/sim/true-time.js";
import { bytesOf, Drive } from "./support/drive.js";

describe("lanes", () => {
  it("MEDIUM-11: those of one lane end in order, and a slow one holds up no other", () => {
    const drive = new Drive(3, ssdLatency);
    drive.writeDurably("a", "");
    const log: number[] = [];
    for (let round = 0; round < 20; round += 1) log.push(drive.submit({ kind: "sync", file: "a" }));
    const canary = drive.submit({ kind: "list" }, "canary");
    const ids = drive.disk.take(trueTime(1_000_000)).map(({ id }) => id);
    expect(ids.filter((id) => id !== canary)).toEqual(log);
    expect(ids.indexOf(canary)).toBeLessThan(3);
  });
});

describe("time", () => {
  it("MEDIUM-12: the same seed gives the same times", () => {
    const times = (seed: number): number[] => {
      const drive = new Drive(seed, ssdLatency);
      return Array.from({ length: 50 }, () => {
        drive.do({ kind: "sync-folder" });
        return drive.now;
      });
    };
    expect(times(5)).toEqual(times(5));
    expect(times(5)).not.toEqual(times(6));
  });

  it("a card stalls for seconds now and then, and everything with it", () => {
    const drive = new Drive(1, { ...sdCardLatency, stallProbability: 0.05 });
    let longest = 0;
    for (let round = 0; round < 200; round += 1) {
      const before = drive.now;
      drive.do({ kind: "sync-folder" });
      longest = Math.max(longest, drive.now - before);
    }
    expect(longest).toBeGreaterThan(500_000);
  });
});

describe("answers", () => {
  it("a file that is not there is absent, and removed already", () => {
    const drive = new Drive();
    const absent = { ok: false, reason: "absent" };
    expect(drive.do({ kind: "read", file: "a", offset: 0, length: 1 })).toEqual(absent);
    expect(drive.write("a", "x")).toEqual(absent);
    expect(drive.do({ kind: "sync", file: "a" })).toEqual(absent);
    expect(drive.do({ kind: "truncate", file: "a", bytes: 0 })).toEqual(absent);
    expect(drive.do({ kind: "rename", from: "a", to: "b" })).toEqual(absent);
    expect(drive.do({ kind: "remove", file: "a" })).toEqual({ ok: true });
  });

  it("a new file is zeroes, takes the place of the old, and is listed by name", () => {
    const drive = new Drive();
    drive.writeDurably("b", "old");
    drive.writeDurably("a", "1");
    drive.do({ kind: "create", file: "b", bytes: 2 });
    expect(drive.read("b")).toBe("\0\0");
    expect(drive.list()).toEqual([
      { file: "a", bytes: 1 },
      { file: "b", bytes: 2 },
    ]);
  });

  it("reads end where the file ends", () => {
    const drive = new Drive();
    drive.writeDurably("a", "1234");
    expect(drive.read("a", 2, 10)).toBe("34");
    expect(drive.read("a", 4, 10)).toBe("");
    expect(drive.read("a", 400, 10)).toBe("");
  });

  it("bytes, writes, syncs and failures are counted", () => {
    const drive = new Drive();
    drive.writeDurably("a", "1234");
    drive.read("a");
    drive.write("b", "x");
    expect(drive.disk.counts).toMatchObject({
      ...{ operations: 5, writes: 2, bytesWritten: 5, bytesRead: 4 },
      ...{ syncs: 2, failures: 1 },
    });
  });

  it("what the machine wrote may be changed by it afterwards", () => {
    const drive = new Drive();
    drive.writeDurably("a", "");
    const bytes = bytesOf("1234");
    drive.do({ kind: "write", file: "a", offset: 0, bytes, synced: false });
    bytes.fill(0);
    expect(drive.read("a")).toBe("1234");
  });
});
