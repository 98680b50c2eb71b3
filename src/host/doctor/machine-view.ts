/**
 * What a doctor looks at: files that the kernel makes, and who may open devices. It is a value, so
 * that a test shows it the files of a Raspberry Pi. Nothing here opens a device: opening a watchdog
 * would start it.
 */
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  statSync,
} from "node:fs";

/** Who may open a device. */
export interface DeviceAccess {
  readonly path: string;
  /** May this process read and write it? */
  readonly allowed: boolean;
  /** Names, or numbers that have none. */
  readonly owner: string;
  readonly group: string;
  /** Octal, for instance 660. */
  readonly mode: string;
}

export interface MachineView {
  /** A small text without blanks and zeros around it; null where it cannot be read. */
  text(path: string): string | null;
  /** The names in a folder, sorted; none where there is no such folder. */
  names(path: string): readonly string[];
  /** Where a link leads, as it is written; null where there is none. */
  link(path: string): string | null;
  /** Null where there is no such file. */
  access(path: string): DeviceAccess | null;
}

/** Longer texts are cut: nothing that the doctor reads is longer on a machine of any sense. */
const textBytesMax = 65_536;
const namesMax = 8_192;

/** This machine. */
export class LocalMachine implements MachineView {
  text(path: string): string | null {
    try {
      // The size that the kernel tells of such files is wrong: 0, or a page.
      const file = openSync(path, "r");
      try {
        return cleaned(readUpTo(file, textBytesMax).toString("utf8"));
      } finally {
        closeSync(file);
      }
    } catch {
      return null;
    }
  }

  names(path: string): readonly string[] {
    try {
      return readdirSync(path).slice(0, namesMax).sort();
    } catch {
      return [];
    }
  }

  link(path: string): string | null {
    try {
      return readlinkSync(path);
    } catch {
      return null;
    }
  }

  access(path: string): DeviceAccess | null {
    try {
      const { uid, gid, mode } = statSync(path);
      return {
        path,
        allowed: isAllowed(path),
        owner: nameOf(this, "/etc/passwd", uid),
        group: nameOf(this, "/etc/group", gid),
        mode: (mode & 0o777).toString(8),
      };
    } catch {
      return null;
    }
  }
}

function readUpTo(file: number, bytesMax: number): Buffer {
  const bytes = Buffer.alloc(bytesMax);
  let length = 0;
  for (;;) {
    const count = readSync(file, bytes, length, bytesMax - length, null);
    length += count;
    if (count === 0 || length === bytesMax) return bytes.subarray(0, length);
  }
}

/** Texts of the device tree end with a zero, and lists in it have zeros between. */
export const cleaned = (text: string): string => text.replace(/\0+$/, "").trim();

function isAllowed(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** In /etc/passwd and /etc/group the third field is the number, and the first the name. */
export function nameOf(machine: Pick<MachineView, "text">, file: string, id: number): string {
  const lines = machine.text(file)?.split("\n") ?? [];
  const line = lines.find((one) => one.split(":")[2] === String(id));
  return line?.split(":")[0] ?? String(id);
}

/** A whole number in a file; null where there is none. */
export function numberAt(machine: MachineView, path: string): number | null {
  const text = machine.text(path);
  return text !== null && /^-?\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The value of a line `name: value`, as in /proc/self/status; null where there is none. */
export function fieldIn(text: string | null, name: string): string | null {
  const line = text?.split("\n").find((one) => one.slice(0, one.indexOf(":")).trim() === name);
  return line === undefined ? null : line.slice(line.indexOf(":") + 1).trim();
}
