/** What a follower takes from a leader, keeps, and says that it has (RAFT-10, RAFT-11, RAFT-40). */
import { describe, expect, it } from "vitest";
import type { LogEntry } from "../../../src/recovery/log/ports.js";
import { encodeGroup } from "../../../src/replication/raft/group.js";
import { voters } from "./support/cluster.js";
import { append, bytes, Core, entriesOf, of, sent } from "./support/core.js";

const replies = (core: Core) => sent(core.outputs, "append-reply");
const ofTerm2 = (core: Core) => {
  core.hear("b", append({}));
  core.save();
  return core;
};

describe("entries that conflict with the leader's (RAFT-10)", () => {
  it("go, and count as saved no more, until those in their place are", () => {
    const core = new Core({ terms: [1, 1, 1] });
    core.hear("b", append({}));
    core.save();
    core.hear("b", append({ entries: entriesOf([2, 2]), round: 2 }));
    expect(core.terms).toEqual([2, 2]);
    core.hear("b", append({ previousIndex: 3, previousTerm: 2, round: 3 }));
    // The disk has index 3, but not this one.
    expect(replies(core).at(-1)).toMatchObject({ accepted: true, index: 1, round: 3 });
    core.save();
    expect(replies(core).at(-1)).toMatchObject({ accepted: true, index: 3 });
  });

  it("do not count as saved by a save that was on its way when they went", () => {
    const core = ofTerm2(new Core());
    core.hear("b", append({ entries: entriesOf([2, 2, 2]) }));
    const [{ ticket } = { ticket: 0 }] = of(core.outputs, "save").slice(-1);
    core.hear("c", append({ term: 3, entries: entriesOf([3, 3]) }));
    core.step({ kind: "saved", ticket });
    core.hear("c", append({ term: 3, previousIndex: 3, previousTerm: 3, round: 2 }));
    expect(replies(core).filter(({ index }) => index > 1)).toEqual([]);
    core.save();
    expect(replies(core).at(-1)).toMatchObject({ index: 3, term: 3 });
  });

  it("stay where they are committed, whatever a leader says; it is not answered", () => {
    for (const conflict of [2, 3]) {
      const core = ofTerm2(new Core({ terms: [1, 1, 1] }));
      core.hear("b", append({ previousIndex: 4, committed: 3 }));
      expect(core.status.committed).toBe(3);
      const before = core.outputs.length;
      const entries = entriesOf([2], conflict);
      core.hear("b", append({ previousIndex: conflict - 1, entries, round: 9 }));
      core.save();
      expect([core.terms, core.outputs.slice(before)]).toEqual([[1, 1, 1], []]);
      core.hear("b", append({ previousIndex: 3, entries: entriesOf([2], 4) }));
      expect(core.terms).toEqual([1, 1, 2]);
    }
  });
});

describe("entries that are not in order (RAFT-40)", () => {
  const [one, two] = entriesOf([2, 2]) as [LogEntry, LogEntry];
  const cases = {
    "a gap": [one, { ...two, index: 4 }],
    "one twice": [one, one],
    "not after the one before": [two],
    "a term that falls": [one, { ...two, term: 1 }],
    "a term to come": [one, { ...two, term: 3 }],
    "a term before the previous one's": [{ ...one, term: 0 }],
    "a group that is none": [one, { ...two, kind: 2, data: bytes("?") }],
  };
  for (const [what, entries] of Object.entries(cases)) {
    it(`${what}: nothing is taken, and nothing said`, () => {
      const core = ofTerm2(new Core());
      const before = core.outputs.length;
      core.hear("b", append({ entries, round: 2 }));
      core.save();
      expect([core.status.last, core.outputs.slice(before)]).toEqual([1, []]);
      core.hear("b", append({ entries: [one, two] }));
      expect(core.status.last).toBe(3);
    });
  }
});

describe("a follower that may not keep", () => {
  it("has nothing new in memory either, while its disk takes nothing (RAFT-56)", () => {
    const core = ofTerm2(new Core());
    core.step({ kind: "disk-health", health: "full" });
    core.hear("b", append({ entries: entriesOf([2]), round: 2 }));
    expect(core.status.last).toBe(1);
    core.step({ kind: "disk-health", health: "stalled" });
    core.hear("b", append({ entries: entriesOf([2]), round: 2 }));
    expect(core.status.last).toBe(2);
  });

  it("grows to twice what its leader may have, and no more (RAFT-65)", () => {
    const limits = { logBytesRefused: 500 };
    const core = ofTerm2(new Core({ limits }));
    for (let index = 2; index < 60; index += 1) {
      const previousTerm = index === 2 ? 1 : 2;
      const entries = [{ index, term: 2, kind: 1, data: new Uint8Array(84) }];
      core.hear("b", append({ previousIndex: index - 1, previousTerm, entries }));
      core.save();
    }
    expect(core.status.last).toBeGreaterThan(9);
    expect(core.status.last).toBeLessThan(13);
  });
});

describe("how far a follower commits (RAFT-12)", () => {
  it("is what it has in common with the leader, and never less than before", () => {
    const core = ofTerm2(new Core({ terms: [1, 1, 1] }));
    core.hear("b", append({ previousIndex: 2, previousTerm: 1, committed: 4 }));
    expect(core.status.committed).toBe(2);
    core.hear("b", append({ previousIndex: 4, previousTerm: 1, committed: 1 }));
    expect(core.status.committed).toBe(2);
    core.hear("b", append({ previousIndex: 4, previousTerm: 1, committed: 3 }));
    expect(core.status.committed).toBe(3);
    const applied = of(core.outputs, "apply").flatMap(({ entries }) => entries);
    expect(applied.map(({ index }) => index)).toEqual([1, 2, 3]);
  });

  it("a group counts from when it is in the log (RAFT-31)", () => {
    const core = ofTerm2(new Core());
    const data = encodeGroup({ members: voters(2), outgoing: null, lives: new Map() });
    core.hear("b", append({ entries: [{ index: 2, term: 2, kind: 2, data }] }));
    expect([core.status.group.members.size, core.status.committed]).toEqual([2, 0]);
  });
});
