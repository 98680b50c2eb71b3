/**
 * Composition: outputs are carried in order, and all that is due is woken, in the order of parts.
 */
import { describe, expect, it } from "vitest";
import {
  earliestDeadline,
  feed,
  type Machine,
  remembering,
  type Timeout,
  timeout,
  type Wakeable,
  wakeDue,
} from "../../src/kernel/machine.js";
import { type Instant, instant } from "../../src/kernel/time.js";

const now = instant(100);

/** Answers a count with the numbers up to it. */
class Counter implements Machine<number, number> {
  step(_now: Instant, input: number | Timeout): readonly number[] {
    return typeof input === "number" ? Array.from({ length: input }, (_, index) => index) : [];
  }

  deadline(): Instant | null {
    return null;
  }
}

describe("feed", () => {
  it("carries each output, in order", () => {
    const carried: number[] = [];
    feed(new Counter(), now, 3, (output) => carried.push(output));
    expect(carried).toEqual([0, 1, 2]);
  });

  it("carries nothing where there is no output", () => {
    const carried: number[] = [];
    feed(new Counter(), now, timeout, (output) => carried.push(output));
    expect(carried).toEqual([]);
  });

  it("carries depth first: what an output causes comes before the next output", () => {
    const carried: string[] = [];
    const inner = new Counter();
    feed(new Counter(), now, 3, (outer) => {
      carried.push(`outer ${outer}`);
      feed(inner, now, outer, (output) => carried.push(`inner ${output}`));
    });
    expect(carried).toEqual(["outer 0", "outer 1", "inner 0", "outer 2", "inner 0", "inner 1"]);
  });
});

describe("a machine whose deadline is remembered", () => {
  /** Its deadline is as many steps away as it has made. */
  class Asked implements Machine<"later" | "fail", string> {
    asked = 0;
    #steps = 0;

    step(_now: Instant, input: "later" | "fail" | Timeout): readonly string[] {
      this.#steps += 1;
      if (input === "fail") throw new Error("a bug");
      return [`step ${this.#steps}`];
    }

    deadline(): Instant | null {
      this.asked += 1;
      return this.#steps === 0 ? null : instant(this.#steps);
    }
  }

  it("is asked once after each step, and answers as it would have", () => {
    const asked = new Asked();
    const machine = remembering(asked);
    expect([machine.deadline(), machine.deadline()]).toEqual([null, null]);
    expect(asked.asked).toBe(1);
    expect(machine.step(now, "later")).toEqual(["step 1"]);
    expect([machine.deadline(), machine.deadline()]).toEqual([1, 1]);
    machine.step(now, timeout);
    machine.step(now, "later");
    expect([machine.deadline(), machine.deadline()]).toEqual([3, 3]);
    expect(asked.asked).toBe(3);
  });

  it("is asked anew after a step that threw", () => {
    const machine = remembering(new Asked());
    machine.deadline();
    expect(() => machine.step(now, "fail")).toThrow("a bug");
    expect(machine.deadline()).toBe(1);
  });
});

interface Part extends Wakeable {
  at: Instant | null;
}

/** A part that is due at an instant, and writes its name down when it is woken. */
function part(name: string, at: number | null, woken: string[], onWake = (): void => {}): Part {
  const made: Part = {
    at: at === null ? null : instant(at),
    deadline: () => made.at,
    wake: () => {
      made.at = null;
      woken.push(name);
      onWake();
    },
  };
  return made;
}

describe("earliestDeadline", () => {
  it("is that of the part that is due first", () => {
    const parts = [part("a", 7, []), part("b", null, []), part("c", 3, [])];
    expect(earliestDeadline(parts)).toBe(3);
  });

  it("is none when no part has one", () => {
    expect(earliestDeadline([part("a", null, [])])).toBeNull();
    expect(earliestDeadline([])).toBeNull();
  });
});

describe("wakeDue", () => {
  it("wakes what is due, in the order of the list, and leaves the rest asleep", () => {
    const woken: string[] = [];
    const later = part("later", 101, woken);
    const parts = [part("b", 100, woken), later, part("a", 1, woken), part("c", null, woken)];
    wakeDue(parts, now);
    expect(woken).toEqual(["b", "a"]);
    expect(later.at).toBe(101);
  });

  it("wakes a part that became due by the waking of another, also one earlier in the list", () => {
    const woken: string[] = [];
    const first = part("first", null, woken);
    const second = part("second", 100, woken, () => {
      first.at = now;
    });
    wakeDue([first, second], now);
    expect(woken).toEqual(["second", "first"]);
  });

  it("ends with our bug named when a part is due for ever", () => {
    const broken: Wakeable = { deadline: () => now, wake: () => {} };
    expect(() => wakeDue([broken], now)).toThrow("still due at 100");
  });
});
