/** VOTERS-1 to VOTERS-4: what the results of the replicas say about their voters. */
import { describe, expect, it } from "vitest";
import {
  type Results,
  resultsMax,
  resultsTold,
  sensorAt,
  VoterWatch,
} from "../../../src/control/cycle/voter-watch.js";
import { nodeId } from "../../../src/kernel/ids.js";

type Result = number | null | undefined;

const nodesOf = (count: number) => Array.from({ length: count }, (_, index) => nodeId(`n${index}`));
const level = { name: "level", tolerance: 1, exact: false };

const watchOf = (count: number, sensors = [level]) =>
  new VoterWatch({ self: nodeId("n0"), nodes: nodesOf(count), sensors });

/** Compares one sensor's results, by node; `undefined` for a node that tells none. */
function compare(watch: VoterWatch, cycle: number, results: readonly Result[]) {
  const [own, ...others] = results;
  watch.note(cycle, own === undefined ? null : [own]);
  const claims = others.flatMap((result, index) =>
    result === undefined ? [] : [{ node: nodeId(`n${index + 1}`), results: [result] as Results }],
  );
  return watch.compare(cycle, claims);
}

/** After so many cycles with the same results: who is named, and whether they only differ. */
function found(results: readonly Result[], cycles = 12, sensors = [level]) {
  const watch = watchOf(results.length, sensors);
  const events = Array.from({ length: cycles }, (_, cycle) =>
    compare(watch, cycle, results),
  ).flat();
  return {
    named: events.flatMap((event) => (event.kind === "voter-suspected" ? [event.node] : [])),
    differ: events.some(({ kind }) => kind === "voters-differ"),
    standing: watch.standing().map(({ node }) => node),
  };
}

describe("VOTERS-1: a result that differs from that of a majority", () => {
  const values: readonly Result[] = [20, 20.9, 60, null, undefined];
  const triples = values.flatMap((a) => values.flatMap((b) => values.map((c) => [a, b, c])));

  const agree = (one: Result, other: Result): boolean =>
    one === other ||
    (typeof one === "number" && typeof other === "number" && Math.abs(one - other) <= 1);

  it.each(triples)("is found whoever has it: %s, %s, %s", (...triple) => {
    const told = triple.flatMap((result, index) => (result === undefined ? [] : [index]));
    const supporters = (index: number) =>
      told.filter((other) => agree(triple[index], triple[other])).length;
    const inMajority = told.filter((index) => supporters(index) >= 2);
    const odd = told.filter((index) => supporters(index) < 2);
    const expected =
      inMajority.length >= 2
        ? { named: odd.map((index) => `n${index}`), differ: false }
        : { named: [], differ: told.length >= 2 };
    expect(found(triple)).toMatchObject(expected);
  });

  it("is never blamed on one of two", () => {
    for (const pair of [
      [20, 60],
      [20, null],
      [null, 20],
    ]) {
      expect(found(pair)).toEqual({ named: [], differ: true, standing: [] });
    }
    expect(found([20, 20.5])).toEqual({ named: [], differ: false, standing: [] });
    expect(found([20])).toEqual({ named: [], differ: false, standing: [] });
  });

  it("needs the majority of the cluster, not of those who tell", () => {
    const few: Result[] = [20, 20, 60, undefined, undefined];
    expect(found(few)).toMatchObject({ named: [], differ: true });
    expect(found([20, 20, 60, 20, undefined])).toMatchObject({ named: ["n2"], differ: false });
    expect(found([20, 20, 60, 60.5, 20])).toMatchObject({ named: ["n2", "n3"] });
  });

  it("is any other one where only equal results agree", () => {
    const exact = [{ ...level, exact: true }];
    expect(found([20, 20, 20.000001], 12, exact)).toMatchObject({ named: ["n2"] });
    expect(found([20, 20, 20], 12, exact)).toMatchObject({ named: [] });
  });

  it("takes three cycles where it is wrong, ten where it is missing", () => {
    expect(found([20, 20, 60], 2)).toMatchObject({ named: [] });
    expect(found([20, 20, 60], 3)).toMatchObject({ named: ["n2"], standing: ["n2"] });
    expect(found([20, null, 20], 9)).toMatchObject({ named: [] });
    expect(found([20, null, 20], 10)).toMatchObject({ named: ["n1"], standing: ["n1"] });
    expect(found([null, 20, null], 10)).toMatchObject({ named: ["n1"] });
  });
});

describe("VOTERS-3: a suspected voter", () => {
  it("may be one's own, and is trusted again after ten agreements", () => {
    const watch = watchOf(3);
    for (let cycle = 0; cycle < 3; cycle += 1) compare(watch, cycle, [60, 20, 20]);
    expect(watch.suspects(nodeId("n0"))).toBe(true);
    expect(watch.suspects(nodeId("n1"))).toBe(false);
    for (let cycle = 3; cycle < 12; cycle += 1) {
      expect(compare(watch, cycle, [20, 20, 20])).toEqual([]);
    }
    const healed = { kind: "voter-trusted", node: nodeId("n0"), sensor: "level" };
    expect(compare(watch, 12, [20, 20, 20])).toEqual([healed]);
    expect(watch.suspects(nodeId("n0"))).toBe(false);
  });

  it("is told once, and so are replicas that differ and agree again", () => {
    const watch = watchOf(2);
    const kinds = (result: number, from: number) =>
      Array.from({ length: 15 }, (_, index) => compare(watch, from + index, [20, result]))
        .flat()
        .map(({ kind }) => kind);
    expect(kinds(60, 0)).toEqual(["voters-differ"]);
    expect(kinds(20, 15)).toEqual(["voters-agree"]);
  });

  it("is not judged by results of another cycle, nor where we have none", () => {
    const watch = watchOf(3);
    for (let cycle = 0; cycle < 20; cycle += 1) {
      watch.note(cycle, [60]);
      const claims = [{ node: nodeId("n1"), results: [20] }];
      expect(watch.compare(cycle + 1, claims)).toEqual([]);
    }
    expect(watch.resultsOf(18)).toBeNull();
    expect(watch.resultsOf(19)).toEqual([60]);
    watch.note(20, null);
    expect(watch.resultsOf(20)).toBeNull();
  });
});

describe("VOTERS-4: with more sensors than a sample tells of", () => {
  const count = 150;
  const sensors = Array.from({ length: count }, (_, index) => ({ ...level, name: `s${index}` }));

  it("cycles take turns, and every sensor has its turn", () => {
    expect(resultsTold(count)).toBe(resultsMax);
    expect(resultsTold(3)).toBe(3);
    const seen = new Set<number>();
    for (let cycle = 2 ** 50 - 100; cycle < 2 ** 50 - 97 + 72; cycle += 1) {
      const places = Array.from({ length: resultsMax }, (_, place) =>
        sensorAt(place, cycle, count),
      );
      expect(new Set(places).size).toBe(resultsMax);
      for (const sensor of places) seen.add(sensor);
    }
    expect(seen.size).toBe(count);
  });

  it("a voter that is wrong about one of them is found", () => {
    const watch = watchOf(3, sensors);
    const healthy = sensors.map(() => 20);
    const odd = healthy.map((value, index) => (index === 140 ? 60 : value));
    const suspected = new Set<string>();
    for (let cycle = 0; cycle < 30; cycle += 1) {
      const told = (values: readonly number[]) =>
        Array.from(
          { length: resultsMax },
          (_, place) => values[sensorAt(place, cycle, count)] ?? 0,
        );
      watch.note(cycle, healthy);
      expect(watch.resultsOf(cycle)).toHaveLength(resultsMax);
      const claims = [
        { node: nodeId("n1"), results: told(odd) },
        { node: nodeId("n2"), results: told(healthy) },
      ];
      for (const event of watch.compare(cycle, claims)) {
        if (event.kind === "voter-suspected") suspected.add(`${event.node} ${event.sensor}`);
      }
    }
    expect([...suspected]).toEqual(["n1 s140"]);
  });
});
