/** Questions about time that Node cannot ask the kernel; null where nobody can. */
import { loadNative } from "../native/native.js";
import type { WallClock } from "./clock.js";

const clockMonotonic = 1;
const nanosPerSecond = 1_000_000_000;

/** Twice as large as `struct timex` is anywhere; zero asks, and sets nothing. */
const timexBytes = 512;

/** Fields of `struct timex`, counted in words as wide as a `long`. */
const errorMaxField = 3;
const statusField = 5;

/** TIME_ERROR, and STA_UNSYNC: either says that nobody keeps the clock right. */
const timeError = 5;
const unsynchronised = 0x40;

/** Of CLOCK_MONOTONIC, in nanoseconds. */
export function resolutionNow(): number | null {
  const loaded = loadNative();
  if (!loaded.ok) return null;
  const { koffi, libc } = loaded.native;
  const words = Buffer.alloc(16);
  const call = libc.func("clock_getres", "int", ["int", "void *"]);
  if (call(clockMonotonic, words) !== 0) return null;
  const bytes = koffi.sizeof("long");
  return wordAt(words, 0, bytes) * nanosPerSecond + wordAt(words, 1, bytes);
}

/** As the kernel knows it; a client of NTP tells the kernel. */
export function wallClockNow(): WallClock | null {
  const loaded = loadNative();
  if (!loaded.ok) return null;
  const { koffi, libc } = loaded.native;
  const words = Buffer.alloc(timexBytes);
  const state = Number(libc.func("adjtimex", "int", ["void *"])(words));
  if (state < 0) return null;
  const bytes = koffi.sizeof("long");
  const status = words.readInt32LE(statusField * bytes);
  return {
    synchronised: state !== timeError && (status & unsynchronised) === 0,
    errorMax: wordAt(words, errorMaxField, bytes),
  };
}

const wordAt = (words: Buffer, index: number, bytes: number): number =>
  bytes === 8 ? Number(words.readBigInt64LE(8 * index)) : words.readInt32LE(4 * index);
