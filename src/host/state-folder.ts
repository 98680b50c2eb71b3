/**
 * The state folder at a start. Without it a replica cannot number its starts, and so does not
 * start; what the file system says of it ("ENOSPC: no space left on device, write") names neither
 * the folder nor what is to be done.
 */

/** A start needs the folder, and cannot write to it. */
export class StateFolderFailure extends Error {
  override readonly name = "StateFolderFailure";

  constructor(folder: string, cause: NodeJS.ErrnoException) {
    const { code = "", message } = cause;
    const known = causes[code];
    const why = known === undefined ? `cannot be used: ${message}` : `${known} (${code})`;
    super(`the stateDir ${folder} ${why}`, { cause });
  }
}

const needs = "a start has to write its number there";
const readOnly = `is read-only, and ${needs}: see dmesg; restart the board, or replace its card`;

const causes: Readonly<Record<string, string>> = {
  ENOSPC: `is on a full disk, and ${needs}: make room`,
  EDQUOT: `is beyond its quota, and ${needs}: make room`,
  EROFS: readOnly,
  EACCES: `may not be written to by this user, and ${needs}`,
  EPERM: `may not be written to by this user, and ${needs}`,
  EEXIST: "is no folder",
  ENOTDIR: "is no folder, or stands in none",
};

/** @throws StateFolderFailure in the place of the file system's errors */
export async function inStateFolder<T>(folder: string | null, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (folder === null || !(error instanceof Error && "syscall" in error)) throw error;
    throw new StateFolderFailure(folder, error as NodeJS.ErrnoException);
  }
}
