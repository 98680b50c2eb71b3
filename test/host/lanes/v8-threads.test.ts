import { describe, expect, it } from "vitest";
import { threadsHere, v8Threads } from "../../../src/host/lanes/v8-threads.js";

const named = (...names: string[]) => names.map((name, index) => ({ tid: 100 + index, name }));

describe("V8's own threads", () => {
  it("are those right after the main one where none has a name (RT-2)", () => {
    const threads = named(...new Array<string>(11).fill("node"));
    expect(v8Threads(threads, 4)).toEqual([101, 102, 103, 104, 105]);
    expect(v8Threads(threads, 1)).toEqual([101, 102]);
  });

  it("are those that say so where they have names (RT-2)", () => {
    const threads = named("node", "DelayedTaskSche", "node-V8Worker", "libuv-worker", "V8Worker");
    expect(v8Threads(threads, 4)).toEqual([101, 102, 104]);
  });

  it.skipIf(process.platform !== "linux")("are listed in the order of their beginning", () => {
    const [first] = threadsHere();
    expect(first?.tid).toBe(process.pid);
  });
});
