import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WatchedPeers } from "../../../src/detection/swim/watched-peers.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";

const names = Array.from("abcdefghij", nodeId);
const deed = fc.record({
  kind: fc.constantFrom("add" as const, "remove" as const),
  name: fc.constantFrom(...names),
});

describe("the names of the watched peers", () => {
  it("are those of a plain list, whatever is added and removed", () => {
    const starts = fc.subarray(names);
    fc.assert(
      fc.property(starts, fc.array(deed, { maxLength: 60 }), (first, deeds) => {
        const peers = new WatchedPeers(first);
        let model = [...first];
        for (const { kind, name } of deeds) {
          const isNew = !model.includes(name);
          if (kind === "add") {
            expect(peers.add(name) !== null).toBe(isNew);
            if (isNew) model.push(name);
          } else {
            expect(peers.remove(name) !== null).toBe(!isNew);
            model = model.filter((other) => other !== name);
          }
          expect([...peers]).toEqual(model);
        }
        expectNumbers(peers, model);
      }),
    );
  });

  it("have numbers that stay small while newcomers come and go", () => {
    const peers = new WatchedPeers([nodeId("a"), nodeId("b")]);
    for (let count = 0; count < 100; count += 1) {
      expect(peers.add(nodeId("z"))).toBe(2);
      peers.remove(nodeId("z"));
    }
    expect(() => peers.nameOf(2)).toThrow("no peer has the number 2");
  });

  it("not sorted, or listed twice, are our own bug", () => {
    expect(() => new WatchedPeers([nodeId("b"), nodeId("a")])).toThrow("not sorted");
    expect(() => new WatchedPeers([nodeId("a"), nodeId("a")])).toThrow("not sorted");
  });
});

/** Each name has a number of its own, which names it again; strangers have none. */
function expectNumbers(peers: WatchedPeers, watched: readonly NodeId[]): void {
  const numbers = watched.map((name) => peers.numberOf(name));
  expect(new Set(numbers).size).toBe(watched.length);
  for (const [index, number] of numbers.entries()) {
    expect(number).not.toBeNull();
    expect(peers.nameOf(number as number)).toBe(watched[index]);
  }
  for (const name of names) {
    if (!watched.includes(name)) expect(peers.numberOf(name)).toBeNull();
  }
}
