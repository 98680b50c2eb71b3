import { describe, expect, it } from "vitest";
import { LiveExecutive } from "../../../src/host/executive/live-executive.js";
import { millis } from "../../../src/kernel/time.js";
import { pause } from "../../../src/scheduling/executive/requests.js";
import { priority } from "../../../src/scheduling/priority.js";

describe("the live executive", () => {
  it("runs async tasks by priority", async () => {
    const executive = new LiveExecutive();
    executive.addLock({ name: "m", protocol: { kind: "inheritance" } });
    const notes: string[] = [];
    const low = executive.runAsync("low", priority(1), async (task) => {
      await task.lock("m");
      notes.push("low has it");
      await task.pause();
      notes.push(`low at ${task.effective}`);
      await task.unlock("m");
      notes.push("low gave it");
      return 7;
    });
    await executive.runAsync("starter", priority(0), async () => {});
    const high = executive.runAsync("high", priority(9), async (task) => {
      const { kind } = await task.lock("m");
      notes.push(`high ${kind}`);
      await task.unlock("m");
    });
    expect(await low).toBe(7);
    await high;
    expect(notes.length).toBe(4);
    expect(await executive.stop("done")).toEqual([]);
  });

  it("EXEC-LIVE: timers are served while a task is always ready", async () => {
    const executive = new LiveExecutive();
    executive.add({
      name: "busy",
      base: priority(5),
      body: function* () {
        for (;;) yield pause;
      },
    });
    let fired = 0;
    const interval = setInterval(() => {
      fired += 1;
    }, 5);
    await new Promise((resolve) => setTimeout(resolve, 200));
    clearInterval(interval);
    expect(fired).toBeGreaterThan(5);
    expect(await executive.stop("done", millis(100))).toEqual([]);
  });
});
