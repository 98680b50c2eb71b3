/** The fence by itself; with a board around it see test/contracts/board.ts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fence, isToken, tokenMax } from "../../boards/fence.js";

describe("the fence of a board (BOARD-10, BOARD-11, BOARD-12)", () => {
  it("lets pass exactly what is as new as the newest before it", () => {
    const token = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: tokenMax }));
    fc.assert(
      fc.property(fc.array(token), (tokens) => {
        const fence = new Fence();
        let refused = 0;
        for (const [index, one] of tokens.entries()) {
          const passes = tokens.slice(0, index).every((before) => before <= one);
          expect(fence.refusalOf({ token: one }) === null).toBe(passes);
          refused += passes ? 0 : 1;
          expect(fence.newest).toBe(Math.max(...tokens.slice(0, index + 1)));
        }
        expect(fence.refused).toBe(refused);
      }),
    );
  });

  it("a vote passes under any right, and tells it nothing", () => {
    const fence = new Fence();
    fence.refusalOf({ token: 9 });
    expect(fence.refusalOf({ cycle: 1 })).toBeNull();
    expect(fence.refusalOf({ cycle: 0, token: 99 })).toBeNull();
    expect(fence.newest).toBe(9);
  });

  it("what is no token is refused also before the first, and is not remembered", () => {
    const fence = new Fence();
    for (const token of [0, -1, 0.5, tokenMax + 1, Number.NaN]) {
      expect(isToken(token)).toBe(false);
      expect(fence.refusalOf({ token })).toEqual({ ok: false, reason: "no-token" });
    }
    expect(fence.newest).toBeNull();
    expect(fence.refusalOf({})).toBeNull();
  });
});
