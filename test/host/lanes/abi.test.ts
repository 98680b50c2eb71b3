import { describe, expect, it } from "vitest";
import { abiOf } from "../../../src/host/lanes/abi.js";
import { TimeSpec } from "../../../src/host/lanes/timespec.js";

describe("the table of architectures", () => {
  it.each([
    ["x64", 202, 8],
    ["arm64", 98, 8],
    ["arm", 240, 4],
  ])("has the calls of %s: the futex is %d, a long has %d bytes (LANE-8)", (name, futex, bytes) => {
    expect(abiOf(name)).toMatchObject({ ok: true, abi: { futex, longBytes: bytes } });
  });

  it.each(["ia32", "riscv64", "toString", ""])("refuses %s, and says why (LANE-8)", (name) => {
    const reason = `the system calls of ${name} are not known here, only those of x64, arm64, arm`;
    expect(abiOf(name)).toEqual({ ok: false, reason });
  });
});

const abi = (name: string) => {
  const result = abiOf(name);
  if (!result.ok) throw new Error(result.reason);
  return result.abi;
};

describe("a timespec", () => {
  const at = 12_345_678_901_234;

  it("has two words of 64 bits on a 64-bit machine (LANE-8)", () => {
    const time = new TimeSpec(abi("arm64"));
    time.set(at);
    expect([...new BigInt64Array(time.words.buffer)]).toEqual([12_345_678n, 901_234_000n]);
    expect(time.get()).toBe(at);
  });

  it("has two words of 32 bits on 32-bit ARM (LANE-8)", () => {
    const time = new TimeSpec(abi("arm"));
    time.set(at);
    expect([...time.words]).toEqual([12_345_678, 901_234_000]);
    expect(time.get()).toBe(at);
  });

  it("takes no negative time, and no NaN", () => {
    const time = new TimeSpec(abi("x64"));
    expect(() => time.set(-1)).toThrow("not a time");
    expect(() => time.set(Number.NaN)).toThrow("not a time");
  });
});
