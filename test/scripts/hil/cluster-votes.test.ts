/** What replicas wrote down: a gap must show, and what is none must not. */
import { describe, expect, it } from "vitest";
import { placeOf } from "../../../scripts/hil/cluster.js";
import {
  drives,
  interruptions,
  parseEvents,
  parseVotes,
  takeover,
  type Vote,
} from "../../../scripts/hil/cluster-votes.js";

const vote = (cycle: number, change: Partial<Vote> = {}): Vote => ({
  ...{ at: cycle * 2e6, cycle, step: 2e6, value: 60, status: "ok" },
  ...change,
});

const blind = (cycle: number): Vote => vote(cycle, { value: null, status: "insufficient" });

const allowed = { from: 10, stepMax: 4e6, blindMax: 2 };

describe("votes", () => {
  it("are read line by line; a line that was cut short is none", () => {
    const text = "1000 7 2000000 60.5 ok\n2000 8 2000000 null no-majority\n3000 9 20";
    expect(parseVotes(text)).toEqual([
      { at: 1000, cycle: 7, step: 2e6, value: 60.5, status: "ok" },
      { at: 2000, cycle: 8, step: 2e6, value: null, status: "no-majority" },
    ]);
  });

  it("that go on are no interruption", () => {
    expect(
      interruptions([vote(9, { step: 9e6 }), vote(10), blind(11), blind(12), vote(13)], allowed),
    ).toEqual([]);
  });

  it("that stop for too long are one", () => {
    const [complaint, ...more] = interruptions(
      [vote(10), blind(11), blind(12), blind(13)],
      allowed,
    );
    expect(complaint).toBe("no voted value in cycle 13 and 2 before it (insufficient)");
    expect(more).toEqual([]);
  });

  it("that are left out for too long are one", () => {
    expect(interruptions([vote(10), vote(13, { step: 6e6 })], allowed)).toHaveLength(1);
  });

  it("that are not there at all are one", () => {
    expect(interruptions([vote(9)], allowed)).toEqual(["no vote from cycle 10 on"]);
  });

  it("that were worked out once more, as the state was repaired, count once", () => {
    const votes = [vote(10), blind(11), blind(12), blind(11), blind(12), vote(13)];
    expect(interruptions(votes, allowed)).toEqual([]);
  });
});

const event = (at: number, kind: string): string => JSON.stringify({ at, event: { kind } });

describe("who drives", () => {
  it("is told by the last word of the log about it", () => {
    const got = event(1, "lease-acquired");
    const lost = event(2, "lease-lost");
    expect(drives(parseEvents([got, event(3, "peer-suspected"), "{"].join("\n")))).toBe(true);
    expect(drives(parseEvents([got, lost].join("\n")))).toBe(false);
    expect(drives(parseEvents("no log"))).toBe(false);
  });

  it("is another from the cycle of the first right after the hang on", () => {
    const votes = [vote(10), vote(11), vote(12), vote(13)];
    const events = parseEvents(
      [event(19e6, "lease-acquired"), event(25e6, "lease-acquired")].join("\n"),
    );
    expect(takeover(votes, events, 10)).toBe(13);
    expect(takeover(votes, events, 13)).toBeNull();
  });
});

describe("the places of a cluster", () => {
  it("have lines of which each has two ends, and one that listens", () => {
    const ends = (["a", "b", "c"] as const).flatMap((member) => placeOf(member, "/s").serial);
    expect(new Set(ends.map(({ path }) => path)).size).toBe(3);
    expect(ends.filter(({ listens }) => listens)).toHaveLength(3);
    expect(new Set(ends.filter(({ listens }) => listens).map(({ path }) => path)).size).toBe(3);
  });

  it("lead to the others in the order of their names", () => {
    expect(placeOf("b", "/s").serial.map(({ path }) => path)).toEqual(["/s/line-ab", "/s/line-bc"]);
  });
});
