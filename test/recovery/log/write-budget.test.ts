import { describe, expect, it } from "vitest";
import { after, instant, seconds } from "../../../src/kernel/time.js";
import type { FileName } from "../../../src/recovery/disk.js";
import { pageBytesOf } from "../../../src/recovery/log/disk-use.js";
import { WriteBudget } from "../../../src/recovery/log/write-budget.js";

const begun = instant(5_000_000);
const minute = (count: number) => after(begun, seconds(60 * count));

describe("what a disk has to write", () => {
  it.each([
    ["the first bytes of a page", 0, 16, 4_096],
    ["a page as it is", 4_096, 4_096, 4_096],
    ["bytes over the end of a page", 4_090, 10, 8_192],
    ["many pages", 100, 20_000, 20_480],
    ["nothing", 100, 0, 0],
  ])("LOG-18: is whole pages: %s", (_, offset, length, expected) => {
    const bytes = new Uint8Array(length);
    const write = {
      kind: "write",
      file: "log-1" as FileName,
      offset,
      bytes,
      synced: true,
    } as const;
    expect(pageBytesOf(write)).toBe(expected);
  });

  it("LOG-18: is all of a file that is made, and nothing for what only is made durable", () => {
    const file = "log-1" as FileName;
    expect(pageBytesOf({ kind: "create", file, bytes: 5_000 })).toBe(8_192);
    expect(pageBytesOf({ kind: "sync", file })).toBe(0);
    expect(pageBytesOf({ kind: "sync-folder" })).toBe(0);
  });
});

describe("the budget of writes", () => {
  it("LOG-18: sums the last hour by the minute", () => {
    const budget = new WriteBudget(begun, null);
    for (let count = 0; count < 200; count += 1) {
      budget.add(minute(count), count);
      const from = Math.max(0, count - 59);
      const sum = ((from + count) * (count - from + 1)) / 2;
      expect(budget.bytesPerHour).toBe(sum);
    }
    budget.add(minute(1_000), 7);
    expect(budget.bytesPerHour).toBe(7);
    expect(budget.change(minute(2_000))).toBe(null);
  });

  it("LOG-18: alarms once when it is overrun, and again below nine tenths", () => {
    const budget = new WriteBudget(begun, 1_000);
    budget.add(minute(0), 150);
    budget.add(minute(1), 850);
    expect(budget.change(minute(1))).toBe(null);
    expect(budget.deadline()).toBe(null);
    budget.add(minute(2), 1);
    expect(budget.change(minute(2))).toBe(true);
    expect(budget.change(minute(3))).toBe(null);
    expect(budget.deadline()).toBe(minute(4));
    expect(budget.change(minute(59))).toBe(null);
    expect(budget.change(minute(60))).toBe(false);
    expect(budget.deadline()).toBe(null);
  });
});
