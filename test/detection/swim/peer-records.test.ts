import { describe, expect, it } from "vitest";
import { heardMax, PeerRecords } from "../../../src/detection/swim/peer-records.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant } from "../../../src/kernel/time.js";
import { memberNames } from "./support/detector-fleet.js";

const [one, two] = [nodeId("pi-1"), nodeId("pi-2")];

describe("what is remembered of peers (SWIM-17)", () => {
  it("is silence since the start, since it was first watched, or since its last word", () => {
    const records = new PeerRecords(instant(5));
    records.watch(two, instant(20));
    expect([records.silentSince(one), records.silentSince(two)]).toEqual([5, 20]);
    records.hear(one, instant(30));
    records.hearByRelay(two, instant(40));
    expect([records.silentSince(one), records.silentSince(two)]).toEqual([30, 40]);
  });

  it("is when it was heard itself, whatever relays say", () => {
    const records = new PeerRecords(instant(0));
    expect(records.wasHeardItself(one, 0)).toBe(false);
    records.hear(one, instant(30));
    expect(records.wasHeardItself(one, 30)).toBe(true);
    expect(records.wasHeardItself(one, 31)).toBe(false);
    records.hearByRelay(one, instant(40));
    expect(records.wasHeardItself(one, 30)).toBe(true);
    expect(records.wasHeardItself(one, 31)).toBe(false);
    expect(records.silentSince(one)).toBe(40);
    records.hear(one, instant(50));
    expect([records.silentSince(one), records.wasHeardItself(one, 50)]).toEqual([50, true]);
  });

  it("is status and count, which change by turns", () => {
    const records = new PeerRecords(instant(0));
    expect(records.hear(one, instant(1))).toBe(false);
    expect([records.suspect(one), records.suspect(one)]).toEqual([true, false]);
    expect([records.statusOf(one), records.statusOf(two)]).toEqual(["suspected", "trusted"]);
    expect(records.hear(one, instant(2))).toBe(true);
    expect(records.hear(one, instant(3))).toBe(false);
    expect(records.suspect(one)).toBe(true);
    expect([records.suspicionsOf(one), records.suspicionsOf(two)]).toEqual([2, 0]);
  });

  it("is gone with the peer", () => {
    const records = new PeerRecords(instant(0));
    records.watch(one, instant(10));
    records.hearByRelay(one, instant(20));
    records.suspect(one);
    records.forget(one);
    expect([records.statusOf(one), records.suspicionsOf(one)]).toEqual(["trusted", 0]);
    expect(records.silentSince(one)).toBe(0);
  });

  it("is bounded: of those heard before the last so many, the least silence is known", () => {
    const records = new PeerRecords(instant(0));
    const names = memberNames(heardMax + 2);
    for (const [index, name] of names.entries()) records.hear(name, instant(100 + index));
    const [first, second, third] = names as [typeof one, typeof one, typeof one];
    expect(records.silentSince(third)).toBe(102);
    expect(records.silentSince(second)).toBe(101);
    // Truly since 100: at least since 101 is what is left to say.
    expect(records.silentSince(first)).toBe(101);
    expect(records.wasHeardItself(first, 0)).toBe(false);
  });
});
