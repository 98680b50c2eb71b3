/**
 * Numbers the starts of a replica: each start has a greater number than every earlier one, and
 * peers refuse frames of a smaller number than they have seen, so that nobody can replay an earlier
 * life.
 *
 * It is the greater of "one more than last time" and the wall clock in milliseconds. A Raspberry Pi
 * has no battery behind its clock: after a power cut it may wake up in the past, and the file is
 * what carries on. Where the file is lost with its card, the wall clock is (once NTP has set it).
 * Only both together could repeat a number: a new card in a board without network.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeId } from "../kernel/ids.js";
import { replaceFile } from "./replace-file.js";

export interface BootIdOptions {
  readonly node: NodeId;
  /** Where it is kept; null for a replica that keeps nothing, and has only its wall clock. */
  readonly stateDir: string | null;
  /** Milliseconds since 1970. */
  readonly wallClock: number;
}

export interface BootIdChoice {
  readonly bootId: number;
  /** What was found in the file, where that is worth a word: it was not as we leave it. */
  readonly warning: string | null;
}

/** It travels in 48 bits. */
export const bootIdMax = 2 ** 48 - 1;

export const bootIdFile = (stateDir: string, node: NodeId): string =>
  join(stateDir, `${node}.boot`);

/**
 * Chooses the number, and returns when it is on the disk: a number that is used before it is kept
 * could be used again after a power cut.
 *
 * @throws the file system's error when the number cannot be kept
 */
export async function nextBootId(options: BootIdOptions): Promise<BootIdChoice> {
  const wallClock = Math.max(1, Math.floor(options.wallClock));
  if (options.stateDir === null) return { bootId: wallClock, warning: null };
  const file = bootIdFile(options.stateDir, options.node);
  const { last, warning } = await readLast(file);
  const bootId = Math.max(last + 1, wallClock);
  await replaceFile(file, `${bootId}\n`);
  return { bootId, warning };
}

async function readLast(file: string): Promise<{ last: number; warning: string | null }> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { last: 0, warning: null };
    throw error;
  }
  const last = /^[0-9]{1,15}\n?$/.test(text) ? Number(text) : bootIdMax;
  if (last < bootIdMax) return { last, warning: null };
  return { last: 0, warning: `${file} holds no boot id; the wall clock stands in for it` };
}
