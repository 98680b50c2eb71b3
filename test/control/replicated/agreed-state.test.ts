/** AGREED-2 to AGREED-4: which replicated state the control function sees in a cycle. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineApp } from "../../../src/control/app.js";
import { AgreedState, agreedStateOf } from "../../../src/control/replicated/agreed-state.js";
import type { Plain } from "../../../src/replication/service/ports.js";

/** It has heard the log, which has not changed the state yet. */
function beginning(initial: Plain): AgreedState {
  const agreed = new AgreedState();
  expect([agreed.known, agreed.told]).toEqual([false, null]);
  agreed.take(0, 0, initial);
  return agreed;
}

describe("the replicated state that control sees", () => {
  it("AGREED-2: is the app's initial one, and then the newest that all who were heard have", () => {
    const agreed = beginning("initial");
    expect(agreed.told).toBe(0);
    expect(agreed.see(1, [0, 0])).toBe("initial");
    agreed.take(1, 7, "first");
    agreed.take(2, 9, "second");
    expect(agreed.told).toBe(9);
    expect(agreed.see(2, [0, 9])).toBe("initial");
    expect(agreed.see(3, [7, 9])).toBe("first");
    expect(agreed.see(4, [8, 9])).toBe("first");
    expect(agreed.see(5, [12, 9])).toBe("second");
  });

  it("AGREED-2: alone it sees its own at once", () => {
    const agreed = beginning("initial");
    agreed.take(1, 7, "first");
    expect(agreed.see(1, [])).toBe("first");
  });

  it("AGREED-3: never goes back, also when one is heard that is behind", () => {
    const agreed = beginning("initial");
    agreed.take(1, 7, "first");
    expect(agreed.see(2, [7])).toBe("first");
    expect(agreed.see(3, [0])).toBe("first");
    agreed.take(4, 7, "again");
    agreed.take(4, 5, "older");
    expect(agreed.see(5, [7])).toBe("first");
  });

  it("AGREED-4: one that lags holds a change up for 50 cycles, and no longer", () => {
    const agreed = beginning("initial");
    agreed.take(100, 7, "first");
    agreed.take(120, 9, "second");
    expect(agreed.see(149, [0, 9])).toBe("initial");
    expect(agreed.see(150, [0, 9])).toBe("first");
    expect(agreed.see(169, [0, 9])).toBe("first");
    expect(agreed.see(170, [0, 9])).toBe("second");
  });

  it("AGREED-4: where the clock was moved, the wait begins anew", () => {
    const agreed = beginning("initial");
    agreed.take(1_000, 7, "first");
    agreed.renumber(20);
    expect(agreed.see(69, [0])).toBe("initial");
    expect(agreed.see(70, [0])).toBe("first");
  });

  it("AGREED-4: of too many that wait the oldest are seen early", () => {
    const agreed = beginning("initial");
    for (let at = 1; at <= 100; at += 1) agreed.take(1, at, at);
    expect(agreed.see(1, [0])).toBe(37);
    expect(agreed.see(1, [60])).toBe(60);
  });

  it("AGREED-2: all see the same in the same cycle, whenever each of them got it", () => {
    // For each change, how many cycles late each of three replicas gets it.
    const delays = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5)), { maxLength: 20 });
    fc.assert(
      fc.property(delays, (changes) => {
        const replicas = [0, 1, 2].map(() => beginning(0));
        // Entries are applied in order: a late one holds up those behind it.
        const due = replicas.map((_, who) => {
          let latest = 0;
          return changes.map((late, index) => {
            latest = Math.max(latest, 3 * index + (late[who] ?? 0));
            return latest;
          });
        });
        const take = (who: number, cycle: number): void => {
          const come = (due[who] ?? []).filter((at) => at <= cycle).length;
          for (let at = 1; at <= come; at += 1) replicas[who]?.take(cycle, at, at);
        };
        for (let cycle = 0; cycle < 80; cycle += 1) {
          for (const who of replicas.keys()) take(who, cycle);
          const told = replicas.map((replica) => replica.told ?? 0);
          // More comes to one of them between its sample and the closing.
          take(cycle % 3, cycle + 1);
          const seen = replicas.map((replica) => replica.see(cycle, told));
          expect(new Set(seen).size).toBe(1);
          if (cycle === 79) expect(seen[0]).toBe(changes.length);
        }
      }),
    );
  });

  it("AGREED-5: is unknown before the log was heard, and none where the app has none", () => {
    const control = () => ({ state: null, commands: {} });
    const plant = { name: "p", sensors: {}, outputs: {}, initial: null, control };
    const app = defineApp({ ...plant, replicated: { initial: 5, commands: {} } });
    expect(agreedStateOf(app)?.known).toBe(false);
    expect(agreedStateOf(defineApp(plant))).toBeNull();
  });
});
