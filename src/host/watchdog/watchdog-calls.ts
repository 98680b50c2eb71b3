/**
 * What a driver of a Linux watchdog asks of the system: a small interface, so that the driver is
 * tested against a device that behaves like a real one and resets nobody's board.
 */
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from "node:fs";
import { loadNative } from "../native/native.js";
import { errors, printable } from "./linux-watchdog-abi.js";

export interface WatchdogCalls {
  /** Loads what `ioctl` takes, which else happens with the first question about it. */
  load(): void;
  /** Why no `ioctl` can be made here; null where it can. */
  readonly ioctlRefusal: string | null;
  /** `major:minor` of a character device, null for another kind of file. Throws as `stat`. */
  deviceNumber(path: string): string | null;
  /** For writing alone. Arms the device! Throws as `open`. */
  open(path: string): number;
  /** Throws as `write`. */
  write(file: number, bytes: Uint8Array): void;
  close(file: number): void;
  /** 0, or the number of the error. */
  ioctl(file: number, request: number, argument: Int32Array | Uint8Array): number;
  /** The names under /sys/class/watchdog; empty where there is no such folder. */
  entries(): readonly string[];
  /** The text of one file there, without the line's end; null where it cannot be read. */
  attribute(entry: string, name: string): string | null;
}

const classFolder = "/sys/class/watchdog";

/** Of a kernel that has more than this the rest is not looked at. */
const entriesMax = 32;
const attributeCharactersMax = 256;

/** Who reads facts alone loads no library: it is loaded with the first question about ioctls. */
export function systemWatchdogCalls(): WatchdogCalls {
  let loaded: IoctlResult | null = null;
  const native = (): IoctlResult => {
    loaded ??= loadIoctl();
    return loaded;
  };
  return {
    load: () => {
      native();
    },
    get ioctlRefusal() {
      const call = native();
      return call.ok ? null : call.reason;
    },
    deviceNumber,
    // Closed in children by itself (O_CLOEXEC): a child that kept it open would keep it busy.
    open: (path) => openSync(path, constants.O_WRONLY),
    write: (file, bytes) => {
      writeSync(file, bytes);
    },
    close: (file) => closeSync(file),
    ioctl: (file, request, argument) => {
      const call = native();
      return call.ok ? call.ioctl(file, request, argument) : errors.notSupported;
    },
    entries,
    attribute,
  };
}

type Ioctl = WatchdogCalls["ioctl"];
type IoctlResult =
  | { readonly ok: true; readonly ioctl: Ioctl }
  | { readonly ok: false; readonly reason: string };

function loadIoctl(): IoctlResult {
  const loaded = loadNative();
  if (!loaded.ok) return loaded;
  const { libc, errno } = loaded.native;
  const call = libc.func("int ioctl(int file, unsigned long request, void *argument)");
  const ioctl: Ioctl = (file, request, argument) =>
    call(file, request, argument) === -1 ? errno() : 0;
  return { ok: true, ioctl };
}

function deviceNumber(path: string): string | null {
  const stat = statSync(path);
  if (!stat.isCharacterDevice()) return null;
  const { rdev } = stat;
  // As the C library packs them: 12 bits of major from bit 8, 8 bits of minor below, 12 above.
  return `${(rdev >>> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >>> 12) & 0xfff00)}`;
}

function entries(): readonly string[] {
  try {
    return readdirSync(classFolder)
      .filter((entry) => /^watchdog\d+$/.test(entry))
      .sort()
      .slice(0, entriesMax);
  } catch {
    return [];
  }
}

function attribute(entry: string, name: string): string | null {
  try {
    const text = readFileSync(`${classFolder}/${entry}/${name}`, "latin1");
    return printable(text.slice(0, attributeCharactersMax));
  } catch {
    return null;
  }
}
