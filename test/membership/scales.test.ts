/** memberlist's tables, from ../shared/oracles/swim.json. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { instant, millis, seconds } from "../../src/kernel/time.js";
import { suspicionLeast, syncScale, transmissionsMax } from "../../src/membership/scales.js";
import { Suspicion, suspicionLength } from "../../src/membership/suspicion.js";
import { readOracle } from "../support/oracles.js";

interface Tables {
  readonly memberlist: {
    readonly suspicionTimeoutMult3_1s_div3: Readonly<Record<string, number>>;
    readonly "retransmitLimit(mult=3)": Readonly<Record<string, number>>;
    readonly "pushPullScale(1s)": Readonly<Record<string, number>>;
    readonly remainingSuspicionTime: { readonly rows: readonly (readonly number[])[] };
  };
}

const oracle = readOracle<Tables>("swim.json");
const tables = oracle?.memberlist;
const spans: Readonly<Record<string, readonly [number, number]>> = {
  "n<=32": [0, 32],
  "33..64": [33, 64],
  "65..128": [65, 128],
};

describe.skipIf(tables === undefined)("memberlist's tables", () => {
  it("MEMBER-8: the least length of a suspicion, to the millisecond", () => {
    const rows = Object.entries(tables?.suspicionTimeoutMult3_1s_div3 ?? {});
    expect(rows).toHaveLength(6);
    for (const [count, third] of rows) {
      expect(Math.floor(suspicionLeast(3, Number(count), seconds(1)) / 3)).toBe(third * 1_000_000);
    }
  });

  it("MEMBER-9: how often a claim is sent", () => {
    const rows = Object.entries(tables?.["retransmitLimit(mult=3)"] ?? {});
    expect(rows).toHaveLength(3);
    for (const [count, limit] of rows) expect(transmissionsMax(3, Number(count))).toBe(limit);
  });

  it("MEMBER-22: by how much rarer lists are compared", () => {
    const rows = Object.entries(tables?.["pushPullScale(1s)"] ?? {});
    expect(rows).toHaveLength(3);
    for (const [span, scale] of rows) {
      const [first, last] = spans[span] ?? [0, -1];
      expect(first).toBeLessThan(last);
      for (let count = first; count <= last; count += 1) expect(syncScale(count)).toBe(scale);
    }
  });

  const rows = tables?.remainingSuspicionTime.rows ?? [];
  it.each(rows)(
    "MEMBER-8: %i of %i confirmed after %d s, from %d to %d s: %d s remain",
    (confirmed, wanted, passed, least, most, remains) => {
      const length = suspicionLength(
        Math.min(confirmed as number, wanted as number),
        wanted as number,
        seconds(least as number),
        seconds(most as number),
      );
      expect(length / 1_000_000 - (passed as number)).toBeCloseTo(remains as number, 9);
    },
  );
});

describe("a suspicion", () => {
  const names = ["a", "b", "c", "d", "e"].map(nodeId);
  const make = (wanted: number): Suspicion =>
    new Suspicion({
      now: instant(0),
      accuser: nodeId("a"),
      least: seconds(2),
      most: seconds(30),
      wanted,
    });

  it("MEMBER-8: shrinks with each new accuser, and not with the same again", () => {
    const suspicion = make(3);
    expect(suspicion.endsAt).toBe(seconds(30));
    expect(suspicion.confirm(nodeId("a"))).toBe(false);
    expect(suspicion.endsAt).toBe(seconds(30));
    const ends = names.slice(1).map((name) => [suspicion.confirm(name), suspicion.endsAt]);
    expect(ends).toEqual([
      [true, millis(16_000)],
      [true, millis(7_810)],
      [true, seconds(2)],
      [false, seconds(2)],
    ]);
    expect(suspicion.confirm(nodeId("b"))).toBe(false);
  });

  it("MEMBER-8: lasts for the least where nobody could confirm it", () => {
    const suspicion = make(0);
    expect(suspicion.endsAt).toBe(seconds(2));
    expect(suspicion.confirm(nodeId("b"))).toBe(false);
  });

  it("MEMBER-16: waits longer by as much as we were late, before and after a confirmation", () => {
    const suspicion = make(3);
    suspicion.postpone(seconds(5));
    expect(suspicion.endsAt).toBe(seconds(35));
    suspicion.confirm(nodeId("b"));
    expect(suspicion.endsAt).toBe(seconds(21));
  });
});
