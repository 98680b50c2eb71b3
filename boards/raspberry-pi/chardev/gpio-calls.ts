/**
 * What the driver of the character device asks of the system: a small interface, so that the driver
 * is tested against a kernel that behaves like the real one and has no pins.
 */
import { closeSync, constants, openSync, readdirSync, statSync } from "node:fs";
import { constants as system } from "node:os";
import { loadNative } from "../../../src/host/native/native.js";

export interface GpioCalls {
  /** Why no such call can be made here; null where it can. */
  readonly refusal: string | null;
  /** The paths of the chips, each device once, in the order of their numbers. */
  chips(): readonly string[];
  /** For reading and writing. Throws as `open`. */
  open(path: string): number;
  close(file: number): void;
  /** 0, or the number of the error. */
  ioctl(file: number, request: number, argument: Uint8Array): number;
  /** From now on reads of it do not wait. 0, or the number of the error. */
  neverWait(file: number): number;
  /** How many bytes came, 0 where there are none now; below 0 the number of the error. */
  read(file: number, bytes: Uint8Array): number;
}

/** Of a machine that has more than this the rest is not looked at. */
const chipsMax = 64;

const setStatusFlags = 4;
const { EAGAIN, EINTR, ENOSYS } = system.errno;

/** This machine's kernel. */
export function systemGpioCalls(): GpioCalls {
  const native = nativeCalls();
  return {
    refusal: native.ok ? null : native.reason,
    chips,
    open: (path) => openSync(path, constants.O_RDWR),
    close: (file) => closeSync(file),
    ioctl: (file, request, argument) =>
      native.ok ? native.ioctl(file, request, argument) : ENOSYS,
    neverWait: (file) => (native.ok ? native.neverWait(file) : ENOSYS),
    read: (file, bytes) => (native.ok ? native.read(file, bytes) : -ENOSYS),
  };
}

type NativeCalls =
  | ({ readonly ok: true } & Pick<GpioCalls, "ioctl" | "neverWait" | "read">)
  | { readonly ok: false; readonly reason: string };

function nativeCalls(): NativeCalls {
  const loaded = loadNative();
  if (!loaded.ok) return loaded;
  const { libc, errno } = loaded.native;
  const ioctl = libc.func("int ioctl(int file, unsigned long request, void *argument)");
  const control = libc.func("int fcntl(int file, int command, int value)");
  const read = libc.func("intptr_t read(int file, void *bytes, size_t count)");
  return {
    ok: true,
    ioctl: (file, request, argument) => (ioctl(file, request, argument) === -1 ? errno() : 0),
    neverWait: (file) => (control(file, setStatusFlags, constants.O_NONBLOCK) === -1 ? errno() : 0),
    read: (file, bytes) => {
      const count = Number(read(file, bytes, bytes.length));
      if (count >= 0) return count;
      const error = errno();
      return error === EAGAIN || error === EINTR ? 0 : -error;
    },
  };
}

/** Raspberry Pi OS links an old number to the chip's new one: the device counts, not its names. */
function chips(): readonly string[] {
  const seen = new Set<number>();
  return readdirSync("/dev")
    .filter((name) => /^gpiochip\d{1,4}$/.test(name))
    .map((name) => ({ path: `/dev/${name}`, number: Number(name.slice("gpiochip".length)) }))
    .sort((one, other) => one.number - other.number)
    .filter(({ path }) => {
      const device = deviceOf(path);
      if (device === null || seen.has(device)) return false;
      seen.add(device);
      return true;
    })
    .slice(0, chipsMax)
    .map(({ path }) => path);
}

function deviceOf(path: string): number | null {
  try {
    return statSync(path).rdev;
  } catch {
    return null;
  }
}
