import { describe, expect, it } from "vitest";
import { timeout } from "../../src/kernel/machine.js";
import { type Duration, instant, millis, seconds } from "../../src/kernel/time.js";
import { transmissionsMax } from "../../src/membership/scales.js";
import { alive, claimsSent, Single } from "./support/single.js";

const members = ["a", "b", "c"];

/** Knows three others, and has told of them all that it will. */
function quiet(gossipEvery: Duration): Single {
  const single = new Single({ settings: { gossipEvery } });
  for (const name of members) single.hear(name);
  single.pass(30);
  return single;
}

/** After how many seconds the news that comes now is told, each time. */
function timesOfNews(single: Single, wait: number): number[] {
  single.pass(wait);
  const began = single.now;
  single.hear("a", [alive("d", 0)]);
  const told: number[] = [];
  while (single.now < began + seconds(5)) {
    single.now = instant(Math.max(single.now, single.machine.deadline() ?? 0));
    const outputs = single.step(timeout);
    for (const _ of claimsSent(outputs, "d")) told.push((single.now - began) / 1e6);
  }
  return told;
}

describe("MEMBER-24: news is told to random members while there is any", () => {
  it("several times a period where that is wanted, no more often in all, and then no more", () => {
    const single = quiet(millis(100));
    const told = timesOfNews(single, 0.35);
    const most = transmissionsMax(4, 5);
    expect(told).toHaveLength(most);
    // To the member itself it is told without a word, so a turn may seem to be left out.
    for (const at of told) expect((at * 10) % 1).toBeCloseTo(0, 6);
    expect(told.at(-1)).toBeLessThanOrEqual(1);
    expect(single.pass(3).filter(({ kind }) => kind === "send")).toEqual([]);
  });

  it("once a period where it is not", () => {
    const told = timesOfNews(quiet(seconds(1)), 0.35);
    expect(told.length).toBeGreaterThan(2);
    for (const at of told) expect(at % 1).toBeCloseTo(0.65, 6);
  });

  it("never late: after a silence it is due after the news, not before", () => {
    const single = quiet(millis(100));
    single.pass(0.35);
    single.hear("a", [alive("d", 0)]);
    expect(single.machine.deadline()).toBe(single.now + millis(100));
  });

  it("not often to nobody: who is alone with news wakes once a period", () => {
    const single = new Single({ settings: { gossipEvery: millis(100) } });
    single.hear("a");
    single.hear("a", [{ status: "left", member: "a", life: 1_000_001, incarnation: 0 } as never]);
    single.pass(5);
    let wakes = 0;
    const ends = single.now + seconds(10);
    for (;;) {
      single.now = instant(single.machine.deadline() ?? ends);
      if (single.now >= ends) break;
      single.step(timeout);
      wakes += 1;
    }
    expect(wakes).toBeLessThanOrEqual(21);
  });
});
