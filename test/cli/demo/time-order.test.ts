import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deedsMax, TimeOrder } from "../../../src/cli/demo/time-order.js";
import { instant } from "../../../src/kernel/time.js";

const begins = instant(0);

interface Told {
  /** When it is told. */
  readonly now: number;
  /** How long before that it happened. */
  readonly delay: number;
}

const hold = 50;

/** Told over time; the site is held `hold` behind, and advanced at each telling. */
function runOrder(told: readonly Told[]): { readonly id: number; readonly at: number }[] {
  const order = new TimeOrder(begins);
  const done: { id: number; at: number }[] = [];
  for (const [id, { now, delay }] of told.entries()) {
    order.advance(instant(Math.max(0, now - hold)));
    order.tell(instant(Math.max(0, now - delay)), (at) => done.push({ id, at }));
  }
  order.advance(instant(1_000_000));
  return done;
}

/** Everything is known beforehand, and sorted: what a delay of at most `hold` must come to. */
const naive = (told: readonly Told[]) =>
  told
    .map(({ now, delay }, id) => ({ id, at: Math.max(0, now - delay) }))
    .sort((one, other) => one.at - other.at || one.id - other.id);

const tellings = (delayMax: number) =>
  fc
    .array(fc.record({ step: fc.nat(40), delay: fc.nat(delayMax) }), { maxLength: 60 })
    .map((steps) => {
      let now = 0;
      return steps.map(({ step, delay }) => {
        now += step;
        return { now, delay };
      });
    });

describe("the order of what several processes did", () => {
  it("is that of the time stamps, when all arrives within the delay", () => {
    fc.assert(
      fc.property(tellings(hold - 1), (told) => {
        expect(runOrder(told)).toEqual(naive(told));
      }),
    );
  });

  it("never goes back, and loses nothing, however late something arrives", () => {
    fc.assert(
      fc.property(tellings(10 * hold), (told) => {
        const done = runOrder(told);
        expect(done.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(told.map((_, id) => id));
        const times = done.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });

  it("does what is too late at once with the time, not before what was done", () => {
    const order = new TimeOrder(begins);
    const done: number[] = [];
    order.advance(instant(100));
    order.tell(instant(40), (at) => done.push(at));
    order.advance(instant(100));
    expect(done).toEqual([100]);
  });

  it("holds no more than its maximum: then the oldest is done early", () => {
    const order = new TimeOrder(begins);
    const done: number[] = [];
    for (let index = 0; index <= deedsMax; index += 1) {
      order.tell(instant(1_000 + index), (at) => done.push(at));
    }
    expect(done).toEqual([1_000]);
  });
});
