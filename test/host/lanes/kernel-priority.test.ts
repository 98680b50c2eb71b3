import { describe, expect, it } from "vitest";
import { runExportedSlices } from "../../../src/host/lanes/exported-slices.js";
import { KernelPriority } from "../../../src/host/lanes/kernel-priority.js";
import type { Posix } from "../../../src/host/lanes/posix.js";
import { instant } from "../../../src/kernel/time.js";
import { type Priority, priority } from "../../../src/scheduling/priority.js";

/** A kernel that writes down what it was told. */
function kernel(errno = 0, refusedFrom = 0) {
  const calls: number[] = [];
  const setPriority = (_tid: number, level: number) => {
    calls.push(level);
    return level >= refusedFrom ? errno : 0;
  };
  return { calls, posix: { gettid: () => 7, setPriority } as unknown as Posix };
}

describe("the priority that is exported to the kernel", () => {
  it("makes no system call while it stays the same (LANE-7)", () => {
    const { calls, posix } = kernel();
    const exported = KernelPriority.ofThisThread(posix);
    const levels = [0, 10, 10, 10, 30, 30, 10, 0, 0];
    for (const level of levels) expect(exported.export(priority(level))).toBe(true);
    expect(calls).toEqual([10, 30, 10, 0]);
    expect(exported.level).toBe(0);
  });

  it("is not asked for again when the kernel refused, which it says (LANE-7)", () => {
    const { calls, posix } = kernel(1);
    const exported = KernelPriority.ofThisThread(posix);
    expect([exported.export(priority(5)), exported.export(priority(6))]).toEqual([false, false]);
    expect(calls).toEqual([5]);
    expect(exported.refusal).toBe("SCHED_FIFO 5: not permitted (EPERM)");
    expect(exported.level).toBe(0);
  });

  it("is lowered also after a refusal: no boost stays when it is over (LANE-7)", () => {
    const { calls, posix } = kernel(1, 60);
    const exported = KernelPriority.ofThisThread(posix, 20);
    const levels = [55, 70, 65, 10];
    expect(levels.map((level) => exported.export(priority(level)))).toEqual([
      ...[true, false, false, true],
    ]);
    expect(calls).toEqual([55, 70, 10]);
    expect(exported.level).toBe(10);
    expect(exported.refusal).toBe("SCHED_FIFO 70: not permitted (EPERM)");
  });

  it("is nothing where there are no system calls (LANE-7)", () => {
    const exported = KernelPriority.ofThisThread(null, 0, "koffi is not available");
    expect(exported.export(priority(5))).toBe(false);
    expect(exported.refusal).toBe("koffi is not available");
  });
});

describe("slices at the kernel priority of who runs", () => {
  const run = (urgencies: readonly (Priority | null)[], slicesMax = 10) => {
    const { calls, posix } = kernel();
    let at = 0;
    const source = {
      advance: () => {},
      get urgency() {
        return urgencies[at] ?? null;
      },
      runSlice: () => {
        at += 1;
        return true;
      },
    };
    const slices = runExportedSlices(source, {
      kernel: KernelPriority.ofThisThread(posix, 60),
      ...{ rest: priority(60), clock: () => instant(0), slicesMax },
    });
    return { calls, slices };
  };

  it("follow the most urgent, and end at the thread's own (LANE-7)", () => {
    const levels = [10, 30, 30, 10].map(priority);
    expect(run(levels)).toEqual({ calls: [10, 30, 10, 60], slices: 4 });
  });

  it("make no system call where nobody is ready (LANE-7)", () => {
    expect(run([])).toEqual({ calls: [], slices: 0 });
  });

  it("leave the rest for the next tick at their most (LANE-7)", () => {
    expect(run(new Array<Priority>(9).fill(priority(20)), 3)).toEqual({
      ...{ calls: [20, 60], slices: 3 },
    });
  });
});
