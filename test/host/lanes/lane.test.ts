/** Lanes in processes of their own (programs/lanes.mjs). */
import { describe, expect, it } from "vitest";
import { isBuilt } from "../support/built.js";
import { isFifoGranted } from "./support/fifo.js";
import { asNobody, isRoot, play, preloaded } from "./support/programs.js";

const lanes = (scenario: string, through?: readonly string[]) =>
  play(["lanes.mjs", scenario], through);

const isReady = isBuilt(["src/host/lanes/lane-thread.js"]);
const isRealtime = isReady && isFifoGranted();

describe.skipIf(!isReady)("a lane", () => {
  it("ticks, never early, with its buffers and locks, and stops (LANE-1, LANE-5)", async () => {
    const told = await lanes("steady");
    expect(told).toMatchObject({ stage: "running", end: "ended", after: { stage: "ended" } });
    expect(told["ticks"]).toBeGreaterThanOrEqual(50);
    const [ran = 0, tick = 0, woken, locked] = told["words"] as readonly number[];
    expect([woken, locked]).toEqual([1, 1]);
    // A number that was skipped is not run later.
    expect(tick).toBeGreaterThanOrEqual(ran - 1);
    expect(told["took"]).toBeLessThan(900);
    const late = told["late"] as { readonly p50: number; readonly p99: number; max: number };
    expect(late.p50).toBeLessThanOrEqual(late.p99);
    expect(late.p99).toBeLessThanOrEqual(late.max);
  });

  it("skips the ticks that it came too late for, and counts them (LANE-2)", async () => {
    const told = await lanes("overruns");
    // Each tick takes two periods and a half, so that two are skipped; or more, by a neighbour.
    const { ticks, overruns } = told as { readonly ticks: number; readonly overruns: number };
    expect(overruns).toBeGreaterThanOrEqual(2 * ticks - 2);
    expect(told["kinds"]).toEqual(["granted"]);
  });

  it("stops in the middle of a long period (LANE-5)", async () => {
    const { end, took } = await lanes("slow");
    expect(end).toBe("ended");
    expect(took).toBeLessThan(900);
  });

  it("that hangs is told once, and is stopped all the same (LANE-4, LANE-5)", async () => {
    const { kinds, silence, end } = await lanes("hangs");
    expect(kinds).toEqual(["granted", "hangs"]);
    expect(silence).toBeGreaterThan(300_000);
    expect(end).toBe("cut");
  });

  it("that goes on after a silence is back (LANE-4)", async () => {
    expect(await lanes("stutters")).toEqual({ kinds: ["granted", "hangs", "back"], end: "ended" });
  });

  it("ends when its tick throws, or answers with a promise, and says so (LANE-6)", async () => {
    const ended = (reason: string) => [{ kind: "ended", reason: expect.stringContaining(reason) }];
    expect((await lanes("throws"))["told"]).toEqual(ended("the valve is stuck"));
    expect((await lanes("promises"))["told"]).toEqual(ended("answered with a promise"));
  });

  it("does not start without a tick, or with options out of range (LANE-6)", async () => {
    const { missing, tickless, usage } = await lanes("refused");
    expect(missing).toEqual({ ok: false, reason: expect.stringContaining("Cannot find module") });
    expect(tickless).toEqual({
      ok: false,
      reason: expect.stringMatching(/thread\.mjs exports no function tick\(context\)$/),
    });
    expect(usage).toHaveLength(4);
  });

  it.skipIf(!isRoot)("without permission says so once, and ticks on (LANE-3)", async () => {
    const { grant, kinds } = await lanes("granted", asNobody);
    expect(kinds).toEqual(["granted"]);
    const reasons = [expect.stringMatching(/^SCHED_FIFO 30: not permitted \(EPERM\)/)];
    expect(grant).toMatchObject({ priority: 0, cpu: null, reasons });
  });

  it("without koffi says so once, and ticks on (LANE-3)", async () => {
    const { grant, kinds } = await lanes("granted", preloaded("no-koffi.cjs"));
    expect(kinds).toEqual(["granted"]);
    const reasons = [expect.stringMatching(/^koffi is not available for/)];
    expect(grant).toMatchObject({ priority: 0, cpu: null, reasons });
  });
});

describe.skipIf(!isRealtime)("a lane where SCHED_FIFO is granted", () => {
  it("has the priority that it asked for, and no reason to complain (LANE-3)", async () => {
    expect((await lanes("granted"))["grant"]).toMatchObject({ priority: 30, reasons: [] });
  });

  it("has that of the task that runs, with what it inherits (LANE-7)", async () => {
    const names = ["", "low", "medium", "high", "high", "low", "low", "rest"];
    const pairs = await play<readonly (readonly [number, number])[]>(["exported.mjs"]);
    expect(pairs.map(([who, level]) => [names[who], level])).toEqual([
      // Takes the lock; then high wants it, and medium must wait.
      ["low", 10],
      ["high", 30],
      ["low", 30],
      ["high", 30],
      ["medium", 20],
      ["low", 10],
      ["rest", 60],
    ]);
  });
});
