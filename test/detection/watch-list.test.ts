import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WatchList } from "../../src/detection/watch-list.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { type Instant, instant } from "../../src/kernel/time.js";

const names = ["a", "b", "c"].map(nodeId) as [NodeId, NodeId, NodeId];

/** As simply as it can be: looks at everybody each time. */
class NaiveList {
  readonly peers = new Map<NodeId, { isSuspected: boolean; ends: number | null }>();

  judge(now: number): NodeId[] {
    const suspected: NodeId[] = [];
    for (const [id, peer] of this.peers) {
      if (peer.isSuspected || peer.ends === null || peer.ends > now) continue;
      peer.isSuspected = true;
      suspected.push(id);
    }
    return suspected;
  }

  first(): number {
    const ends = [...this.peers.values()].map((peer) => {
      return peer.isSuspected ? Number.POSITIVE_INFINITY : (peer.ends ?? Number.POSITIVE_INFINITY);
    });
    return Math.min(...ends);
  }
}

const commands = fc.array(
  fc.record({
    wait: fc.nat(9),
    kind: fc.constantFrom("add", "remove", "expect", "begin", "hear", "judge"),
    peer: fc.constantFrom(...names),
    ends: fc.option(fc.nat(30)),
  }),
  { maxLength: 60 },
);

describe("the watch list", () => {
  it("DETECT-5: judges as one that looks at everybody each time, and is never woken late", () => {
    fc.assert(
      fc.property(commands, (all) => {
        const list = new WatchList("test");
        const naive = new NaiveList();
        let now = instant(0);
        for (const { wait, kind, peer, ends: from } of all) {
          now = instant(now + wait);
          const ends: Instant | null = from === null ? null : instant(now + from);
          const known = naive.peers.get(peer);
          if (kind === "judge") {
            const told = list.judge(now).flatMap((o) => ("peer" in o ? [o.peer] : []));
            expect(told).toEqual(naive.judge(now));
            expect(list.deadline() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
          } else if (kind === "add" && known === undefined) {
            list.add(peer, now, ends);
            naive.peers.set(peer, { isSuspected: false, ends });
          } else if (kind === "remove") {
            expect(list.remove(peer)).toBe(naive.peers.delete(peer));
          } else if (known !== undefined && kind === "hear") {
            expect(list.hear(peer, now, ends).length).toBe(known.isSuspected ? 1 : 0);
            Object.assign(known, { isSuspected: false, ends });
          } else if (known !== undefined && (kind === "expect" || kind === "begin")) {
            if (kind === "expect") list.expect(peer, ends);
            else list.begin(peer, now, ends);
            known.ends = ends;
          }
          const deadline = list.deadline() ?? Number.POSITIVE_INFINITY;
          expect(deadline).toBeLessThanOrEqual(naive.first());
          expect(list.peers).toEqual([...naive.peers.keys()]);
        }
      }),
    );
  });

  it("DETECT-6: tells in the evidence how long the silence was", () => {
    const list = new WatchList("test");
    list.add(names[0], instant(5), instant(20));
    list.hear(names[0], instant(12), instant(30));
    expect(list.judge(instant(29))).toEqual([]);
    const evidence = { detector: "test", at: 33, silence: 21, attempts: [], healthScore: 0 };
    expect(list.judge(instant(33))).toEqual([{ kind: "peer-suspected", peer: names[0], evidence }]);
    expect(list.standing()).toEqual([
      { peer: names[0], status: "suspected", silentSince: 12, suspicions: 1 },
    ]);
    expect(list.standing((peer) => peer !== names[0])).toEqual([]);
  });

  it("asked of whom it does not watch, it is our own bug", () => {
    expect(() => new WatchList("test").isSuspected(names[0])).toThrow("not watched");
  });
});
