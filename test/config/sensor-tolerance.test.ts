/**
 * What `config check` promises of a sensor is tried on the voter itself: with as many faults as are
 * borne the value is right, and with one more it is not.
 */
import { describe, expect, it } from "vitest";
import { silencesTolerated, valueFaultsTolerated } from "../../src/config/sensor-tolerance.js";
import { type Instant, instant, millis } from "../../src/kernel/time.js";
import { SensorVoter } from "../../src/voting/sensor-voter.js";
import type { Voter } from "../../src/voting/voter.js";
import { voters } from "../../src/voting/voters.js";

const right = 20;
const wrong = 50;

class Bench {
  readonly #channels: readonly string[];
  readonly #sensor: SensorVoter;
  #now = 0;

  constructor(count: number, voter: Voter) {
    this.#channels = Array.from({ length: count }, (_, index) => `c${index}`);
    const range = { min: 0, max: 100, tolerance: 1, ageMax: millis(200) };
    this.#sensor = new SensorVoter({ channels: this.#channels, voter, ...range });
    this.close(new Map());
  }

  /** Closes a vector, `faulty` by channel: a wrong value, or null for silence. */
  close(faulty: ReadonlyMap<number, number | null>): number | null {
    this.#now += 100_000;
    const now: Instant = instant(this.#now);
    const samples = this.#channels.map((channel, index) => {
      const said = faulty.get(index);
      return { channel, value: said === undefined ? right : said, age: millis(0) };
    });
    return this.#sensor.close(now, samples, false).verdict.value;
  }
}

const faulty = (count: number, value: number | null) =>
  new Map(Array.from({ length: count }, (_, index) => [index, value]));

/** The check claims nothing of the mean. */
const known = [...voters.values()].filter(({ name }) => name !== "mean");

/** `smoothing` bridges two closings without a majority. */
const bridged = 3;

describe.each(known)("$name (CONFIG-8)", (voter) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("%i channels: wrong values at a time", (count) => {
    const borne = valueFaultsTolerated(count);
    expect(new Bench(count, voter).close(faulty(borne, wrong))).toBe(right);
    const bench = new Bench(count, voter);
    for (let more = 1; more < bridged; more += 1) bench.close(faulty(borne + 1, wrong));
    expect(bench.close(faulty(borne + 1, wrong))).not.toBe(right);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("%i channels: silences at a time", (count) => {
    const borne = silencesTolerated(count);
    expect(new Bench(count, voter).close(faulty(borne, null))).toBe(right);
    expect(new Bench(count, voter).close(faulty(borne + 1, null))).toBeNull();
  });

  it.each([wrong, null])("one after the other until two are left: %j", (value) => {
    for (const count of [3, 4, 5, 6, 7, 8]) {
      const bench = new Bench(count, voter);
      for (let failed = 1; failed <= silencesTolerated(count); failed += 1) {
        // Ten cycles exclude also a silent one.
        for (let cycle = 0; cycle < 10; cycle += 1) {
          expect(bench.close(faulty(failed, value))).toBe(right);
        }
      }
      for (let more = 1; more < bridged; more += 1) bench.close(faulty(count - 1, value));
      expect(bench.close(faulty(count - 1, value))).toBeNull();
    }
  });
});
