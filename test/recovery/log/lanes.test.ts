import { describe, expect, it } from "vitest";
import { instant, millis } from "../../../src/kernel/time.js";
import type { DiskRequest, DiskResult } from "../../../src/recovery/disk.js";
import { DiskLanes, type DiskTask } from "../../../src/recovery/log/lanes.js";

const ok: DiskResult = { ok: true };
const now = instant(1_000);

function* removing(name: string, count: number): DiskTask<string> {
  for (let at = 0; at < count; at += 1) yield { kind: "remove", file: `${name}${at}` };
  return name;
}

describe("the lanes of a disk", () => {
  it("LOG-21: have one operation out each, and tasks of a lane take turns", () => {
    const out: DiskRequest[] = [];
    const ended: string[] = [];
    const order: string[] = [];
    const lanes = new DiskLanes(now, millis(5), (_, request) => out.push(request));
    const end = (_: unknown, name: string): void => void ended.push(name);
    lanes.run(now, "snapshot", removing("a", 3), end);
    lanes.run(now, "snapshot", removing("b", 2), end);
    lanes.run(now, "snapshot", removing("none", 0), end);
    lanes.run(now, "log", removing("l", 1), end);
    while (out.length > 0) {
      expect(new Set(out.map(({ lane }) => lane)).size).toBe(out.length);
      const request = out.shift() as DiskRequest;
      if (request.operation.kind === "remove") order.push(request.operation.file);
      lanes.done(now, { kind: "disk-done", id: request.id, result: ok });
    }
    expect(order.filter((file) => !file.startsWith("l"))).toEqual(["a0", "b0", "a1", "b1", "a2"]);
    expect(ended.sort()).toEqual(["a", "b", "l", "none"]);
    expect(lanes.isIdle("snapshot")).toBe(true);
  });

  it("LOG-15: tell when the oldest operation has been out for too long", () => {
    const out: DiskRequest[] = [];
    const lanes = new DiskLanes(now, millis(5), (_, request) => out.push(request));
    expect(lanes.stallsAt()).toBe(null);
    lanes.run(now, "log", removing("a", 2), () => {});
    lanes.run(instant(2_000), "canary", removing("b", 1), () => {});
    expect(lanes.stallsAt()).toBe(6_000);
    expect(lanes.isStalled(instant(5_999))).toBe(false);
    expect(lanes.isStalled(instant(6_000))).toBe(true);
    lanes.done(instant(6_500), { kind: "disk-done", id: out[0]?.id ?? 0, result: ok });
    expect(lanes.stallsAt()).toBe(7_000);
  });

  it("LOG-11: ask for nothing more after they were stopped", () => {
    const out: DiskRequest[] = [];
    const lanes = new DiskLanes(now, millis(5), (_, request) => out.push(request));
    let ends = 0;
    lanes.run(now, "log", removing("a", 2), () => {
      ends += 1;
    });
    lanes.stop();
    lanes.done(now, { kind: "disk-done", id: out[0]?.id ?? 0, result: ok });
    lanes.run(now, "canary", removing("b", 1), () => {});
    expect([out.length, ends]).toEqual([1, 0]);
    expect(() => lanes.done(now, { kind: "disk-done", id: 99, result: ok })).toThrow("not out");
  });
});
