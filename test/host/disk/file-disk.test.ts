import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { failureOf } from "../../../src/host/disk/disk-errors.js";
import { FileDisk } from "../../../src/host/disk/file-disk.js";
import { openFilesMax } from "../../../src/host/disk/file-handles.js";
import type { DiskDone, DiskOperation, DiskResult } from "../../../src/recovery/disk.js";
import { type DiskRig, diskContract } from "../../contracts/disk.js";

const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-disk-"));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

class FileRig implements DiskRig {
  readonly folder: string;
  readonly disk: FileDisk;
  readonly #answers: DiskDone[];
  readonly #waiting: { wake: () => void };
  #asked = 0;
  #given = 0;

  private constructor(
    folder: string,
    disk: FileDisk,
    answers: DiskDone[],
    waiting: { wake: () => void },
  ) {
    this.folder = folder;
    this.disk = disk;
    this.#answers = answers;
    this.#waiting = waiting;
  }

  static async open(folder: string): Promise<FileRig> {
    const answers: DiskDone[] = [];
    const waiting = { wake: () => {} };
    const onDone = (done: DiskDone): void => {
      answers.push(done);
      waiting.wake();
    };
    const opened = await FileDisk.open({ folder, onDone });
    if (!opened.ok) return expect.fail(opened.reason);
    return new FileRig(folder, opened.disk, answers, waiting);
  }

  request(request: Parameters<DiskRig["request"]>[0]): void {
    this.#asked += 1;
    const before = this.#answers.length;
    this.disk.request(request);
    expect(this.#answers.length).toBe(before);
  }

  async settle(): Promise<readonly DiskDone[]> {
    while (this.#answers.length < this.#asked) {
      await new Promise<void>((resolve) => {
        this.#waiting.wake = resolve;
      });
    }
    const since = this.#answers.slice(this.#given);
    this.#given = this.#answers.length;
    return since;
  }

  async one(operation: DiskOperation): Promise<DiskResult> {
    this.request({ kind: "disk", id: this.#asked + 1, lane: "log", operation });
    return (await this.settle())[0]?.result ?? expect.fail("no answer");
  }

  async reopen(): Promise<DiskRig> {
    await this.close();
    return await FileRig.open(this.folder);
  }

  async close(): Promise<void> {
    await this.disk.close();
  }
}

diskContract("files", async () => await FileRig.open(newFolder()));

describe("a disk of files", () => {
  it("FILE-1: makes its folder and files for its user alone", async () => {
    const folder = join(newFolder(), "a", "b");
    const rig = await FileRig.open(folder);
    await rig.one({ kind: "create", file: "one", bytes: 1 });
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
    expect(lstatSync(join(folder, "one")).mode & 0o777).toBe(0o600);
    await rig.close();
  });

  it("FILE-2: touches nothing but files of good names in its folder", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "outside"), "kept");
    const rig = await FileRig.open(join(folder, "disk"));
    const refused: DiskResult = { ok: false, reason: "not-permitted" };
    for (const file of [
      "../outside",
      "/etc/passwd",
      "..",
      ".",
      "",
      ".lock",
      "A",
      "a/b",
      "a".repeat(65),
    ]) {
      expect(await rig.one({ kind: "create", file, bytes: 0 })).toEqual(refused);
      expect(await rig.one({ kind: "remove", file })).toEqual(refused);
      expect(await rig.one({ kind: "read", file, offset: 0, length: 1 })).toEqual(refused);
      expect(await rig.one({ kind: "rename", from: "one", to: file })).toEqual(refused);
    }
    symlinkSync(join(folder, "outside"), join(rig.folder, "link"));
    mkdirSync(join(rig.folder, "folder"));
    writeFileSync(join(rig.folder, "Not-Ours"), "");
    expect(await rig.one({ kind: "read", file: "link", offset: 0, length: 1 })).toEqual(refused);
    expect(await rig.one({ kind: "create", file: "link", bytes: 0 })).toEqual(refused);
    expect(await rig.one({ kind: "list" })).toEqual({ ok: true, files: [] });
    expect(readFileSync(join(folder, "outside"), "utf8")).toBe("kept");
    await rig.close();
  });

  it("FILE-3: refuses a folder that another disk uses, until that is closed", async () => {
    const rig = await FileRig.open(newFolder());
    const second = await FileDisk.open({ folder: rig.folder, onDone: () => {} });
    expect(second).toMatchObject({ ok: false });
    expect(second.ok ? "" : second.reason).toContain(`in use by process ${process.pid}`);
    await rig.close();
    await (await FileRig.open(rig.folder)).close();
  });

  it("FILE-4: says why a folder cannot be used", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "file"), "");
    const opened = await FileDisk.open({ folder: join(folder, "file"), onDone: () => {} });
    expect(opened.ok ? "" : opened.reason).toContain(join(folder, "file"));
  });

  it("FILE-5: answers nothing after it was closed, and closes twice", async () => {
    const answers: DiskDone[] = [];
    const opened = await FileDisk.open({
      folder: newFolder(),
      onDone: (done) => answers.push(done),
    });
    const disk = opened.ok ? opened.disk : expect.fail(opened.reason);
    for (let id = 1; id <= 5; id += 1) {
      disk.request({ kind: "disk", id, lane: "log", operation: { kind: "list" } });
    }
    await disk.close();
    const { length } = answers;
    expect(length).toBeLessThan(5);
    disk.request({ kind: "disk", id: 9, lane: "canary", operation: { kind: "list" } });
    await disk.close();
    expect(answers.length).toBe(length);
  });

  it("FILE-6: tells what the kernel says in the words of the port", async () => {
    const rig = await FileRig.open(newFolder());
    await rig.one({ kind: "create", file: "one", bytes: 1 });
    mkdirSync(join(rig.folder, "folder"));
    expect(await rig.one({ kind: "create", file: "folder", bytes: 1 })).toEqual({
      ok: false,
      reason: "io",
    });
    expect(await rig.one({ kind: "read", file: "one", offset: -1, length: 1 })).toMatchObject({
      ok: false,
    });
    await rig.close();
    const words = [
      "ENOSPC",
      "EDQUOT",
      "EROFS",
      "ENOENT",
      "EACCES",
      "EPERM",
      "ELOOP",
      "EIO",
      "EBADF",
    ];
    expect(words.map((code) => failureOf(Object.assign(new Error(code), { code })))).toEqual([
      ...["full", "full", "read-only", "absent"],
      ...["not-permitted", "not-permitted", "not-permitted", "io", "io"],
    ]);
    expect(failureOf("anything")).toBe("io");
  });

  it("FILE-7: keeps few files open, however many it is asked for", async () => {
    const rig = await FileRig.open(newFolder());
    for (let at = 0; at < 60; at += 1) {
      const file = `file-${at}`;
      await rig.one({ kind: "create", file, bytes: 8 });
      await rig.one({ kind: "write", file, offset: 0, bytes: new Uint8Array([at]), synced: true });
      await rig.one({ kind: "write", file, offset: 1, bytes: new Uint8Array([at]), synced: true });
    }
    expect(openIn(rig.folder)).toBeGreaterThan(1);
    // Each may have a handle to write and one to write synced; and there is the lock.
    expect(openIn(rig.folder)).toBeLessThanOrEqual(2 * openFilesMax + 1);
    const read = await rig.one({ kind: "read", file: "file-3", offset: 0, length: 2 });
    expect(read.ok ? [...(read.bytes ?? [])] : read.reason).toEqual([3, 3]);
    await rig.close();
    expect(openIn(rig.folder)).toBe(0);
  });
});

/** How many files of the folder this process has open. */
function openIn(folder: string): number {
  const links = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return links.filter((link) => link.startsWith(`${folder}/`)).length;
}
