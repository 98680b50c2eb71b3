/** The file of the boot journal: `<stateDir>/<node>.boots`. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import {
  type BootEntry,
  encodeJournal,
  journalBytesMax,
  parseJournal,
} from "../../watchdog/restart/boot-journal.js";
import { replaceFile } from "../replace-file.js";

export const journalSuffix = ".boots";

export const journalPath = (stateDir: string, node: string): string =>
  join(stateDir, `${node}${journalSuffix}`);

export interface JournalFile {
  /** Oldest first; empty where there is no file, and where it cannot be read. */
  readonly starts: readonly BootEntry[];
  /** What is wrong with it, for a person; null where nothing is. */
  readonly warning: string | null;
}

/** Never rejects: a journal that is lost must not keep a replica from starting. */
export async function readJournal(file: string): Promise<JournalFile> {
  try {
    const handle = await open(file);
    try {
      const buffer = Buffer.alloc(journalBytesMax + 1);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      const reading = parseJournal(buffer.toString("utf8", 0, bytesRead));
      return reading.ok ? { starts: reading.starts, warning: null } : lost(file, reading.expected);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { starts: [], warning: null };
    return lost(file, `a file that can be read (${code})`);
  }
}

const lost = (file: string, expected: string): JournalFile => ({
  starts: [],
  warning: `${file}: expected ${expected}; the journal of starts begins anew`,
});

/** @throws the file system's error; what was there before is there then */
export const writeJournal = (file: string, starts: readonly BootEntry[]): Promise<void> =>
  replaceFile(file, encodeJournal(starts));
