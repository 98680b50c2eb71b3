/**
 * A leader whose disk is full: a small file system of its own, which only root can make. Without it
 * the test is skipped, and says so.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../../src/host/state/client.js";
import { seconds } from "../../../src/kernel/time.js";
import { run } from "../../cli/support/captured-io.js";
import { isBuilt } from "../support/built.js";
import { Members, memberProgram } from "./support/members.js";

const names = ["a", "b", "c"];
function mountSmall(folder: string): boolean {
  const words = ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder];
  return spawnSync("mount", words).status === 0;
}

const unmount = (folder: string) => spawnSync("umount", ["-l", folder]);

/** Root alone may, and in some containers not even root. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-mount-"));
  const may = process.platform === "linux" && mountSmall(folder);
  if (may) unmount(folder);
  else console.warn("SKIPPED, run as root: a disk that is full needs a mount of its own");
  rmdirSync(folder);
  return may;
}

/** Takes all the room that is left. */
function fill(folder: string): string {
  const { bavail, bsize } = statfsSync(folder);
  const file = join(folder, "filler");
  writeFileSync(file, new Uint8Array(bavail * bsize));
  return file;
}

const isLedBy = async (members: Members, via: string, leader: string): Promise<boolean> =>
  (await run(["member", "list", "--state-dir", members.stateDir(via)])).stdout.includes(
    `, ${leader} leads`,
  );

describe.runIf(mayMount() && isBuilt([memberProgram]))("a live leader whose disk is full", () => {
  it("STATE-LIVE-4 leads no more; the others go on; it is back when there is room", {
    timeout: 300_000,
  }, async () => {
    const members = await Members.prepare(names, { heartbeatMs: 100, electionMs: 1_000 });
    const folder = members.stateDir("a");
    await mkdir(folder, { recursive: true });
    expect(mountSmall(folder)).toBe(true);
    onTestFinished(() => {
      unmount(folder);
    });
    onTestFinished(() => members.kill("a"));
    for (const name of names) members.start(name);
    const paths = ["b", "c"].map((name) => members.path(name));
    const open = () => connect({ paths, timeout: seconds(60) }).catch(() => null);
    await expect.poll(open, { timeout: 60_000 }).not.toBeNull();
    const client = await connect({ paths, timeout: seconds(60) });
    onTestFinished(() => client.leave());
    await client.put("first", "1");
    const transfer = () => run(["member", "transfer", "a", "--state-dir", members.stateDir("b")]);
    await expect.poll(async () => (await transfer()).code, { timeout: 60_000 }).toBe(0);
    const filler = fill(folder);
    // More than the segments that were made in advance.
    for (let n = 0; n < 700; n += 1) await client.put(`k/${n % 50}`, "x".repeat(4_000));
    expect(await isLedBy(members, "b", "a")).toBe(false);
    rmSync(filler);
    await client.put("last", "2");
    const a = await connect({ paths: [members.path("a")], timeout: seconds(60) });
    onTestFinished(() => a.leave());
    const hasAll = async () => (await a.get("last", { stale: true })).found?.version === 1;
    await expect.poll(hasAll, { timeout: 60_000 }).toBe(true);
    expect(members.complaints).toEqual([]);
  });
});
