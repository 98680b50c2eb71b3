import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { a, b, bodyOf, c, d, type GivenRow, ms, type Words, watchOf } from "./watch.js";

const huge = 2 ** 48 - 1;
const udp = 0;
const hearsUs: Words = { a: [0b11, 0] };
const deafToUs: Words = { a: [0, 0b11] };

const lie = (subject: GivenRow["subject"], version = huge): GivenRow => ({
  ...{ subject, life: version, count: version, words: deafToUs },
});

describe("a liar with the cluster's key", () => {
  it("PATH-17: does not overrule the word of a peer that is heard, nor block its next ones", () => {
    const machine = watchOf({ peers: [b, c, d] });
    for (let at = 1; at < 500; at += 10) {
      const own = { kind: "hearing", from: b, life: 3, body: bodyOf(at, hearsUs) } as const;
      machine.step(ms(at), { kind: "heard", peer: b, path: udp });
      machine.step(ms(at), own);
      const body = bodyOf(at, hearsUs, [lie(b), lie(d)]);
      const told = machine.step(ms(at + 1), { kind: "hearing", from: c, life: 1, body });
      expect(told).toEqual([]);
      expect(machine.standing()[0]).toMatchObject({ peer: b, level: "whole" });
    }
  });

  it("PATH-17: is outvoted by the other relays where the peer is not heard", () => {
    const e = nodeId("e");
    const machine = watchOf({ peers: [b, c, d, e] });
    const relay = (from: typeof c, at: number, row: GivenRow) => {
      const body = bodyOf(at, {}, [row]);
      machine.step(ms(at), { kind: "hearing", from, life: 1, body });
    };
    const row = (count: number): GivenRow => ({ subject: b, life: 3, count, words: hearsUs });
    relay(c, 1, lie(b));
    relay(d, 1, row(4));
    relay(e, 1, row(5));
    const ofB = machine.matrix().filter(({ listener }) => listener === b);
    expect(ofB).toEqual([{ listener: b, speaker: a, heardBy: ["udp", "serial"], silentBy: [] }]);
  });

  it("PATH-17: has no say about this node, about itself at second hand, or about strangers", () => {
    const machine = watchOf({ peers: [b, c] });
    machine.step(ms(1), { kind: "heard", peer: c, path: udp });
    const body = bodyOf(1, hearsUs, [lie(a), lie(c), lie(d)]);
    machine.step(ms(1), { kind: "hearing", from: c, life: 1, body });
    expect(machine.matrix().filter(({ listener }) => listener !== a)).toEqual([
      { listener: c, speaker: a, heardBy: ["udp", "serial"], silentBy: [] },
    ]);
  });

  it("PATH-15: whatever a body is, nothing is thrown; refused, it changes nothing", () => {
    const rows = fc.array(fc.oneof(fc.anything(), fc.constant([1, huge, huge, [48, 0, 0]])));
    const names = fc.constantFrom<unknown>(["a", "b", "c"], ["b", "c", "z"], 7);
    const own = fc.oneof(fc.constant([huge, [48, 0, 0]]), fc.anything());
    fc.assert(
      fc.property(fc.tuple(names, own, rows), (body) => {
        const machine = watchOf();
        const before = [machine.matrix(), machine.standing(), machine.deadline()];
        const told = machine.step(ms(1), { kind: "hearing", from: c, life: 1, body });
        if (told.length === 0) return;
        expect(told).toEqual([{ kind: "refused", from: c, reason: "malformed" }]);
        expect([machine.matrix(), machine.standing(), machine.deadline()]).toEqual(before);
      }),
    );
  });
});
