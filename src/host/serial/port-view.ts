/**
 * What is asked of the system before a serial line is opened: files that the kernel and udev make.
 * It is a value, so that a test shows it the files of a Raspberry Pi. The `serialport` package has
 * a list of its own, but it starts `udevadm` for it, and where there is none the process dies.
 */
import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { printable } from "../watchdog/linux-watchdog-abi.js";

export interface DeviceNode {
  readonly isCharacterDevice: boolean;
  readonly major: number;
  readonly minor: number;
  readonly inode: number;
  /** May this process read and write it? */
  readonly allowed: boolean;
  /** The name of the group, or its number where it has none. */
  readonly group: string;
  /** Octal, for instance 660. */
  readonly mode: string;
}

export interface PortView {
  /** The names in a folder, sorted; none where there is no such folder. */
  names(path: string): readonly string[];
  /** One line of text; null where it cannot be read. */
  text(path: string): string | null;
  /** Without any link in it; null where it leads nowhere. */
  real(path: string): string | null;
  /** Of what a path leads to in the end; null where there is nothing. */
  node(path: string): DeviceNode | null;
}

const namesMax = 4_096;
const charactersMax = 256;

/** This machine. */
export const systemPorts: PortView = { names, text, real, node };

function names(path: string): readonly string[] {
  try {
    return readdirSync(path).slice(0, namesMax).sort();
  } catch {
    return [];
  }
}

function text(path: string): string | null {
  try {
    return printable(readFileSync(path, "latin1").slice(0, charactersMax));
  } catch {
    return null;
  }
}

function real(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function node(path: string): DeviceNode | null {
  try {
    const stat = statSync(path);
    return {
      isCharacterDevice: stat.isCharacterDevice(),
      // As the C library packs them: 12 bits of major from bit 8, 8 bits of minor below, 12 above.
      major: (stat.rdev >>> 8) & 0xfff,
      minor: (stat.rdev & 0xff) | ((stat.rdev >>> 12) & 0xfff00),
      inode: stat.ino,
      // Read when they are asked for: a line is looked at with every heartbeat, and a card that
      // stalls on /etc/group would hold up the loop.
      get allowed() {
        return isAllowed(path);
      },
      get group() {
        return groupName(stat.gid);
      },
      mode: (stat.mode & 0o777).toString(8),
    };
  } catch {
    return null;
  }
}

function isAllowed(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** In /etc/group the third field is the number, and the first the name. */
function groupName(id: number): string {
  try {
    const lines = readFileSync("/etc/group", "latin1").split("\n");
    const [name] = lines.find((line) => line.split(":")[2] === String(id))?.split(":") ?? [];
    return name ?? String(id);
  } catch {
    return String(id);
  }
}
