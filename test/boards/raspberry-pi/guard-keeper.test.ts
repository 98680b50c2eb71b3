/** Who keeps a guard (PI-13): it is replaced, and where it is missing somebody is told. */
import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GuardKeeper } from "../../../boards/raspberry-pi/guard/guard-keeper.js";
import { Troubles } from "../../../boards/raspberry-pi/troubles.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Child extends EventEmitter {
  readonly stdin: PassThrough | undefined;
  readonly stdout: PassThrough | undefined;
  killed = false;

  constructor(hasStreams = true) {
    super();
    this.stdin = hasStreams ? new PassThrough() : undefined;
    this.stdout = hasStreams ? new PassThrough() : undefined;
  }

  unref(): void {}

  kill(): boolean {
    this.killed = true;
    return true;
  }

  ready(): void {
    this.stdout?.emit("data", "ready\n");
  }
}

/** @param make what is started, the first time and later ones */
function kept(make: () => Child) {
  const children: Child[] = [];
  const told: string[] = [];
  const troubles = new Troubles();
  let starts = 0;
  const start = () => {
    starts += 1;
    const child = make();
    children.push(child);
    return child as unknown as ChildProcess;
  };
  const tell = (text: string) => told.push(text);
  const keeper = new GuardKeeper({ label: "x", folder: "/x", troubles, start, tell });
  const safe = { kind: "value", value: 0 } as const;
  keeper.opened(20, { pin: "GPIO17", offset: 17 }, { initial: 1, safe, activeLow: false });
  vi.advanceTimersByTime(1);
  return { keeper, children, told, troubles, starts: () => starts };
}

const last = (children: readonly Child[]): Child => children.at(-1) ?? new Child();

describe("a keeper of guards", () => {
  it("PI-13: survives a guard that could not be started, by a throw or without streams", () => {
    const throwing = kept(() => {
      throw Object.assign(new Error(), { code: "EAGAIN" });
    });
    vi.advanceTimersByTime(1_100);
    expect([throwing.starts(), throwing.troubles.counts.get("guard-lost")]).toEqual([2, 2]);
    const bare = kept(() => new Child(false));
    last(bare.children).emit("error", Object.assign(new Error(), { code: "EMFILE" }));
    vi.advanceTimersByTime(1_100);
    expect([bare.starts(), bare.troubles.counts.get("guard-lost")]).toEqual([2, 1]);
    bare.keeper.close();
  });

  it("PI-13: tells when it gives up, and not before", () => {
    const { told, troubles, starts } = kept(() => {
      throw Object.assign(new Error(), { code: "EAGAIN" });
    });
    vi.advanceTimersByTime(4_500);
    expect([starts(), told, troubles.counts.get("guard-missing")]).toEqual([5, [], undefined]);
    vi.advanceTimersByTime(60_000);
    expect([starts(), told.length, troubles.counts.get("guard-missing")]).toEqual([6, 1, 1]);
    expect(told[0]).toContain("outputs are without their guard");
    expect(told[0]).toContain("EAGAIN");
  });

  it("PI-13: does not wait for ever for one that is not there, nor end one that is", () => {
    const { children, starts, troubles } = kept(() => new Child());
    vi.advanceTimersByTime(9_000);
    expect([last(children).killed, starts()]).toEqual([false, 1]);
    vi.advanceTimersByTime(2_100);
    expect([children[0]?.killed, starts()]).toEqual([true, 2]);
    // Too late: its lines are those of one that is gone.
    children[0]?.ready();
    children[0]?.emit("exit", null, "SIGKILL");
    last(children).ready();
    vi.advanceTimersByTime(60_000);
    expect([last(children).killed, starts()]).toEqual([false, 2]);
    expect(troubles.counts.get("guard-lost")).toBe(1);
  });

  it("PI-13: counts again from the start when one has stood for a while", () => {
    for (const [stood, told] of [
      [59_000, 1],
      [60_000, 0],
    ] as const) {
      const trial = kept(() => new Child());
      for (let times = 0; times < 6; times += 1) {
        const child = last(trial.children);
        child.ready();
        vi.advanceTimersByTime(stood);
        child.emit("exit", 1, null);
        vi.advanceTimersByTime(1_100);
      }
      expect(trial.told).toHaveLength(told);
    }
  });
});
