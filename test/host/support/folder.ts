/** A folder for one test. The path is short, for the sockets in it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const folders: string[] = [];

/**
 * It is removed when the last test of the file has ended, not when its own has: what a test leaves
 * to `onTestFinished` runs in reverse order, so a replica that was to be stopped there would still
 * write to a folder that was made after it.
 */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-host-"));
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});
