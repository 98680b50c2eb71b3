/** A folder for one test. The path is short, for the sockets in it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-host-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
