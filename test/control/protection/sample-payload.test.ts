import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { payloadBytes } from "../../../src/control/protection/protection.js";
import {
  cycleStamps,
  payloadAgeMax,
  readSample,
  writeSample,
} from "../../../src/control/protection/sample-payload.js";
import { micros } from "../../../src/kernel/time.js";

function written(value: number | null, age: number, cycle: number): Uint8Array {
  const payload = new Uint8Array(payloadBytes).fill(0xa5);
  writeSample(payload, { value, age: micros(age) }, cycle);
  return payload;
}

describe("PROT-1: the payload of a sample", () => {
  it("is the bytes that the file says", () => {
    expect([...written(21.5, 0x12_3456_789a, 0x1_0203)]).toEqual([
      ...[1, 0x12, 0x34, 0x56, 0x78, 0x9a, 2, 3],
      ...[0x40, 0x35, 0x80, 0, 0, 0, 0, 0],
    ]);
    expect([...written(null, 0, 7)]).toEqual([0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("gives back any value, age and cycle", () => {
    const value = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));
    const age = fc.integer({ min: 0, max: payloadAgeMax });
    const cycle = fc.integer({ min: 0, max: 2 ** 50 });
    fc.assert(
      fc.property(value, age, cycle, (sent, old, number) => {
        const cycleStamp = number % cycleStamps;
        expect(readSample(written(sent, old, number))).toEqual({
          value: sent,
          age: old,
          cycleStamp,
        });
      }),
    );
  });

  it("tells of no greater age than it can", () => {
    expect(readSample(written(1, 2 ** 45, 0))?.age).toBe(payloadAgeMax);
  });

  it.each<[string, (payload: Uint8Array) => void]>([
    ["a mark that is neither 0 nor 1", (payload) => payload.fill(2, 0, 1)],
    ["NaN", (payload) => payload.fill(0xff, 8)],
    ["an infinite value", (payload) => payload.set([0x7f, 0xf0, 0, 0, 0, 0, 0, 0], 8)],
    ["an omission with a value", (payload) => payload.fill(0, 0, 1)],
  ])("refuses %s", (_, spoil) => {
    const payload = written(21.5, 5, 5);
    spoil(payload);
    expect(readSample(payload)).toBeNull();
  });

  it("refuses another length", () => {
    expect(readSample(new Uint8Array(payloadBytes - 1))).toBeNull();
    expect(readSample(new Uint8Array(payloadBytes + 1))).toBeNull();
  });
});
