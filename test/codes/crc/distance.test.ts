/**
 * CODE-2: up to which length of a frame the narrow CRCs find all errors of two and of three bits.
 */
import { describe, expect, it } from "vitest";
import {
  crc8H2f,
  crc8MaximDow,
  crc8SaeJ1850,
  crc8Smbus,
  crc16Arc,
  crc16CcittFalse,
  crc16IbmSdlc,
  crc16Kermit,
  crc16Modbus,
  crc16Xmodem,
} from "../../../src/codes/crc/catalogue.js";
import { withFlips } from "./definition.js";

/** Name, function, width, polynomial, reflected, bits of the longest frame with its CRC. */
const claims = [
  ["crc8SaeJ1850", crc8SaeJ1850, 8, 0x1d, false, 255],
  ["crc8H2f", crc8H2f, 8, 0x2f, false, 127],
  ["crc8Smbus", crc8Smbus, 8, 0x07, false, 127],
  ["crc8MaximDow", crc8MaximDow, 8, 0x31, true, 127],
  ["crc16CcittFalse", crc16CcittFalse, 16, 0x1021, false, 32_767],
  ["crc16Xmodem", crc16Xmodem, 16, 0x1021, false, 32_767],
  ["crc16Kermit", crc16Kermit, 16, 0x1021, true, 32_767],
  ["crc16IbmSdlc", crc16IbmSdlc, 16, 0x1021, true, 32_767],
  ["crc16Arc", crc16Arc, 16, 0x8005, true, 32_767],
  ["crc16Modbus", crc16Modbus, 16, 0x8005, true, 32_767],
] as const;

/** The least n for which the polynomial divides x to the n, less 1. */
function periodOf(width: number, poly: number): number {
  let remainder = 1;
  for (let power = 1; ; power += 1) {
    const leaving = remainder >> (width - 1);
    remainder = ((remainder << 1) ^ (leaving * poly)) & (2 ** width - 1);
    if (remainder === 1) return power;
  }
}

const onesOf = (value: number): number =>
  [...value.toString(2)].filter((bit) => bit === "1").length;

describe.each(claims)("CODE-2: %s", (name, crc, width, poly, refin, period) => {
  const frame = new Uint8Array(Math.ceil(period / 8) + 1).fill(0x35);
  const good = crc(frame);

  it("finds two wrong bits of a frame of that length, and not all of a longer one", () => {
    // Two wrong bits are x to the i times (x to their distance, less 1): unseen if that is a
    // multiple.
    expect(periodOf(width, poly)).toBe(period);
    expect(crc(withFlips(frame, [0, period], refin))).toBe(good);
    expect(crc(withFlips(frame, [0, period - 1], refin))).not.toBe(good);
  });

  it("has the factor x + 1, which finds every odd number of wrong bits, but for SAE-J1850", () => {
    // With the highest term, which `poly` leaves out, the terms are even in number then.
    expect(onesOf(poly) % 2 === 1).toBe(name !== "crc8SaeJ1850");
  });
});
