import { describe, expect, it } from "vitest";
import {
  Counters,
  cleanupTime,
  firstCounter,
  formerCountersMax,
  reorderMax,
} from "../../../src/detection/gossip/counters.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { Prng } from "../../../src/kernel/prng.js";
import { instant, micros } from "../../../src/kernel/time.js";

const peer = nodeId("pi-2");
/** T_fail of 20 periods, T_cleanup of 40. */
const times = { period: micros(10), failTime: micros(200) };

function counters(counter?: number) {
  const known = new Counters();
  known.watch(peer, instant(0));
  const tell = (at: number, told: number) => known.rises(peer, told, false, instant(at), times);
  const own = (at: number, told: number) => known.rises(peer, told, true, instant(at), times);
  if (counter !== undefined) own(0, counter);
  return { known, tell, own };
}

describe("what counts as a rise", () => {
  it("GOSSIP-2: a higher counter, and neither the same nor a lower one", () => {
    const { known, tell, own } = counters(1_000);
    expect([tell(1, 1_000), tell(1, 999), own(1, 1_000), own(1, 999)]).not.toContain(true);
    expect(tell(1, 1_001)).toBe(true);
    expect(own(2, 1_002)).toBe(true);
    expect(known.of(peer)).toBe(1_002);
  });

  it("GOSSIP-2: of a stranger nothing", () => {
    const { known } = counters();
    expect(known.rises(nodeId("pi-9"), 5, true, instant(0), times)).toBe(false);
    expect(known.of(nodeId("pi-9"))).toBe(0);
  });

  it("GOSSIP-7: somebody else's word may not leap beyond what can have been counted", () => {
    const { known, tell, own } = counters(1_000);
    // T_fail may be 20 rounds, and the 10 rounds since count twice.
    expect(tell(100, 1_000 + 20 + 20 + 2)).toBe(false);
    expect(tell(100, Number.MAX_SAFE_INTEGER)).toBe(false);
    expect(known.of(peer)).toBe(1_000);
    expect(own(101, 1_010)).toBe(true);
    expect(tell(111, 1_010 + 20 + 2 + 1)).toBe(true);
  });

  it("GOSSIP-7: one huge number at the start is undone by the peer's own word", () => {
    const { known, tell, own } = counters();
    expect(tell(0, 2 ** 52)).toBe(true);
    expect(tell(10, 5)).toBe(false);
    expect(own(10, 6)).toBe(true);
    expect(known.of(peer)).toBe(6);
    expect(tell(20, 2 ** 52)).toBe(false);
    expect(tell(20, 7)).toBe(true);
  });

  it("GOSSIP-8: a far lower counter of its own is a new life; a little lower one came late", () => {
    const { known, own } = counters(1_000);
    expect(own(1, 1_000 - reorderMax)).toBe(false);
    expect(own(1, 1_000 - reorderMax - 1)).toBe(true);
    expect(known.of(peer)).toBe(1_000 - reorderMax - 1);
  });
});

describe("T_cleanup", () => {
  it("GOSSIP-9: is twice T_fail; before, an older table brings nothing back", () => {
    expect(cleanupTime(times)).toBe(400);
    const { tell } = counters(1_000);
    expect(tell(399, 990)).toBe(false);
    expect(tell(399, 1_000)).toBe(false);
    expect(tell(400, 990)).toBe(true);
  });

  it("GOSSIP-9: a forgotten peer's counter is kept as long, and a new life is told from it", () => {
    const again = (at: number, told: number) => {
      const { known, tell } = counters(1_000);
      known.forget(peer);
      expect(tell(20, 1_001)).toBe(false);
      known.watch(peer, instant(20));
      return tell(at, told);
    };
    expect([again(399, 1_000), again(399, 980), again(21, 1_010)]).not.toContain(true);
    expect(again(400, 1_000)).toBe(true);
    expect(again(21, 900_000)).toBe(true);
    expect(again(21, 1)).toBe(true);
  });

  it("GOSSIP-9: forgotten twice and not heard between, it is still kept", () => {
    const { known, tell } = counters(1_000);
    known.forget(peer);
    known.watch(peer, instant(10));
    known.forget(peer);
    known.watch(peer, instant(20));
    expect(tell(30, 1_000)).toBe(false);
    expect(tell(30, 900_000)).toBe(true);
    // Heard in its new life, the former one is over.
    known.forget(peer);
    known.watch(peer, instant(40));
    expect(tell(50, 900_000)).toBe(false);
  });

  it("GOSSIP-9: of those forgotten, the oldest makes room", () => {
    const { known, tell } = counters(1_000);
    known.forget(peer);
    for (let count = 0; count < formerCountersMax; count += 1) {
      const other = nodeId(`other-${count}`);
      known.watch(other, instant(0));
      known.rises(other, 5, true, instant(0), times);
      known.forget(other);
    }
    known.watch(peer, instant(10));
    expect(tell(20, 1_000)).toBe(true);
  });
});

describe("the first counter", () => {
  it("GOSSIP-8: is drawn anew for each life, from 1 to 2^31", () => {
    const dice = new Prng(1);
    const drawn = Array.from({ length: 1_000 }, () => firstCounter(dice));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(2 ** 31);
    expect(new Set(drawn).size).toBe(1_000);
  });
});
