/** Whose turn it is to take a lock that is free (RIGHT-10). */
import { describe, expect, it } from "vitest";
import { Turn } from "../../../src/control/right/turn.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { after, instant, micros, millis } from "../../../src/kernel/time.js";

const [a, b, c, d] = ["a", "b", "c", "d"].map(nodeId) as [
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
];
const apart = millis(50);
const now = instant(1_000_000);

/** In places after the last holder: how long each of the nodes waits. */
function waits(last: typeof a | null): (number | null)[] {
  return [a, b, c, d].map((self) => {
    const turn = new Turn(self, [a, b, c, d], apart);
    if (last !== null) turn.see(now, last);
    turn.see(now, null);
    if (turn.hasCome) return 0;
    return ((turn.deadline() ?? now) - now) / apart;
  });
}

const later = (us: number) => after(now, micros(us));

describe("turns", () => {
  it("begin after the last holder, and it comes last itself", () => {
    expect(waits(b)).toEqual([2, 3, 0, 1]);
    expect(waits(d)).toEqual([0, 1, 2, 3]);
  });

  it("begin with the first node where nobody has had it, or one that is none of them", () => {
    expect(waits(null)).toEqual([0, 1, 2, 3]);
    expect(waits(nodeId("x"))).toEqual([0, 1, 2, 3]);
  });

  it("come when they are due, and not while nothing was seen", () => {
    const turn = new Turn(b, [a, b], apart);
    expect([turn.hasCome, turn.deadline()]).toEqual([false, null]);
    turn.see(now, null);
    turn.step(later(49_999));
    expect(turn.hasCome).toBe(false);
    turn.step(later(50_000));
    expect([turn.hasCome, turn.deadline()]).toEqual([true, null]);
  });

  it("are not counted anew when the same is seen again, and are when somebody has had it", () => {
    const turn = new Turn(b, [a, b], apart);
    turn.see(now, null);
    turn.see(later(40_000), null);
    expect(turn.deadline()).toBe(later(50_000));
    turn.see(later(45_000), b);
    turn.see(later(60_000), null);
    expect(turn.deadline()).toBe(later(110_000));
  });
});
