/**
 * The folders that demos leave in the temporary folder: their logs and recordings are worth keeping
 * for a while, but not for ever. Each demo removes those of demos before it that are a day old.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the name of every such folder begins with. */
export const folderPrefix = "holdfast-demo-";

/** In milliseconds. */
export const keptFor = 24 * 3_600_000;

/** Holds the id of the process whose demo it is: one that still runs keeps its folder. */
const ownerFile = "pid";

/** This process needs the folder as long as it runs. */
export function markOwned(folder: string): void {
  writeFileSync(join(folder, ownerFile), `${process.pid}\n`);
}

/**
 * Removes what is old, in `parent`. Folders of other users, and what cannot be removed, stay.
 *
 * @param now wall-clock time in milliseconds, as file times are
 */
export function removeLeftovers(parent: string, now: number): void {
  for (const entry of readdirSync(parent, { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.startsWith(folderPrefix)) continue;
    const folder = join(parent, entry.name);
    try {
      if (isLeftBehind(folder, now)) rmSync(folder, { recursive: true });
    } catch {
      // Another demo was faster, or it is not ours: a demo does not fail for want of tidiness.
    }
  }
}

function isLeftBehind(folder: string, now: number): boolean {
  const { mtimeMs, uid } = statSync(folder);
  if (uid !== process.getuid?.() || now - mtimeMs < keptFor) return false;
  const owner = ownerOf(folder);
  return owner === null || !isRunning(owner);
}

function ownerOf(folder: string): number | null {
  try {
    const pid = Number(readFileSync(join(folder, ownerFile), "utf8"));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
