/** HEALTH-20: every fault has a kind and a persistence, and both are told with the standing. */
import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../../src/kernel/time.js";
import type { FaultClass } from "../../../src/voting/voter.js";
import { Feed, type Word } from "../feed.js";

const faultOf = (feed: Feed): FaultClass | null => feed.voter.standing()[1]?.fault ?? null;
const classOf = (feed: Feed): string => {
  const fault = faultOf(feed);
  return fault === null ? "none" : `${fault.persistence} ${fault.kind}`;
};
const say = (feed: Feed, word: Word, count: number) => feed.run(count, () => [20, word, 20]);
const second = seconds(1);
const stale: Word = { value: 20, age: seconds(5) };
const feeds = (health = {}) => new Feed({ health }, second);

describe("the kind of a fault (HEALTH-20)", () => {
  const kinds: [string, Word, FaultClass["kind"]][] = [
    ["silence", null, "omission"],
    ["an old sample", stale, "timing"],
    ["a late sample", { value: 20, age: millis(1), fault: "LATE" }, "timing"],
    ["a wrong value", 500, "value"],
    ["an impossible value", 5_000, "value"],
    ["a corrupt sample", { value: 20, age: millis(1), fault: "CORRUPT" }, "value"],
  ];

  it.each(kinds)("%s", (_name, word, kind) => {
    const feed = feeds();
    expect(faultOf(feed)).toBeNull();
    say(feed, word, 1);
    expect(faultOf(feed)).toEqual({ kind, persistence: "transient" });
    say(feed, word, 9);
    expect(feed.events[0]).toMatchObject({ fault: { kind, persistence: "transient" } });
  });

  it("silence becomes a crash when it lasts, and was none when it ends", () => {
    const feed = feeds();
    say(feed, null, 19);
    expect(classOf(feed)).toBe("transient omission");
    say(feed, null, 1);
    expect(classOf(feed)).toBe("transient crash");
    say(feed, 20, 3);
    expect(feed.events.at(-1)).toMatchObject({
      kind: "channel-readmitted",
      fault: { kind: "omission", persistence: "transient" },
    });
    expect(faultOf(feed)).toBeNull();
  });
});

describe("the persistence of a fault (HEALTH-20)", () => {
  it("is transient for what is over before it was excluded, or was excluded once", () => {
    const feed = feeds();
    say(feed, 500, 2);
    expect(classOf(feed)).toBe("transient value");
    say(feed, 20, 4);
    expect(faultOf(feed)).toBeNull();
    say(feed, 500, 3);
    expect(classOf(feed)).toBe("transient value");
  });

  it("is intermittent for what comes back within an hour of a re-admission", () => {
    const feed = feeds();
    say(feed, 500, 3);
    say(feed, 20, 21);
    say(feed, 500, 3);
    expect(classOf(feed)).toBe("intermittent value");
    say(feed, 20, 10);
    expect(classOf(feed)).toBe("intermittent value");
    say(feed, 20, 3_700);
    say(feed, null, 10);
    expect(classOf(feed)).toBe("transient omission");
  });

  it("is permanent for what does not go by itself", () => {
    const feed = feeds();
    say(feed, 500, 602);
    expect(classOf(feed)).toBe("transient value");
    say(feed, 500, 1);
    expect(classOf(feed)).toBe("permanent value");
    const latched = feeds({ readmissionsPerHourMax: 0 });
    say(latched, 500, 3);
    expect(classOf(latched)).toBe("permanent value");
    expect(latched.events[0]).toMatchObject({ fault: { persistence: "permanent" } });
  });

  it("is none of a channel about which a person decides", () => {
    const feed = feeds();
    say(feed, 500, 3);
    feed.voter.override("b", "exclude");
    expect(faultOf(feed)).toBeNull();
  });
});

describe("the way back, configured (HEALTH-3, HEALTH-9)", () => {
  it("does not begin before the dwell is over", () => {
    const feed = feeds({ dwell: seconds(60) });
    say(feed, 500, 3);
    say(feed, 20, 59);
    expect(feed.state("b")).toBe("excluded");
    say(feed, 20, 1);
    expect(feed.state("b")).toBe("quarantined");
    // Silence told no lie: it has no quarantine, and no dwell.
    const silent = feeds({ dwell: seconds(60) });
    say(silent, null, 10);
    say(silent, 20, 3);
    expect(silent.state("b")).toBe("trusted");
  });

  it("is closed at once after the reasons of `latchOn`, and only after those", () => {
    const latchOn = ["MASQUERADE", "NO_DATA"] as const;
    const masked = feeds({ latchOn });
    say(masked, { value: 20, age: millis(1), fault: "MASQUERADE" }, 3);
    expect(masked.told()).toEqual(["b excluded MASQUERADE", "b latched MASQUERADE"]);
    const silent = feeds({ latchOn });
    say(silent, null, 10);
    expect(silent.state("b")).toBe("latched");
    const wrong = feeds({ latchOn });
    say(wrong, 500, 3);
    expect(wrong.state("b")).toBe("excluded");
  });
});
