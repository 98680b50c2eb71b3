/**
 * The CRCs that field protocols use, by the parameters of Cook's catalogue. CRC-32C has a file of
 * its own, `crc32c.ts`, and CRC-64 another, `crc64.ts`.
 */
import { makeCrc } from "./crc.js";

/** Bytes enter highest bit first. */
const forward = { refin: false, refout: false } as const;

/** Bytes enter lowest bit first, as they go over a serial line. */
const reflected = { refin: true, refout: true } as const;

/** CRC-8/SAE-J1850: AUTOSAR E2E profile 1. */
export const crc8SaeJ1850 = makeCrc({ width: 8, poly: 0x1d, init: 0xff, xorout: 0xff, ...forward });

/** CRC-8/AUTOSAR, whose polynomial AUTOSAR calls H2F: E2E profile 2. */
export const crc8H2f = makeCrc({ width: 8, poly: 0x2f, init: 0xff, xorout: 0xff, ...forward });

/** CRC-8/SMBUS: the packet error code of SMBus. */
export const crc8Smbus = makeCrc({ width: 8, poly: 0x07, init: 0, xorout: 0, ...forward });

/** CRC-8/MAXIM-DOW: 1-Wire sensors such as the DS18B20. */
export const crc8MaximDow = makeCrc({ width: 8, poly: 0x31, init: 0, xorout: 0, ...reflected });

/** CRC-16/IBM-3740, long called CCITT-FALSE: AUTOSAR E2E profiles 5 and 6. */
export const crc16CcittFalse = makeCrc({
  width: 16,
  poly: 0x1021,
  init: 0xffff,
  xorout: 0,
  ...forward,
});

/** CRC-16/XMODEM. */
export const crc16Xmodem = makeCrc({ width: 16, poly: 0x1021, init: 0, xorout: 0, ...forward });

/** CRC-16/KERMIT: the CCITT's own, bits as they go over the line. */
export const crc16Kermit = makeCrc({ width: 16, poly: 0x1021, init: 0, xorout: 0, ...reflected });

/** CRC-16/IBM-SDLC: the frame check sequence of HDLC and of X.25. */
export const crc16IbmSdlc = makeCrc({
  width: 16,
  poly: 0x1021,
  init: 0xffff,
  xorout: 0xffff,
  ...reflected,
});

/** CRC-16/ARC. */
export const crc16Arc = makeCrc({ width: 16, poly: 0x8005, init: 0, xorout: 0, ...reflected });

/** CRC-16/MODBUS: Modbus RTU on serial lines. */
export const crc16Modbus = makeCrc({
  width: 16,
  poly: 0x8005,
  init: 0xffff,
  xorout: 0,
  ...reflected,
});

/** CRC-32/ISO-HDLC: Ethernet, zip, PNG. */
export const crc32IsoHdlc = makeCrc({
  width: 32,
  poly: 0x04c11db7,
  init: 0xffffffff,
  xorout: 0xffffffff,
  ...reflected,
});

/** CRC-32/AUTOSAR: AUTOSAR's CRC32P4, E2E profile 4. */
export const crc32P4 = makeCrc({
  width: 32,
  poly: 0xf4acfb13,
  init: 0xffffffff,
  xorout: 0xffffffff,
  ...reflected,
});
