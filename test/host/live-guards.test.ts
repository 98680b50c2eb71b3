/** Who is petted when there is no supervision: in a stop in good order, and not when it failed. */
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { LiveGuards } from "../../src/host/live-guards.js";
import { MonotonicClock } from "../../src/host/monotonic-clock.js";
import { nodeId } from "../../src/kernel/ids.js";
import { millis, seconds } from "../../src/kernel/time.js";

/** A pet every millisecond, where there are any. */
const patience = millis(4);

async function armed(): Promise<LiveGuards> {
  const guards = new LiveGuards({
    ...{ node: nodeId("a"), stateDir: null, starts: null, patience, realtime: null },
    watchdog: {
      ...{ devices: ["mock"], timeout: seconds(60), pretimeout: millis(0) },
      ...{ onStop: "disarm", required: true, systemd: false },
    },
    ...{ clock: new MonotonicClock(), logger: pino({ enabled: false }) },
    onFailure: () => expect.fail("no thread was asked for"),
  });
  await guards.arm(null);
  onTestFinished(() => guards.close());
  return guards;
}

const pets = (guards: LiveGuards): number => guards.status().watchdog?.pets ?? 0;

/** Each timer that stands now has had its time. */
const pass = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("what guards a replica", () => {
  it("is petted while a stop in good order lasts, until it is closed", async () => {
    const guards = await armed();
    const before = pets(guards);
    await guards.stopping();
    while (pets(guards) < before + 3) await pass();
    await guards.close();
    const after = pets(guards);
    await pass();
    expect(pets(guards)).toBe(after);
  });

  it("is petted while a start waits for its disk, and no longer, also if that fails", async () => {
    const guards = await armed();
    const before = pets(guards);
    const untilPetted = async () => {
      while (pets(guards) < before + 3) await pass();
      return "open";
    };
    expect(await guards.fedWhile(untilPetted)).toBe("open");
    const failing = () => Promise.reject(new Error("no disk"));
    await expect(guards.fedWhile(failing)).rejects.toThrow("no disk");
    const after = pets(guards);
    await pass();
    expect(pets(guards)).toBe(after);
  });

  it("is not petted by itself: not while it runs, not when it failed", async () => {
    const guards = await armed();
    const before = pets(guards);
    await pass();
    expect(pets(guards)).toBe(before);
    await guards.stopping();
    guards.failed("a bug", new Error("planted"));
    const after = pets(guards);
    await pass();
    expect(pets(guards)).toBe(after);
  });

  it("is not petted in the stop that follows a reboot that was asked for", async () => {
    const guards = await armed();
    guards.onEvent(new MonotonicClock().now(), { kind: "reboot-began" });
    const before = pets(guards);
    await guards.stopping();
    await pass();
    expect(pets(guards)).toBe(before);
  });
});
