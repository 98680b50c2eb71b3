import { describe, expect, it } from "vitest";
import {
  readTelemetry,
  TelemetryWriter,
  telemetryBytes,
} from "../../../src/host/lanes/telemetry.js";

const begin = () => {
  const buffer = new SharedArrayBuffer(telemetryBytes);
  return { buffer, writer: new TelemetryWriter(buffer) };
};

describe("what a lane tells of itself", () => {
  it("is empty before its first tick (LANE-9)", () => {
    expect(readTelemetry(begin().buffer)).toMatchObject({
      ...{ stage: "starting", ticks: 0, overruns: 0, beatAt: 0, late: null },
    });
  });

  it("is the last tick, and how late all were (LANE-9)", () => {
    const { buffer, writer } = begin();
    writer.enter("running", 5);
    for (let late = 1; late <= 100; late += 1) writer.ticked(1_000 * late, late - 1, 3);
    const { stage, ticks, overruns, beatAt, late } = readTelemetry(buffer);
    expect({ stage, ticks, overruns, beatAt }).toEqual({
      ...{ stage: "running", ticks: 100, overruns: 3, beatAt: 100_000 },
    });
    expect(late).toEqual({ p50: 49, p99: 99, max: 99 });
  });

  it("forgets what was measured while it warmed up (LANE-9)", () => {
    const { buffer, writer } = begin();
    writer.enter("warming", 5);
    writer.ticked(10, 9_999, 7);
    writer.enter("running", 20);
    expect(readTelemetry(buffer)).toMatchObject({ ticks: 0, overruns: 0, late: null, beatAt: 20 });
    writer.ticked(30, 2, 0);
    expect(readTelemetry(buffer).late).toEqual({ p50: 2, p99: 2, max: 2 });
  });

  it("is right after months: more than 31 bits of everything (LANE-9)", () => {
    const { buffer, writer } = begin();
    const years = 3 * 365 * 86_400 * 1e6;
    writer.beat(years + 12_345);
    expect(readTelemetry(buffer).beatAt).toBe(years + 12_345);
    writer.ticked(years + 20_000, 2 ** 40, 2 ** 33 + 1);
    expect(readTelemetry(buffer)).toMatchObject({ overruns: 2 ** 33 + 1 });
  });

  it("does not hold a reader up whose writer was stopped in the middle (LANE-9)", () => {
    const { buffer, writer } = begin();
    writer.ticked(10, 1, 0);
    // As a writer leaves it that was preempted between its two marks.
    Atomics.add(new Int32Array(buffer), 0, 1);
    expect(readTelemetry(buffer).ticks).toBe(1);
  });
});
