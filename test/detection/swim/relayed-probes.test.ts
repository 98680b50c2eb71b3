import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type RelayedProbe,
  RelayedProbes,
  relayedMax,
} from "../../../src/detection/swim/relayed-probes.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant } from "../../../src/kernel/time.js";

const target = nodeId("target");

const probe = (seq: number, origin: string, fields: Partial<RelayedProbe> = {}): RelayedProbe => ({
  seq,
  target,
  origin: nodeId(origin),
  originSeq: 1_000 + seq,
  nackAt: instant(10 + seq),
  endsAt: instant(500),
  ...fields,
});

describe("probes for others (SWIM-5, SWIM-6)", () => {
  it("are found by the target and this node's own number, once", () => {
    const relayed = new RelayedProbes();
    relayed.add(probe(1, "a"), instant(0));
    relayed.add(probe(2, "b"), instant(0));
    expect(relayed.take(target, 3)).toBeNull();
    expect(relayed.take(nodeId("other"), 1)).toBeNull();
    expect(relayed.take(target, 1)).toEqual(probe(1, "a"));
    expect(relayed.take(target, 1)).toBeNull();
    expect(relayed.length).toBe(1);
  });

  it("have a nack each, told when it is due and not again; their acks may come after", () => {
    const relayed = new RelayedProbes();
    relayed.add(probe(1, "a"), instant(0));
    relayed.add(probe(2, "b"), instant(0));
    expect(relayed.nextNackAt()).toBe(11);
    expect(relayed.nacksDue(instant(10))).toEqual([]);
    expect(relayed.nacksDue(instant(11)).map(({ origin }) => origin)).toEqual(["a"]);
    expect(relayed.nextNackAt()).toBe(12);
    expect(relayed.nacksDue(instant(20)).map(({ origin }) => origin)).toEqual(["b"]);
    expect(relayed.nacksDue(instant(20))).toEqual([]);
    expect(relayed.take(target, 1)).not.toBeNull();
  });

  it("SWIM-12: say no nack after this node was late", () => {
    const relayed = new RelayedProbes();
    relayed.add(probe(1, "a"), instant(0));
    relayed.withdrawNacks();
    expect(relayed.nextNackAt()).toBeNull();
    expect(relayed.nacksDue(instant(100))).toEqual([]);
    expect(relayed.take(target, 1)?.originSeq).toBe(1_001);
  });

  it("are dropped with their origin or target", () => {
    const relayed = new RelayedProbes();
    relayed.add(probe(1, "a"), instant(0));
    relayed.add(probe(2, "b", { target: nodeId("a") }), instant(0));
    relayed.add(probe(3, "c"), instant(0));
    relayed.forget(nodeId("a"));
    expect(relayed.length).toBe(1);
  });
});

describe("the table of relayed probes (SWIM-14)", () => {
  it("has one place for an origin: its newer request ends its older", () => {
    const relayed = new RelayedProbes();
    for (let seq = 1; seq <= 10; seq += 1) relayed.add(probe(seq, "greedy"), instant(0));
    relayed.add(probe(11, "modest"), instant(0));
    expect(relayed.length).toBe(2);
    expect(relayed.take(target, 9)).toBeNull();
    expect(relayed.take(target, 10)).not.toBeNull();
  });

  it("keeps the newest at its limit, and never grows past it", () => {
    const relayed = new RelayedProbes();
    for (let seq = 0; seq < relayedMax + 5; seq += 1)
      relayed.add(probe(seq, `m-${seq}`), instant(0));
    expect(relayed.length).toBe(relayedMax);
    expect(relayed.take(target, 4)).toBeNull();
    expect(relayed.take(target, 5)).not.toBeNull();
    expect(relayed.take(target, relayedMax + 4)).not.toBeNull();
  });

  it("drops what ended when something new comes", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 50 }), (ends) => {
        const relayed = new RelayedProbes();
        for (const [seq, end] of ends.entries()) {
          relayed.add(probe(seq, `m-${seq}`, { endsAt: instant(end) }), instant(0));
        }
        relayed.add(probe(99, "last"), instant(50));
        expect(relayed.length).toBe(ends.filter((end) => end > 50).length + 1);
      }),
    );
  });
});
