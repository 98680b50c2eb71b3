/** The executive on a real event loop. Nothing here depends on how fast the machine is. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import {
  LiveExecutive,
  type LiveExecutiveOptions,
} from "../../../src/host/executive/live-executive.js";
import { millis, seconds } from "../../../src/kernel/time.js";
import type { ExecutiveEvent } from "../../../src/scheduling/executive/events.js";
import {
  lock,
  nextRelease,
  pause,
  sleep,
  unlock,
} from "../../../src/scheduling/executive/requests.js";
import { priority } from "../../../src/scheduling/priority.js";

const started: LiveExecutive[] = [];

function live(options: LiveExecutiveOptions = {}) {
  const events: ExecutiveEvent[] = [];
  const executive = new LiveExecutive({ onEvents: (some) => events.push(...some), ...options });
  executive.addLock({ name: "m", protocol: { kind: "inheritance" } });
  started.push(executive);
  return { executive, events };
}

/** Until it is so, for as long as a busy machine may need. */
async function until(isSo: () => boolean): Promise<void> {
  for (let count = 0; count < 10_000 && !isSo(); count += 1)
    await new Promise((resolve) => setTimeout(resolve, 1));
  expect(isSo()).toBe(true);
}

afterEach(async () => {
  for (const executive of started.splice(0)) await executive.stop("the test is over", millis(50));
});

describe("the live executive", () => {
  it("LIVE-1: serves timers and sockets while a task is always ready", async () => {
    const { executive } = live();
    let slices = 0;
    const body = function* () {
      for (;;) {
        slices += 1;
        yield pause;
      }
    };
    executive.add({ name: "busy", base: priority(50), body });
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    for (let round = 0; round < 5; round += 1) {
      const before = slices;
      const received = once(socket, "message");
      socket.send("hello", socket.address().port, "127.0.0.1");
      await received;
      await new Promise((resolve) => setTimeout(resolve, 2));
      await until(() => slices > before);
    }
    socket.close();
    // Many slices a turn: otherwise a slice would cost a turn of the event loop.
    expect(slices / executive.turns).toBeGreaterThan(10);
  });

  it("LIVE-1: ends a turn after its slices, however short they were", async () => {
    const { executive } = live({ slicesPerTurnMax: 3, turnTime: seconds(100) });
    let slices = 0;
    const body = function* () {
      for (; slices < 30; slices += 1) yield pause;
    };
    executive.add({ name: "busy", base: priority(50), body });
    await until(() => slices === 30);
    expect(executive.turns).toBeGreaterThanOrEqual(10);
  });

  it("LIVE-2: wakes in time, never early, and rests in between", async () => {
    const { executive } = live();
    const early: number[] = [];
    let jobs = 0;
    executive.add({
      name: "p",
      base: priority(50),
      releases: { kind: "periodic", period: millis(5) },
      body: function* (self) {
        for (; jobs < 10; jobs += 1) {
          if (self.now() < self.release) early.push(self.release - self.now());
          yield nextRelease;
        }
      },
    });
    await until(() => jobs === 10);
    expect(early).toEqual([]);
    const { turns } = executive;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(executive.turns).toBe(turns);
  });

  it("LIVE-3: an AbortSignal cancels its task, also before it runs", async () => {
    const { executive, events } = live();
    const controller = new AbortController();
    const notes: string[] = [];
    const body = function* () {
      yield lock("m");
      try {
        yield sleep(seconds(1_000));
      } finally {
        yield unlock("m");
        notes.push("finally");
      }
    };
    executive.add({ name: "sleeps", base: priority(5), body, signal: controller.signal });
    await until(() => executive.standing()[0]?.state === "sleeping");
    controller.abort(new Error("the user went away"));
    const late = { name: "late", base: priority(5), body, signal: AbortSignal.abort("too late") };
    executive.add(late);
    await until(() => executive.standing().length === 0);
    expect(notes).toEqual(["finally"]);
    expect(events).toMatchObject([
      { kind: "cancelled", task: "sleeps", reason: "the user went away", held: [] },
      { kind: "cancelled", task: "late", reason: "too late", held: [] },
    ]);
  });

  it("LIVE-4: a failing task is told, and the others go on", async () => {
    const { executive, events } = live();
    let jobs = 0;
    const goesOn = function* () {
      for (;;) {
        jobs += 1;
        yield sleep(millis(1));
      }
    };
    executive.add({ name: "goes-on", base: priority(1), body: goesOn });
    const fails = function* () {
      yield lock("m");
      throw new Error("broken");
    };
    executive.add({ name: "fails", base: priority(5), body: fails });
    await until(() => jobs > 3);
    expect(events).toMatchObject([{ kind: "failed", task: "fails", held: ["m"] }]);
  });

  it("LIVE-5: a stop ends who waits, abandons who clings, runs nothing after", async () => {
    const { executive, events } = live();
    let slices = 0;
    const waits = function* () {
      yield lock("m");
    };
    const clings = () => ({
      next: () => ({ done: false as const, value: slices++ === 0 ? lock("m") : pause }),
      throw: () => ({ done: false as const, value: pause }),
      return: () => ({ done: false as const, value: sleepForEver }),
    });
    const sleepForEver = { kind: "outside" } as const;
    executive.add({ name: "clings", base: priority(9), body: clings });
    executive.add({ name: "waits", base: priority(5), body: waits });
    await until(() => slices > 2);
    const left = await executive.stop("bye", millis(20));
    expect(executive.standing()).toEqual([]);
    expect(events.map(({ task }) => task).toSorted()).toEqual(["clings", "waits"]);
    expect(left.length).toBeLessThanOrEqual(1);
    const after = slices;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(slices).toBe(after);
    expect(executive.add({ name: "new", base: priority(1), body: waits })).toMatchObject({
      reason: "shutting-down",
    });
  });

  it("LIVE-6: our own bug is told to the host, and nothing is run any more", async () => {
    let told: unknown = null;
    const { executive } = live({
      onFailure: (error) => {
        told = error;
      },
    });
    let slices = 0;
    const body = function* () {
      for (;;) {
        slices += 1;
        yield pause;
      }
    };
    const onEnd = () => {
      throw new Error("a bug of ours");
    };
    executive.add({ name: "busy", base: priority(1), body });
    const ends = function* () {
      yield pause;
    };
    executive.add({ name: "ends", base: priority(5), body: ends, onEnd });
    await until(() => told !== null);
    expect(String(told)).toContain("a bug of ours");
    const after = slices;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(slices).toBe(after);
  });
});
