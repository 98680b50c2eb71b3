/** CRCs of published cases: check values of the catalogues, frames of AUTOSAR and RFC 3720. */
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
  crc32IsoHdlc,
  crc32P4,
} from "../../../src/codes/crc/catalogue.js";
import { crc64Xz } from "../../../src/codes/crc/crc64.js";
import { crc32c } from "../../../src/codes/crc32c.js";
import { fromAscii, fromHex, readOracle } from "../../support/oracles.js";

interface CrcOracle {
  readonly crcCheckValues: readonly { readonly name: string; readonly check: string }[];
  readonly crcVectors: readonly {
    readonly crc: string;
    readonly data: string;
    readonly value: string;
  }[];
}

const ours: Readonly<Record<string, (bytes: Uint8Array) => number | bigint>> = {
  "CRC-8/SAE-J1850": crc8SaeJ1850,
  "CRC-8/AUTOSAR(H2F)": crc8H2f,
  "CRC-8/SMBUS": crc8Smbus,
  "CRC-8/MAXIM-DOW(1-Wire)": crc8MaximDow,
  "CRC-16/IBM-3740(CCITT-FALSE, AUTOSAR)": crc16CcittFalse,
  "CRC-16/XMODEM": crc16Xmodem,
  "CRC-16/KERMIT(CCITT-TRUE)": crc16Kermit,
  "CRC-16/IBM-SDLC(X-25, HDLC FCS)": crc16IbmSdlc,
  "CRC-16/ARC": crc16Arc,
  "CRC-16/MODBUS": crc16Modbus,
  "CRC-32/ISO-HDLC": crc32IsoHdlc,
  "CRC-32C(iSCSI)": crc32c,
  "CRC-32/AUTOSAR(P4)": crc32P4,
  "CRC-64/XZ(AUTOSAR CRC64)": crc64Xz,
};

const oracle = readOracle<CrcOracle>("crc-e2e.json");

describe.skipIf(oracle === null)("CODE-1: published values of CRCs", () => {
  it("has the check value of each in the catalogue", () => {
    const checks = oracle?.crcCheckValues ?? [];
    expect(checks.map(({ name }) => name).sort()).toEqual(Object.keys(ours).sort());
    for (const { name, check } of checks) {
      expect(BigInt(ours[name]?.(fromAscii("123456789")) ?? 0), name).toBe(BigInt(check));
    }
  });

  it("has the value of each published frame", () => {
    const vectors = oracle?.crcVectors ?? [];
    expect(vectors.length).toBeGreaterThanOrEqual(27);
    for (const { crc, data, value } of vectors) {
      expect(BigInt(ours[crc]?.(fromHex(data)) ?? 0), `${crc} ${data}`).toBe(BigInt(value));
    }
  });
});
