import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { lockFolder, lockFolderWithin } from "../../../src/host/disk/folder-lock.js";
import { loadNative } from "../../../src/host/native/native.js";

const folders: string[] = [];
const children: ChildProcess[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-lock-"));
  folders.push(folder);
  return folder;
}

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Some other process that lives for as long as we like. */
function other(): ChildProcess {
  const child = spawn("sleep", ["100"]);
  children.push(child);
  return child;
}

const beganAt = (pid: number): string => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
};

const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
const anotherBoot = "00000000-0000-4000-8000-000000000000";

const ways = loadNative().ok ? [true, false] : [false];

describe.each(ways)("the lock of a folder, by the kernel: %s", (isNative) => {
  it("FILE-3: is had by one at a time, and again when it was released", async () => {
    const folder = newFolder();
    const first = await lockFolder(folder, isNative);
    for (const way of ways) {
      const second = await lockFolder(folder, way);
      expect(second.ok ? "" : second.reason).toContain(`${folder} is in use by process`);
    }
    if (first.ok) await first.lock.release();
    const third = await lockFolder(folder, isNative);
    expect(third.ok).toBe(true);
    if (third.ok) await third.lock.release();
  });

  it("FILE-3: is left to a process that lives, and taken from one that died", async () => {
    const folder = newFolder();
    const child = other();
    const pid = child.pid ?? 0;
    const holder = `${pid} ${beganAt(pid)} ${boot}\n`;
    writeFileSync(join(folder, ".lock"), holder);
    const refused = await lockFolder(folder, isNative);
    expect(refused.ok ? "" : refused.reason).toContain(`process ${pid}`);
    expect(readFileSync(join(folder, ".lock"), "utf8")).toBe(holder);
    await kill(child);
    const taken = await lockFolder(folder, isNative);
    expect(taken.ok).toBe(true);
    expect(readFileSync(join(folder, ".lock"), "utf8")).toContain(`${process.pid} `);
    if (taken.ok) await taken.lock.release();
  });

  it.runIf(isNative)("FILE-3: is waited for, as from a process that is about to end", async () => {
    const folder = newFolder();
    const first = await lockFolder(folder);
    expect((await lockFolderWithin(folder, 0)).ok).toBe(false);
    const second = lockFolderWithin(folder, 60_000);
    await new Promise((over) => setTimeout(over, 120));
    if (first.ok) await first.lock.release();
    const taken = await second;
    expect(taken.ok).toBe(true);
    if (taken.ok) await taken.lock.release();
  });

  it("FILE-3: is taken where the number of a dead process is another's by now", async () => {
    const folder = newFolder();
    const pid = other().pid ?? 0;
    for (const content of [
      `${pid} ${Number(beganAt(pid)) - 1} ${boot}\n`,
      `${pid}  ${boot}\n`,
      `${pid} ${beganAt(pid)}\n`,
      ...["", "rubbish", "7"],
    ]) {
      writeFileSync(join(folder, ".lock"), content);
      const taken = await lockFolder(folder, isNative);
      expect(taken.ok).toBe(true);
      if (taken.ok) await taken.lock.release();
    }
    expect(readdirSync(folder).filter((name) => name !== ".lock")).toEqual([]);
    expect(existsSync(join(folder, ".lock"))).toBe(isNative);
  });

  it("FILE-3: is taken where the board was started anew, whoever has the number now", async () => {
    const folder = newFolder();
    const pid = other().pid ?? 0;
    for (const [whose, isTaken] of [
      [anotherBoot, true],
      ["", true],
      [boot, false],
    ] as const) {
      writeFileSync(join(folder, ".lock"), `${pid} ${beganAt(pid)} ${whose}\n`);
      const taken = await lockFolder(folder, isNative);
      expect(taken.ok, whose).toBe(isTaken);
      if (taken.ok) await taken.lock.release();
    }
  });
});
