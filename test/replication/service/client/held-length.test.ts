/** LEASES-4: how long a holder believes, by its formula. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { micros, millis } from "../../../../src/kernel/time.js";
import { heldLength } from "../../../../src/replication/service/client/held-length.js";
import { sessionLeaseMax } from "../../../../src/replication/service/limits.js";

describe("LEASES-4: the length of a belief", () => {
  it("is scaled by the drift, and one reading is taken off", () => {
    expect(heldLength(millis(30), 0)).toBe(29_999);
    expect(heldLength(millis(30), 1_000)).toBe(29_939);
    expect(heldLength(micros(0), 1_000)).toBe(0);
  });

  it("is exact, and never above the formula", () => {
    const lengths = fc.integer({ min: 0, max: sessionLeaseMax });
    const ppms = fc.integer({ min: 0, max: 500_000 });
    fc.assert(
      fc.property(lengths, ppms, (us, ppm) => {
        const product = BigInt(us) * (1_000_000n - BigInt(ppm));
        const exact = Number(product / (1_000_000n + BigInt(ppm)));
        expect(heldLength(micros(us), ppm)).toBe(Math.max(exact - 1, 0));
      }),
    );
  });

  it("is not reckoned for a drift that is none, nor for what it cannot count", () => {
    expect(() => heldLength(millis(30), 1_000_000)).toThrow("not a drift");
    expect(() => heldLength(millis(30), -1)).toThrow("not a drift");
    expect(() => heldLength(micros(sessionLeaseMax + 1), 0)).toThrow("too long");
  });
});
