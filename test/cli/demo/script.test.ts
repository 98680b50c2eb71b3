import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { play, type Stage, victim } from "../../../src/cli/demo/script.js";
import { nodeId } from "../../../src/kernel/ids.js";

interface Scene extends Stage {
  readonly acts: string[];
}

/** @param killAfterS a kill before that is told to wait, unless it is the last */
function scene(firstVoteS: number, killAfterS = 0): Scene {
  const beganMs = Date.now();
  const elapsedS = () => (Date.now() - beganMs) / 1_000;
  const acts: string[] = [];
  const did = (what: string) => void acts.push(`${elapsedS().toFixed(1)} ${what}`);
  return {
    acts,
    elapsedS,
    firmware: null,
    tally: {
      get firstVoteS() {
        return elapsedS() >= firstVoteS ? firstVoteS : null;
      },
    },
    stickOne: () => did("stick"),
    freeAll: () => did("free"),
    losePackets: (lose) => did(lose ? "lose" : "lose no more"),
    killOne: (now) => {
      if (elapsedS() < killAfterS && !now) return false;
      did(now ? "kill now" : "kill");
      return true;
    },
  };
}

describe("the script of an unattended demo", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("begins at the first vote, and is over before the end", () => {
    const stage = scene(2);
    play(stage, 22_000);
    vi.advanceTimersByTime(22_000);
    const expected = ["5.0 stick", "8.0 free", "11.0 kill", "17.0 lose", "20.0 lose no more"];
    expect(stage.acts).toEqual(expected);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits with the kill until the sensor counts again", () => {
    const stage = scene(0, 12.2);
    play(stage, 20_000);
    vi.advanceTimersByTime(20_000);
    expect(stage.acts[2]).toBe("12.2 kill");
  });

  it("waits no longer than there is time", () => {
    const stage = scene(0, 1_000);
    play(stage, 20_000);
    vi.advanceTimersByTime(20_000);
    expect(stage.acts[2]).toBe("14.0 kill now");
  });

  it("breaks nothing that never worked", () => {
    const stage = scene(1_000);
    const stop = play(stage, 20_000);
    vi.advanceTimersByTime(30_000);
    expect(stage.acts).toEqual([]);
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does nothing more once it is stopped", () => {
    const stage = scene(0);
    const stop = play(stage, 20_000);
    vi.advanceTimersByTime(4_000);
    stop();
    vi.advanceTimersByTime(20_000);
    expect(stage.acts).toEqual(["3.0 stick"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("who is killed", () => {
  const nodes = ["pi-1", "pi-2", "pi-3"].map(nodeId);
  const [pi1, pi2, pi3] = nodes as [(typeof nodes)[0], (typeof nodes)[0], (typeof nodes)[0]];

  it("is the driver while every sensor counts", () => {
    expect(victim({ nodes, driver: pi2, broken: [] }, false)).toBe(pi2);
    expect(victim({ nodes, driver: pi2, broken: [] }, true)).toBe(pi2);
    expect(victim({ nodes, driver: null, broken: [] }, false)).toBe(pi1);
  });

  it("is nobody while a sensor does not count, and its board when there is no time", () => {
    expect(victim({ nodes, driver: pi2, broken: [pi3] }, false)).toBeNull();
    expect(victim({ nodes, driver: pi2, broken: [pi3] }, true)).toBe(pi3);
  });
});
