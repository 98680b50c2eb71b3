/** An election on the word of a failure detector, and when there is none. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant, millis } from "../../../src/kernel/time.js";
import { Loyalty } from "../../../src/replication/raft/loyalty.js";
import {
  append,
  Core,
  electionMin,
  heartbeat,
  sent,
  targets,
  voteRequest,
} from "./support/core.js";

const leader = nodeId("b");
const suspicion = (member: string, suspected = true) =>
  ({ kind: "suspicion", member: nodeId(member), suspected }) as const;

/** It has just heard `b` lead. */
function follower(leased = false): Core {
  const core = new Core();
  core.hear("b", append({ leased }));
  return core;
}

const votes = (core: Core) => sent(core.outputs, "vote-reply").filter(({ granted }) => granted);

describe("a follower that suspects its leader (RAFT-9)", () => {
  it("asks for pre-votes within a heartbeat, long before its patience ends", () => {
    const core = follower();
    core.step(suspicion("b"));
    core.wait(heartbeat + 1);
    expect(core.status.role).toBe("pre-candidate");
    expect(targets(core.outputs, "vote-request").sort()).toEqual(["b", "c"]);
    expect(sent(core.outputs, "vote-request").every(({ pre, transfer }) => pre && !transfer)).toBe(
      true,
    );
    expect(core.status.term).toBe(2);
  });

  it("asks again soon: others may suspect it later, and be none that can lead", () => {
    const core = follower();
    core.step(suspicion("b"));
    core.wait(electionMin);
    expect(targets(core.outputs, "vote-request").length).toBeGreaterThanOrEqual(4);
  });

  it("waits as ever where it suspects another, or hears its leader again", () => {
    const other = follower();
    other.step(suspicion("c"));
    other.wait(electionMin - 1);
    expect(other.status.role).toBe("follower");
    const again = follower();
    again.step(suspicion("b"));
    again.hear("b", append({}));
    again.wait(electionMin - 1);
    expect(again.status.role).toBe("follower");
  });

  it("waits as ever where its leader reads on its promise", () => {
    const core = follower(true);
    core.step(suspicion("b"));
    core.wait(electionMin - 1);
    expect(core.status.role).toBe("follower");
  });
});

describe("a voter that suspects its leader (RAFT-9)", () => {
  it("votes for another at once", () => {
    const core = follower();
    core.step(suspicion("b"));
    core.hear("c", voteRequest({ pre: true, term: 3 }));
    core.save();
    core.hear("c", voteRequest({ term: 3 }));
    core.save();
    expect(votes(core).map(({ pre }) => pre)).toEqual([true, false]);
  });

  it("does not while it trusts it, nor when it trusts it again, or has heard it", () => {
    const trusting = follower();
    trusting.hear("c", voteRequest({ term: 3 }));
    const again = follower();
    again.step(suspicion("b"));
    again.step(suspicion("b", false));
    again.hear("c", voteRequest({ term: 3 }));
    const heard = follower();
    heard.step(suspicion("b"));
    heard.hear("b", append({ leased: false }));
    heard.hear("c", voteRequest({ term: 3 }));
    for (const core of [trusting, again, heard]) {
      core.save();
      expect(votes(core)).toEqual([]);
      expect(core.status.term).toBe(2);
    }
  });

  it("keeps the promise on which its leader reads, whatever it suspects", () => {
    const core = follower(true);
    core.step(suspicion("b"));
    core.hear("c", voteRequest({ term: 3 }));
    core.save();
    expect(votes(core)).toEqual([]);
    core.wait(electionMin);
    core.hear("c", voteRequest({ term: 3 }));
    core.save();
    expect(votes(core)).toHaveLength(1);
  });

  it("says of a leader's lease nothing where others are free", () => {
    const core = new Core();
    expect(core.status.leaseUntil).toBeNull();
  });
});

describe("loyalty", () => {
  const at = instant(1_000_000);
  const length = millis(100);
  const soon = instant(1_050_000);

  it("is owed to a leader of whom it is not known whether it counts on it", () => {
    const loyalty = new Loyalty(length, null);
    loyalty.hear(at, leader, 5, null);
    loyalty.suspect(leader, true);
    expect(loyalty.binds(soon)).toBe(true);
    loyalty.hear(at, leader, 5, false);
    loyalty.hear(at, leader, 5, null);
    loyalty.suspect(leader, true);
    expect(loyalty.binds(soon)).toBe(false);
  });

  it("begins anew with each term: what a leader said in another is forgotten", () => {
    const loyalty = new Loyalty(length, null);
    loyalty.hear(at, leader, 5, false);
    loyalty.hear(at, leader, 6, null);
    loyalty.suspect(leader, true);
    expect(loyalty.binds(soon)).toBe(true);
  });

  it("binds a member that has just started, whatever it suspects", () => {
    const loyalty = new Loyalty(length, at);
    loyalty.suspect(leader, true);
    expect([loyalty.binds(soon), loyalty.binds(instant(1_100_000))]).toEqual([true, false]);
    expect(new Loyalty(length, null).binds(at)).toBe(false);
  });
});
