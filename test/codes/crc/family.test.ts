/** All CRCs of the room: by their definition, in parts, and what they find and what they cannot. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as catalogue from "../../../src/codes/crc/catalogue.js";
import { makeCrc } from "../../../src/codes/crc/crc.js";
import { crc64Xz } from "../../../src/codes/crc/crc64.js";
import type { Crc } from "../../../src/codes/crc/model.js";
import { crc32c } from "../../../src/codes/crc32c.js";
import { UsageError } from "../../../src/kernel/assert.js";
import { fromAscii } from "../../support/oracles.js";
import { naiveCrc, unseenError, withFlips } from "./definition.js";

interface Member {
  readonly name: string;
  readonly width: number;
  readonly poly: bigint;
  readonly ones: boolean;
  readonly refin: boolean;
  readonly inverted: boolean;
  readonly crc: (bytes: Uint8Array) => number | bigint;
  readonly goOn: (bytes: Uint8Array, before: number | bigint) => number | bigint;
}

type Row = readonly [string, number, number, boolean, boolean, boolean];

/** Name, width, polynomial, begins with ones, reflected, inverted at the end. */
const rows: readonly Row[] = [
  ["crc8SaeJ1850", 8, 0x1d, true, false, true],
  ["crc8H2f", 8, 0x2f, true, false, true],
  ["crc8Smbus", 8, 0x07, false, false, false],
  ["crc8MaximDow", 8, 0x31, false, true, false],
  ["crc16CcittFalse", 16, 0x1021, true, false, false],
  ["crc16Xmodem", 16, 0x1021, false, false, false],
  ["crc16Kermit", 16, 0x1021, false, true, false],
  ["crc16IbmSdlc", 16, 0x1021, true, true, true],
  ["crc16Arc", 16, 0x8005, false, true, false],
  ["crc16Modbus", 16, 0x8005, true, true, false],
  ["crc32IsoHdlc", 32, 0x04c11db7, true, true, true],
  ["crc32P4", 32, 0xf4acfb13, true, true, true],
  ["crc32c", 32, 0x1edc6f41, true, true, true],
];

const functions = new Map<string, Crc>(Object.entries({ ...catalogue, crc32c }));

function narrow([name, width, poly, ones, refin, inverted]: Row): Member {
  const crc: Crc = functions.get(name) ?? (() => Number.NaN);
  return {
    ...{ name, width, poly: BigInt(poly), ones, refin, inverted },
    crc: (bytes) => crc(bytes),
    goOn: (bytes, before) => crc(bytes, Number(before)),
  };
}

const members: readonly Member[] = [
  ...rows.map(narrow),
  {
    ...{ name: "crc64Xz", width: 64, poly: 0x42f0e1eba9ea3693n },
    ...{ ones: true, refin: true, inverted: true },
    crc: (bytes) => crc64Xz(bytes),
    goOn: (bytes, before) => crc64Xz(bytes, BigInt(before)),
  },
];

function modelOf({ width, poly, ones, refin, inverted }: Member) {
  const all = (1n << BigInt(width)) - 1n;
  const [init, xorout] = [ones ? all : 0n, inverted ? all : 0n];
  return { width, poly, init, refin, refout: refin, xorout };
}

const parts = fc.tuple(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }),
  fc.nat(9),
);

describe("CODE-1: the catalogue is whole", () => {
  it("every CRC of it is in the tests below", () => {
    expect(rows.map(([name]) => name).sort()).toEqual([...functions.keys()].sort());
  });
});

describe.each(members)("CODE-1: $name", (member) => {
  const { crc, goOn } = member;

  it("is what the definition says, at every length and alignment", () => {
    const property = fc.property(parts, ([first, second, skipped]) => {
      const bytes = new Uint8Array([...first, ...second]).subarray(skipped);
      expect(BigInt(crc(bytes))).toBe(naiveCrc(modelOf(member), bytes));
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("goes on from the CRC of what went before", () => {
    const property = fc.property(parts, ([first, second]) => {
      const whole = new Uint8Array([...first, ...second]);
      expect(goOn(second, crc(first))).toBe(crc(whole));
    });
    fc.assert(property, { numRuns: 60 });
  });
});

describe.each(members)("CODE-2: $name", ({ width, poly, refin, crc }) => {
  // Short enough that no two bits are a period of the shortest CRC apart, which is 127.
  const frame = fromAscii("twelve bytes");
  const good = crc(frame);
  const bits = frame.length * 8;

  it("finds every error of one bit and of two", () => {
    for (let one = 0; one < bits; one += 1) {
      if (crc(withFlips(frame, [one], refin)) === good) expect.fail(`missed ${one}`);
      for (let other = one + 1; other < bits; other += 1) {
        const wrong = withFlips(frame, [one, other], refin);
        if (crc(wrong) === good) expect.fail(`missed ${one} and ${other}`);
      }
    }
  });

  it("finds every burst that is no longer than itself", () => {
    const burst = fc.tuple(fc.nat(bits - 1), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }));
    const property = fc.property(burst, ([first, pattern]) => {
      const length = Math.min(width, bits - first);
      const inside = Array.from({ length: length - 1 }, (_, at) => first + 1 + at);
      const wrong = inside.filter((_, at) => (pattern >> BigInt(at)) & 1n);
      expect(crc(withFlips(frame, [first, ...wrong], refin))).not.toBe(good);
    });
    fc.assert(property);
  });

  it("does not see an error that is a multiple of its polynomial", () => {
    const error = unseenError(poly, width);
    for (let shift = 0; shift + width < bits; shift += 1) {
      const wrong = withFlips(
        frame,
        error.map((bit) => bit + shift),
        refin,
      );
      expect(wrong).not.toEqual(frame);
      expect(crc(wrong)).toBe(good);
    }
  });

  it("does not cry at the same bytes", () => {
    expect(crc(frame.slice())).toBe(good);
  });
});

describe("CODE-1: any model", () => {
  const models = fc.integer({ min: 8, max: 32 }).chain((width) => {
    const value = fc.integer({ min: 0, max: 2 ** width - 1 });
    const poly = value.map((bits) => (bits % 2 === 0 ? bits + 1 : bits));
    const [refin, refout] = [fc.boolean(), fc.boolean()];
    return fc.record({
      width: fc.constant(width),
      poly,
      init: value,
      xorout: value,
      refin,
      refout,
    });
  });

  it("of 8 to 32 bits, also one whose ends are reflected differently", () => {
    const property = fc.property(models, parts, (model, [first, second]) => {
      const crc = makeCrc(model);
      const whole = new Uint8Array([...first, ...second]);
      expect(BigInt(crc(whole))).toBe(naiveCrc(model, whole));
      expect(crc(second, crc(first))).toBe(crc(whole));
    });
    fc.assert(property, { numRuns: 150 });
  });

  it("is refused where no CRC has it", () => {
    const good = { width: 16, poly: 0x1021, init: 0, refin: true, refout: true, xorout: 0 };
    expect(() => makeCrc(good)).not.toThrow();
    for (const wrong of [
      ...[{ width: 7 }, { width: 33 }, { width: 8.5 }, { poly: 0x1020 }, { poly: 0x11021 }],
      ...[{ init: -1 }, { init: 65_536 }, { xorout: 0.5 }, { xorout: Number.NaN }],
    ]) {
      expect(() => makeCrc({ ...good, ...wrong })).toThrow(UsageError);
    }
  });
});
