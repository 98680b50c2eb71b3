/** REREAD-1 and REREAD-2: redundancy in time of the own board. */
import { describe, expect, it } from "vitest";
import { counting } from "../../support/counting-app.js";
import { CycleBench } from "../../support/cycle-bench.js";

/** By cycle, what the board says, reading after reading; the last one again and again. */
type Script = readonly (readonly (number | null)[])[];

function play(rereadsMax: number, script: Script) {
  const bench = new CycleBench(counting, 3, rereadsMax);
  bench.run(1_000);
  bench.runToEndOfCycle();
  bench.forget();
  const [reads, sent]: [number[], (number | null | undefined)[]] = [[], []];
  for (const readings of script) {
    let count = 0;
    bench.read = (at) => {
      const value = readings[Math.min(count, readings.length - 1)] ?? null;
      count += 1;
      return [{ channel: "level", value, sourceTime: at }];
    };
    bench.run(100);
    reads.push(count);
    const [item] = bench.of("send-sample").at(-1)?.message.values ?? [];
    sent.push(item !== undefined && "value" in item ? item.value : undefined);
  }
  const told = bench.events("reread").flatMap((event) => {
    return event.kind === "reread" ? [event.outcome] : [];
  });
  const count = bench.of("send-sample").length;
  expect(count).toBe(script.length);
  return { reads, sent, told };
}

describe("REREAD-1: the board is read again", () => {
  it("while a channel gives nothing, so often at most", () => {
    expect(play(3, [[null]]).reads).toEqual([4]);
    expect(play(3, [[null, null, 20]]).reads).toEqual([3]);
    expect(play(5, [[null]]).reads).toEqual([6]);
  });

  it("while a channel says what cannot be", () => {
    expect(play(2, [[101]]).reads).toEqual([3]);
    expect(play(2, [[-0.001, 20]]).reads).toEqual([2]);
    expect(play(2, [[Number.NaN, 20]]).reads).toEqual([2]);
  });

  it("not where all is well, nor where that is off", () => {
    expect(play(3, [[20], [0], [100]]).reads).toEqual([1, 1, 1]);
    expect(
      play(0, [
        [null, 20],
        [101, 20],
      ]),
    ).toEqual({
      ...{ reads: [1, 1], sent: [null, 101], told: [] },
    });
  });

  it("anew in each cycle", () => {
    expect(play(1, [[null, 20], [20], [null, 20]]).reads).toEqual([2, 1, 2]);
  });
});

describe("REREAD-2: what is sent, and told", () => {
  it("is the first good reading of what was transient", () => {
    const { sent, told } = play(3, [[null, 101, 20, 30], [20]]);
    expect(sent).toEqual([20, 20]);
    expect(told).toEqual(["transient"]);
  });

  it("is the first reading of what is persistent, for the others to judge", () => {
    const { sent, told } = play(2, [[101, null, 102]]);
    expect(sent).toEqual([101]);
    expect(told).toEqual(["persistent"]);
  });

  it("is told once while it is persistent, and again after it was well", () => {
    expect(play(1, [[null], [null], [null]]).told).toEqual(["persistent"]);
    expect(play(1, [[null], [20], [null]]).told).toEqual(["persistent", "persistent"]);
    expect(play(1, [[null], [null, 20], [null]]).told).toEqual([
      ...["persistent", "transient", "persistent"],
    ]);
  });

  it("leaves a good channel as it was read first, where only another one is bad", () => {
    const two = {
      ...counting,
      sensors: { ...counting.sensors, flow: { unit: "l/s", min: 0, max: 10, tolerance: 1 } },
    };
    const bench = new CycleBench(two, 3, 2);
    let count = 0;
    bench.read = (at) => {
      count += 1;
      const flow = count % 2 === 1 ? null : 5;
      return [
        { channel: "level", value: 20 + count, sourceTime: at },
        { channel: "flow", value: flow, sourceTime: at },
      ];
    };
    bench.run(100);
    const sent = bench.of("send-sample")[0]?.message.values;
    expect(sent).toMatchObject([{ value: 21 }, { value: 5 }]);
  });
});
