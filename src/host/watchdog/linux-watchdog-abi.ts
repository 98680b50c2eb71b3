/**
 * The kernel's interface to a watchdog: numbers of include/uapi/linux/watchdog.h. A request is
 * direction, size, the letter W and a number; x64, arm64 and arm make it up in the same way.
 */

const letter = 0x57 << 8;
const read = 2 * 2 ** 30;
const readWrite = 3 * 2 ** 30;
const intBytes = 4;

/** Of `struct watchdog_info`: options, firmware version, 32 bytes of identity. */
export const infoBytes = 40;
const identityOffset = 8;

const request = (direction: number, bytes: number, number: number): number =>
  direction + bytes * 2 ** 16 + letter + number;

export const requests = {
  getSupport: request(read, infoBytes, 0),
  getBootStatus: request(read, intBytes, 2),
  setTimeout: request(readWrite, intBytes, 6),
  getTimeout: request(read, intBytes, 7),
  setPretimeout: request(readWrite, intBytes, 8),
  getPretimeout: request(read, intBytes, 9),
  getTimeLeft: request(read, intBytes, 10),
} as const;

/** The bits of options and of the boot status. */
export const flags = {
  overheat: 0x1,
  fanFault: 0x2,
  external1: 0x4,
  external2: 0x8,
  powerUnder: 0x10,
  cardReset: 0x20,
  powerOver: 0x40,
  setTimeout: 0x80,
  magicClose: 0x100,
  pretimeout: 0x200,
  alarmOnly: 0x400,
  keepAlivePing: 0x8000,
} as const;

/** What a driver says of the last boot, in words; empty where it says nothing. */
export function bootStatusWords(status: number): readonly string[] {
  return bootWords.filter(([bit]) => (status & bit) !== 0).map(([, words]) => words);
}

const bootWords: readonly (readonly [number, string])[] = [
  [flags.cardReset, "the watchdog has reset the board"],
  [flags.overheat, "the processor was too hot"],
  [flags.fanFault, "a fan had failed"],
  [flags.external1, "external relay 1"],
  [flags.external2, "external relay 2"],
  [flags.powerUnder, "the supply voltage was too low"],
  [flags.powerOver, "the supply voltage was too high"],
];

export interface WatchdogInfo {
  readonly options: number;
  readonly identity: string;
}

/** @param bytes as many as `infoBytes`, as the kernel has filled them */
export function parseInfo(bytes: Uint8Array): WatchdogInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, infoBytes);
  const text = new TextDecoder("latin1").decode(bytes.subarray(identityOffset, infoBytes));
  const [identity = ""] = text.split("\0");
  // All architectures that Node runs Linux on with these numbers have the low byte first.
  return { options: view.getUint32(0, true), identity: printable(identity) };
}

/** A driver's text goes to terminals and logs: no control characters. */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, "").trim();

/** Numbers of errors, the same on all architectures of interest. */
export const errors = { notATypewriter: 25, invalid: 22, notSupported: 95 } as const;

/** The character that a driver with magic close wants to see last before it is closed. */
export const magicCharacter = 0x56;
