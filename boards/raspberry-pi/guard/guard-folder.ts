/**
 * Where guards are asked: a folder of this user's with a named pipe for each guard. A pipe, for a
 * word can be written to it without waiting, and one that nobody reads any more says so.
 */
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadNative } from "../../../src/host/native/native.js";
import { codeOf } from "../refusals.js";
import { wordText } from "./guard-words.js";

/** Of more pipes than these the rest is not asked. */
const pipesMax = 64;

export const guardFolder = (): string => {
  const own = process.env["XDG_RUNTIME_DIR"];
  return own === undefined
    ? join(tmpdir(), `holdfast-${process.getuid?.() ?? 0}`)
    : join(own, "holdfast");
};

/** A chip's label as a part of a name of a file. */
const wordOf = (label: string): string => label.replace(/[^\w.-]+/g, "_");

/** Makes it where it is not there. Null where it is good, or why it is not. */
export function guardFolderRefusal(folder: string): string | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    const isOurs = stat.isDirectory() && stat.uid === process.getuid?.();
    if (isOurs && (stat.mode & 0o022) === 0) return null;
    return `${folder} must be a folder of this user's that nobody else may write to`;
  } catch (error) {
    return `${folder} cannot be made (${codeOf(error)}): set XDG_RUNTIME_DIR to a folder that can`;
  }
}

export interface GuardPipe {
  readonly path: string;
  readonly file: number;
}

/**
 * The pipe of this process. It appears in its place when it is open: one without a reader is taken
 * for that of a guard that was killed.
 *
 * @throws Error with a sentence, where there are no named pipes
 */
export function openGuardPipe(folder: string, label: string): GuardPipe {
  const loaded = loadNative();
  if (!loaded.ok) throw new Error(loaded.reason);
  const making = join(folder, `making_${process.pid}`);
  rmSync(making, { force: true });
  const make = loaded.native.libc.func("int mkfifo(const char *path, uint32_t mode)");
  if (make(making, 0o600) !== 0) throw new Error(`no named pipe ${making}`);
  // For writing too: so it does not end when the last who wrote is gone.
  const file = openSync(making, constants.O_RDWR | constants.O_NONBLOCK);
  const path = join(folder, `gpio_${wordOf(label)}_${process.pid}`);
  renameSync(making, path);
  return { path, file };
}

/** Tells every guard of this chip that a line is wanted; true where one heard it. */
export function askGuards(folder: string, label: string, offset: number): boolean {
  const begins = `gpio_${wordOf(label)}_`;
  const names = namesIn(folder).filter((name) => name.startsWith(begins));
  return names
    .slice(0, pipesMax)
    .map((name) => ask(join(folder, name), offset))
    .some((heard) => heard);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function ask(path: string, offset: number): boolean {
  try {
    if (!lstatSync(path).isFIFO()) return false;
    const file = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      writeSync(file, wordText({ kind: "want", offset }));
      return true;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    // Nobody reads it: its guard was killed.
    if (codeOf(error) === "ENXIO") rmSync(path, { force: true });
    return false;
  }
}
