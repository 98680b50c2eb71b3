/** Tasks that are async functions keep the rules of those that are generators. */
import { afterEach, describe, expect, it } from "vitest";
import { type AsyncTask, TaskCancelled } from "../../../src/host/executive/async-task.js";
import { LiveExecutive } from "../../../src/host/executive/live-executive.js";
import { millis, seconds } from "../../../src/kernel/time.js";
import type { ExecutiveEvent } from "../../../src/scheduling/executive/events.js";
import { pause } from "../../../src/scheduling/executive/requests.js";
import { priority } from "../../../src/scheduling/priority.js";

const started: LiveExecutive[] = [];

function live() {
  const events: ExecutiveEvent[] = [];
  const notes: string[] = [];
  const executive = new LiveExecutive({ onEvents: (some) => events.push(...some) });
  executive.addLock({ name: "m", protocol: { kind: "inheritance" } });
  executive.addCondition({ name: "c", lock: "m" });
  executive.addSemaphore({ name: "s", count: 0, max: 1 });
  started.push(executive);
  const standing = (name: string) => executive.standing().find(({ task }) => task === name);
  return { executive, events, notes, standing };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let count = 0; count < 10_000 && !isSo(); count += 1)
    await new Promise((resolve) => setTimeout(resolve, 1));
  expect(isSo()).toBe(true);
}

/** Awaits, so that what follows is some microtasks away from the task's own promise. */
async function deep(levels: number, work: () => Promise<unknown>): Promise<void> {
  if (levels > 0) await deep(levels - 1, work);
  else await work();
}

afterEach(async () => {
  for (const executive of started.splice(0)) await executive.stop("the test is over", millis(50));
});

describe("async tasks", () => {
  it("ASYNC-1: run by priority, and one at a time through nested promises", async () => {
    const { executive, notes } = live();
    const body = (name: string) => async (task: AsyncTask) => {
      for (let slice = 0; slice < 3; slice += 1) {
        await deep(5, () => task.pause());
        notes.push(`${name} in`);
        await deep(20, async () => {});
        notes.push(`${name} out`);
      }
    };
    const all = [
      executive.runAsync("low", priority(1), body("low")),
      executive.runAsync("a", priority(5), body("a")),
      executive.runAsync("b", priority(5), body("b")),
      executive.runAsync("high", priority(9), body("high")),
    ];
    await Promise.all(all);
    const turns = notes.filter((_, index) => index % 2 === 0).map((note) => note.split(" ")[0]);
    expect(turns.join(" ")).toBe("high high high a b a b a b low low low");
    for (let index = 0; index < notes.length; index += 2)
      expect(notes[index + 1]).toBe(notes[index]?.replace("in", "out"));
  });

  it("ASYNC-1: take their turns among generators", async () => {
    const { executive, notes } = live();
    executive.add({
      name: "generator",
      base: priority(5),
      body: function* () {
        for (let slice = 0; slice < 3; slice += 1) {
          notes.push("generator");
          yield pause;
        }
      },
    });
    await executive.runAsync("async", priority(5), async (task) => {
      for (let slice = 0; slice < 3; slice += 1) {
        notes.push("async");
        await task.pause();
      }
    });
    expect(notes.join(" ")).toBe("generator async generator async generator async");
  });

  it("ASYNC-2: have locks with inheritance, conditions, semaphores and time-outs", async () => {
    const { executive, notes } = live();
    let isFull = false;
    const low = executive.runAsync("low", priority(1), async (task) => {
      await task.lock("m");
      await task.sleep(millis(2));
      await task.pause();
      notes.push(`low at ${task.effective}`);
      isFull = true;
      await task.signal("c");
      await task.unlock("m");
      await task.give("s");
    });
    const high = executive.runAsync("high", priority(9), async (task) => {
      await task.sleep(millis(1));
      expect(await task.lock("m")).toEqual({ kind: "taken", ownerDied: false });
      while (!isFull) notes.push(`high ${(await task.wait("c", millis(500))).kind}`);
      await task.unlock("m");
      notes.push(`high ${(await task.acquire("s")).kind}`);
      notes.push(`high ${(await task.acquire("s", millis(1))).kind}`);
      notes.push(`high ${(await task.tryAcquire("s")).kind}`);
      return "over";
    });
    await low;
    expect(await high).toBe("over");
    expect(notes.filter((note) => note.startsWith("high"))).toEqual([
      ...notes.filter((note) => note === "high signalled"),
      "high acquired",
      "high timed-out",
      "high busy",
    ]);
    expect(notes[0]).toMatch(/^low at 9|^high signalled/);
  });

  it("ASYNC-3: refuse what is asked wrongly: of another's lock, two at once", async () => {
    const { executive, notes } = live();
    let handle: AsyncTask | null = null;
    const holder = executive.runAsync("holder", priority(1), async (task) => {
      handle = task;
      await task.lock("m");
      await task.sleep(millis(20));
      await task.unlock("m");
    });
    await executive.runAsync("other", priority(5), async (task) => {
      await task.sleep(millis(2));
      notes.push(JSON.stringify(await task.unlock("m")));
      await handle?.unlock("m").catch((error: unknown) => notes.push(String(error)));
      await task.lock("bsu").catch((error: unknown) => notes.push(String(error)));
    });
    expect(notes[0]).toBe('{"kind":"refused","reason":"held-by-another"}');
    expect(notes[1]).toContain("holder asks for unlock before its request before is answered");
    expect(notes[2]).toContain("there is no lock bsu");
    await holder;
    const ended = handle as AsyncTask | null;
    await expect(ended?.unlock("m")).rejects.toThrow("has ended");
  });

  it("ASYNC-4: cancelled, throw where they wait, and give what they have in finally", async () => {
    const { executive, events, notes, standing } = live();
    const task = executive.runAsync("waits", priority(5), async (self) => {
      await self.lock("m");
      try {
        await self.acquire("s");
        notes.push("goes on");
      } finally {
        notes.push(`unlock ${(await self.unlock("m")).kind}`);
        await self.sleep(seconds(1_000)).catch((error: unknown) => notes.push(String(error)));
      }
    });
    await until(() => standing("waits")?.state === "waits-for-semaphore");
    executive.cancel("waits", "enough");
    await expect(task).rejects.toThrow(new TaskCancelled("enough"));
    expect(notes).toEqual(["unlock done", "TaskCancelled: enough"]);
    await until(() => events.length > 0);
    expect(events).toMatchObject([{ kind: "cancelled", task: "waits", held: [] }]);
  });

  it("ASYNC-4: that catch their cancellation for ever are abandoned", async () => {
    const { executive, events, standing } = live();
    const task = executive.runAsync("clings", priority(5), async (self) => {
      await self.lock("m");
      for (;;) await self.sleep(seconds(1_000)).catch(() => {});
    });
    await until(() => standing("clings")?.state === "sleeping");
    executive.cancel("clings", "enough");
    await expect(task).rejects.toThrow(TaskCancelled);
    await until(() => events.length > 0);
    expect(events).toMatchObject([{ kind: "abandoned", task: "clings", held: ["m"] }]);
  });

  it("ASYNC-5: that throw while they hold are contained, also when nobody looks", async () => {
    const { executive, events, notes } = live();
    void executive.runAsync("fails", priority(5), async (task) => {
      await task.lock("m");
      await task.pause();
      throw new Error("broken");
    });
    await executive.runAsync("next", priority(1), async (task) => {
      notes.push(JSON.stringify(await task.lock("m")));
      await task.unlock("m");
    });
    expect(notes).toEqual(['{"kind":"taken","ownerDied":true}']);
    await until(() => events.length > 0);
    expect(events).toMatchObject([{ kind: "failed", task: "fails", held: ["m"] }]);
  });

  it("ASYNC-6: waiting for ever on a promise of others, show whom they keep waiting", async () => {
    const { executive, events, standing } = live();
    const stuck = executive.runAsync("stuck", priority(1), async (task) => {
      await task.lock("m");
      await new Promise(() => {});
    });
    await until(() => standing("stuck")?.state === "outside");
    const waits = executive.runAsync("waits", priority(9), async (task) => task.lock("m"));
    await until(() => standing("waits")?.state === "waits-for-lock");
    expect(standing("stuck")).toMatchObject({ state: "outside", holds: ["m"], effective: 9 });
    expect(standing("waits")).toMatchObject({ waitsFor: "m" });
    executive.cancel("stuck", "it hangs");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(standing("stuck")).toMatchObject({ state: "outside", cancelled: "it hangs" });
    expect(executive.abandon("stuck", "it hangs")).toBe(true);
    await expect(stuck).rejects.toThrow("it hangs");
    expect(await waits).toEqual({ kind: "taken", ownerDied: true });
    await until(() => events.length > 1);
    expect(events[0]).toMatchObject({ kind: "abandoned", task: "stuck", held: ["m"] });
  });

  it("ASYNC-6: in `outside` come back in their turn, with the value or the error", async () => {
    const { executive, notes } = live();
    await executive.runAsync("asks", priority(5), async (task) => {
      const later = new Promise<number>((resolve) => setTimeout(() => resolve(7), 2));
      notes.push(`${await task.outside(later)}`);
      const broken = Promise.reject(new Error("broken"));
      await task.outside(broken).catch((error: unknown) => notes.push(String(error)));
    });
    expect(notes).toEqual(["7", "Error: broken"]);
  });

  it("ASYNC-6: in `outside` are cancelled at once, and their abort signal is aborted", async () => {
    const { executive, notes, standing } = live();
    const task = executive.runAsync("asks", priority(5), async (self) => {
      self.abortSignal.addEventListener("abort", () => notes.push("aborted"));
      await self.outside(new Promise(() => {}));
    });
    await until(() => standing("asks")?.state === "outside");
    executive.cancel("asks", "enough");
    await expect(task).rejects.toThrow(new TaskCancelled("enough"));
    expect(notes).toEqual(["aborted"]);
  });

  it("ASYNC-7: that do not wait for their last request have it served, and end", async () => {
    const { executive, events } = live();
    await executive.runAsync("hasty", priority(5), async (task) => {
      await task.lock("m");
      void task.unlock("m");
    });
    const never = await executive.runAsync("none", priority(5), async () => 7);
    expect(never).toBe(7);
    expect(executive.standing()).toEqual([]);
    expect(events).toEqual([]);
  });

  it("ASYNC-8: are refused where there is no place for them", async () => {
    const { executive } = live();
    const sleeps = executive.runAsync("same", priority(1), (task) => task.sleep(seconds(1_000)));
    await expect(executive.runAsync("same", priority(1), async () => {})).rejects.toThrow(
      "same: name-taken",
    );
    expect(await executive.stop("bye")).toEqual([]);
    await expect(sleeps).rejects.toThrow("bye");
  });

  it("ASYNC-9: are measured: a slice that goes on in promises counts as one", async () => {
    const { executive, events, standing } = live();
    const body = async (task: AsyncTask) => {
      await task.pause();
      await deep(3, async () => {
        const end = executive.now() + 12_000;
        while (executive.now() < end);
      });
      await task.sleep(seconds(1_000));
    };
    void executive.runAsync("slow", priority(5), body, { sliceMax: millis(10) });
    await until(() => standing("slow")?.state === "sleeping");
    await until(() => events.length > 0);
    expect(events[0]).toMatchObject({ kind: "slice-overrun", task: "slow" });
    expect(standing("slow")?.longestSlice).toBeGreaterThanOrEqual(12_000);
  });
});
