/** The contract of a disk, run over every implementation. What a crash does is not in here. */
import { afterEach, describe, expect, it } from "vitest";
import type {
  DiskDone,
  DiskLane,
  DiskOperation,
  DiskRequest,
  DiskResult,
} from "../../src/recovery/disk.js";

export interface DiskRig {
  request(request: DiskRequest): void;
  /** Waits until everything has been answered; gives what was answered since the last time. */
  settle(): Promise<readonly DiskDone[]>;
  /** The same files, after an end in good order and a new start. */
  reopen(): Promise<DiskRig>;
  close(): Promise<void>;
}

type OpenRig = () => Promise<Asker>;

/** Numbers the requests, and finds the answers. */
class Asker {
  rig: DiskRig;
  #id = 0;

  constructor(rig: DiskRig) {
    this.rig = rig;
  }

  ask(operation: DiskOperation, lane: DiskLane = "log"): number {
    this.#id += 1;
    this.rig.request({ kind: "disk", id: this.#id, lane, operation });
    return this.#id;
  }

  /** The results of these alone, in order. */
  async all(...operations: readonly DiskOperation[]): Promise<readonly DiskResult[]> {
    const ids = operations.map((operation) => this.ask(operation));
    const answers = await this.rig.settle();
    expect(answers.map(({ id }) => id)).toEqual(ids);
    return answers.map(({ result }) => result);
  }

  async one(operation: DiskOperation): Promise<DiskResult> {
    const [result] = await this.all(operation);
    return result ?? expect.fail("no answer");
  }

  async bytesOf(file: string, offset = 0, length = 4_096): Promise<readonly number[]> {
    const result = await this.one({ kind: "read", file, offset, length });
    return result.ok ? [...(result.bytes ?? [])] : expect.fail(result.reason);
  }

  async names(): Promise<readonly string[]> {
    const result = await this.one({ kind: "list" });
    return result.ok ? (result.files ?? []).map(({ file }) => file) : expect.fail(result.reason);
  }
}

const write = (
  file: string,
  offset: number,
  values: readonly number[],
  synced = true,
): DiskOperation => ({ kind: "write", file, offset, bytes: new Uint8Array(values), synced });

const create = (file: string, bytes: number): DiskOperation => ({ kind: "create", file, bytes });

const ok: DiskResult = { ok: true };

export function diskContract(name: string, openRig: () => Promise<DiskRig>): void {
  describe(`the disk contract: ${name}`, () => {
    const opened: Asker[] = [];
    const open: OpenRig = async () => {
      const asker = new Asker(await openRig());
      opened.push(asker);
      return asker;
    };

    afterEach(async () => {
      for (const { rig } of opened.splice(0)) await rig.close();
    });

    checkFiles(open);
    checkFolder(open);
    checkFailures(open);
    checkLanes(open);
  });
}

function checkFiles(open: OpenRig): void {
  it("DISK-1: makes files of zeroes, in place of any of that name", async () => {
    const disk = await open();
    expect(await disk.all(create("one", 5), write("one", 1, [7, 8]))).toEqual([ok, ok]);
    expect(await disk.bytesOf("one")).toEqual([0, 7, 8, 0, 0]);
    expect(await disk.one(create("one", 2))).toEqual(ok);
    expect(await disk.bytesOf("one")).toEqual([0, 0]);
    const length = 1_000_000;
    await disk.one(create("long", length));
    expect(await disk.bytesOf("long", length - 3)).toEqual([0, 0, 0]);
  });

  it("DISK-2: writes where it is told, synced or not, and lets a file grow", async () => {
    for (const synced of [true, false]) {
      const disk = await open();
      await disk.all(create("one", 3), write("one", 2, [1, 2], synced), {
        kind: "sync",
        file: "one",
      });
      expect(await disk.bytesOf("one")).toEqual([0, 0, 1, 2]);
      await disk.one(write("one", 6, [9], synced));
      expect(await disk.bytesOf("one")).toEqual([0, 0, 1, 2, 0, 0, 9]);
      await disk.one(write("one", 0, [5, 5, 5, 5, 5, 5, 5, 5], synced));
      expect(await disk.bytesOf("one")).toEqual([5, 5, 5, 5, 5, 5, 5, 5]);
    }
  });

  it("DISK-3: reads what is there, and fewer bytes where the file ends", async () => {
    const disk = await open();
    await disk.all(create("one", 0), write("one", 0, [1, 2, 3, 4]));
    expect(await disk.bytesOf("one", 1, 2)).toEqual([2, 3]);
    expect(await disk.bytesOf("one", 3, 9)).toEqual([4]);
    expect(await disk.bytesOf("one", 4, 9)).toEqual([]);
    expect(await disk.bytesOf("one", 99, 9)).toEqual([]);
    expect(await disk.bytesOf("one", 0, 0)).toEqual([]);
  });

  it("DISK-4: cuts a file and lengthens it with zeroes", async () => {
    const disk = await open();
    await disk.all(create("one", 0), write("one", 0, [1, 2, 3, 4]));
    await disk.one({ kind: "truncate", file: "one", bytes: 2 });
    expect(await disk.bytesOf("one")).toEqual([1, 2]);
    await disk.one({ kind: "truncate", file: "one", bytes: 4 });
    expect(await disk.bytesOf("one")).toEqual([1, 2, 0, 0]);
  });

  it("DISK-5: gives bytes that are the reader's own", async () => {
    const disk = await open();
    await disk.all(create("one", 0), write("one", 0, [1, 2, 3]));
    const result = await disk.one({ kind: "read", file: "one", offset: 0, length: 3 });
    const bytes = (result.ok ? result.bytes : undefined) ?? expect.fail("nothing was read");
    await disk.one(write("one", 0, [9, 9, 9]));
    expect([...bytes]).toEqual([1, 2, 3]);
    bytes.fill(4);
    expect(await disk.bytesOf("one")).toEqual([9, 9, 9]);
  });
}

function checkFolder(open: OpenRig): void {
  it("DISK-6: lists its files by name, with their lengths", async () => {
    const disk = await open();
    expect(await disk.one({ kind: "list" })).toEqual({ ok: true, files: [] });
    await disk.all(create("b", 2), create("a.new", 0), create("a-1", 3));
    const files = [
      { file: "a-1", bytes: 3 },
      { file: "a.new", bytes: 0 },
      { file: "b", bytes: 2 },
    ];
    expect(await disk.one({ kind: "list" })).toEqual({ ok: true, files });
  });

  it("DISK-7: renames, in place of any of that name, whatever was open", async () => {
    const disk = await open();
    await disk.all(create("old", 0), write("old", 0, [1]), create("new", 0), write("new", 0, [2]));
    expect(await disk.one({ kind: "rename", from: "new", to: "old" })).toEqual(ok);
    expect(await disk.names()).toEqual(["old"]);
    expect(await disk.bytesOf("old")).toEqual([2]);
    await disk.all(write("old", 1, [3]), create("new", 1), write("new", 0, [4]));
    expect(await disk.bytesOf("old")).toEqual([2, 3]);
    expect(await disk.bytesOf("new")).toEqual([4]);
  });

  it("DISK-8: removes what is there, and what is not is removed already", async () => {
    const disk = await open();
    await disk.all(create("one", 0), write("one", 0, [1]));
    expect(await disk.one({ kind: "remove", file: "one" })).toEqual(ok);
    expect(await disk.one({ kind: "remove", file: "one" })).toEqual(ok);
    expect(await disk.names()).toEqual([]);
    await disk.all(create("one", 1), { kind: "sync-folder" });
    expect(await disk.bytesOf("one")).toEqual([0]);
  });

  it("DISK-9: has everything after an end in good order", async () => {
    const disk = await open();
    await disk.all(create("one", 2), write("one", 1, [6]), write("one", 0, [5], false));
    disk.rig = await disk.rig.reopen();
    expect(await disk.names()).toEqual(["one"]);
    expect(await disk.bytesOf("one")).toEqual([5, 6]);
    expect(await disk.all(write("one", 2, [7]), { kind: "sync", file: "one" })).toEqual([ok, ok]);
    expect(await disk.bytesOf("one")).toEqual([5, 6, 7]);
  });
}

function checkFailures(open: OpenRig): void {
  it("DISK-10: says so when there is no such file, and makes none", async () => {
    const disk = await open();
    const results = await disk.all(
      { kind: "read", file: "none", offset: 0, length: 1 },
      write("none", 0, [1]),
      write("none", 0, [1], false),
      { kind: "sync", file: "none" },
      { kind: "truncate", file: "none", bytes: 1 },
      { kind: "rename", from: "none", to: "other" },
    );
    for (const result of results) expect(result).toEqual({ ok: false, reason: "absent" });
    expect(await disk.names()).toEqual([]);
  });
}

function checkLanes(open: OpenRig): void {
  it("DISK-11: answers each request once, in the order of its lane", async () => {
    const disk = await open();
    const lanes: readonly DiskLane[] = ["log", "snapshot", "canary"];
    const asked = new Map(lanes.map((lane) => [lane, [disk.ask(create(lane, 0), lane)]]));
    for (let count = 0; count < 30; count += 1) {
      const lane = lanes[count % lanes.length] as DiskLane;
      asked.get(lane)?.push(disk.ask(write(lane, count, [count], count % 2 === 0), lane));
    }
    const answers = await disk.rig.settle();
    expect(answers.every(({ result }) => result.ok)).toBe(true);
    expect(answers.length).toBe(33);
    for (const lane of lanes) {
      const ids = asked.get(lane) ?? [];
      expect(answers.map(({ id }) => id).filter((id) => ids.includes(id))).toEqual(ids);
    }
  });

  it("DISK-12: carries the operations of a lane out one after the other", async () => {
    const disk = await open();
    disk.ask(create("one", 0));
    for (let count = 1; count <= 20; count += 1) disk.ask(write("one", 0, [count]));
    disk.ask({ kind: "rename", from: "one", to: "two" });
    disk.ask(write("two", 1, [7]));
    await disk.rig.settle();
    expect(await disk.bytesOf("two")).toEqual([20, 7]);
  });
}
