/** What a candidate asks, of whom, for how long, and which answers it counts. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant } from "../../../src/kernel/time.js";
import { numberMax } from "../../../src/replication/raft/fields.js";
import { voters } from "./support/cluster.js";
import {
  a,
  append,
  Core,
  d,
  electionMax,
  electionMin,
  heartbeat,
  sent,
  targets,
  voteReply,
  x,
} from "./support/core.js";

const asked = (core: Core) => sent(core.outputs, "vote-request");
const left = (core: Core) => (core.raft.deadline() ?? 0) - core.now;

/** Its time is over; nothing of what it gives to its disk is kept. */
function ripe(core: Core): Core {
  core.now = instant(Math.max(core.now, core.raft.deadline() ?? 0));
  core.step({ kind: "timeout" });
  return core;
}

describe("what a candidate asks", () => {
  it("lifts nobody's loyalty to a leader: only a transfer does (RAFT-5)", () => {
    const core = new Core();
    core.wait(5 * electionMax);
    core.vote(true, "b");
    core.wait(5 * electionMax);
    expect(asked(core).length).toBeGreaterThan(8);
    expect(asked(core).some(({ pre }) => !pre)).toBe(true);
    expect(asked(core).filter(({ transfer }) => transfer)).toEqual([]);
  });

  it("goes to the electors of both halves of a joint group (RAFT-30)", () => {
    const roles = new Map([a, d, x].map((id) => [id, "voter"] as const));
    const core = ripe(new Core({ roles, group: { outgoing: voters(3) } }));
    expect(targets(core.outputs, "vote-request").sort()).toEqual(["b", "c", "d", "x"]);
  });

  it("is said before the disk has the term, where it is for a pre-vote only (RAFT-4)", () => {
    const core = new Core();
    core.hear("b", append({}));
    ripe(core);
    expect(asked(core)).toMatchObject([
      { pre: true, term: 3 },
      { pre: true, term: 3 },
    ]);
    core.vote(true, "b");
    expect([core.status.role, core.status.term]).toEqual(["candidate", 3]);
  });
});

describe("the answers that a candidate counts", () => {
  it("are not those of a blank member, whatever it says (RAFT-50)", () => {
    const core = ripe(new Core());
    core.hear("b", voteReply({ pre: true, blank: true }));
    expect(core.status.role).toBe("pre-candidate");
    core.vote(true, "b");
    core.save();
    core.hear("b", voteReply({ blank: true }));
    expect(core.status.role).toBe("candidate");
  });

  it("are those that refuse, too: who has lost waits anew, in the term that it had", () => {
    const core = ripe(new Core());
    const no = voteReply({ pre: true, granted: false, term: 1 });
    core.hear("b", no);
    expect(core.status.role).toBe("pre-candidate");
    core.hear("c", no);
    expect([core.status.role, core.status.term]).toEqual(["follower", 1]);
    expect(left(core)).toBeGreaterThanOrEqual(electionMin);
  });

  it("of a pre-vote raise the term where they refuse, and not where they promise (RAFT-4)", () => {
    const core = ripe(new Core());
    core.hear("b", voteReply({ pre: true, granted: true, term: 2 }));
    expect(core.status.term).toBe(2);
    const behind = ripe(new Core());
    behind.hear("b", voteReply({ pre: true, granted: true, term: 7 }));
    expect([behind.status.role, behind.status.term]).toEqual(["pre-candidate", 1]);
    behind.hear("b", voteReply({ pre: true, granted: false, term: 7 }));
    expect([behind.status.role, behind.status.term]).toEqual(["follower", 7]);
  });

  it("are the first ones: a vote that was given is not taken back", () => {
    const core = ripe(new Core({ roles: voters(5) }));
    core.vote(true, "b", "c");
    core.save();
    core.hear("b", voteReply({}));
    core.hear("b", voteReply({ granted: false }));
    core.hear("c", voteReply({}));
    expect(core.status.role).toBe("leader");
  });
});

describe("a candidate's patience", () => {
  const suspicion = { kind: "suspicion", member: nodeId("b"), suspected: true } as const;

  it("is that of a follower (RAFT-8)", () => {
    const core = ripe(new Core());
    expect(left(core)).toBeGreaterThanOrEqual(electionMin);
    core.vote(true, "b");
    expect(left(core)).toBeGreaterThanOrEqual(electionMin);
  });

  it("is one or two heartbeats where it suspects its leader, in a pre-vote (RAFT-9)", () => {
    const core = new Core();
    core.hear("b", append({}));
    core.save();
    core.step(suspicion);
    const all: number[] = [];
    for (let time = 0; time < 40; time += 1) all.push(left(ripe(core)));
    expect(Math.min(...all)).toBeGreaterThanOrEqual(heartbeat);
    expect(Math.max(...all)).toBeLessThanOrEqual(2 * heartbeat);
    expect(new Set(all).size).toBeGreaterThan(10);
    core.vote(true, "c");
    expect(core.status.role).toBe("candidate");
    expect(left(core)).toBeGreaterThanOrEqual(electionMin);
  });

  it("ends a candidacy in the last term that there is (RAFT-40)", () => {
    const core = ripe(new Core({ term: numberMax - 1 }));
    core.vote(true, "b");
    core.save();
    expect([core.status.role, core.status.term]).toEqual(["candidate", numberMax]);
    ripe(core);
    expect([core.status.role, core.status.term]).toEqual(["follower", numberMax]);
    expect(asked(core).every(({ term }) => term <= numberMax)).toBe(true);
  });

  it("of a follower that suspects ends within a heartbeat, and never later than before", () => {
    for (const soon of [1, electionMin]) {
      const all: number[] = [];
      for (let heard = 0; heard < 20; heard += 1) {
        const core = new Core();
        // Each time that it hears its leader draws anew.
        for (let time = 0; time <= heard; time += 1) core.hear("b", append({}));
        core.save();
        const before = core.raft.deadline() ?? 0;
        core.now = instant(before - soon);
        core.step(suspicion);
        all.push(left(core));
      }
      expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...all)).toBeLessThanOrEqual(Math.min(soon, heartbeat));
      if (soon > heartbeat) expect(new Set(all).size).toBeGreaterThan(5);
    }
  });
});
