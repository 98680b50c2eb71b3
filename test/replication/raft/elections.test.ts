/** Pre-vote, check quorum and what must be durable before it is told. */
import { describe, expect, it } from "vitest";
import { voters } from "./support/cluster.js";
import {
  a,
  append,
  appendReply,
  Core,
  electionMax,
  electionMin,
  heartbeat,
  of,
  sent,
  targets,
  voteReply,
  voteRequest,
} from "./support/core.js";

/** It is old enough to vote, and has heard of no leader. */
function voter(options: ConstructorParameters<typeof Core>[0] = {}): Core {
  const core = new Core(options);
  core.now = (core.now + electionMin) as typeof core.now;
  return core;
}

describe("a pre-vote (RAFT-4)", () => {
  it("changes neither term nor vote nor patience, and is answered at once", () => {
    const core = voter();
    const before = core.raft.deadline();
    const outputs = core.hear("b", voteRequest({ pre: true, term: 2 }));
    expect(sent(outputs, "vote-reply")).toMatchObject([{ pre: true, granted: true, term: 2 }]);
    expect(of(outputs, "save")).toEqual([]);
    expect([core.status.term, core.raft.deadline()]).toEqual([1, before]);
  });

  it("is granted to several, who may still get one vote between them", () => {
    const core = voter();
    core.hear("b", voteRequest({ pre: true }));
    core.hear("c", voteRequest({ pre: true }));
    expect(sent(core.outputs, "vote-reply").map((reply) => reply.granted)).toEqual([true, true]);
    core.hear("b", voteRequest({}));
    core.hear("c", voteRequest({}));
    core.save();
    const votes = sent(core.outputs, "vote-reply").filter((reply) => !reply.pre);
    expect(votes.map((reply) => reply.granted)).toEqual([true, false]);
  });

  it("does not give back a vote that was given in the term", () => {
    const core = voter();
    core.hear("b", voteRequest({}));
    core.hear("c", voteRequest({ pre: true, term: 3 }));
    core.hear("c", voteRequest({}));
    core.save();
    const votes = sent(core.outputs, "vote-reply").filter((reply) => !reply.pre);
    expect(votes.map((reply) => reply.granted)).toEqual([true, false]);
  });

  it("is refused to a log that is behind, and to a term that is over", () => {
    const core = voter({ terms: [3], term: 3 });
    core.hear("b", voteRequest({ pre: true, term: 4, lastIndex: 9, lastTerm: 2 }));
    core.hear("b", voteRequest({ pre: true, term: 2 }));
    expect(sent(core.outputs, "vote-reply")).toMatchObject([
      { granted: false, term: 3 },
      { granted: false, term: 3 },
    ]);
  });

  it("counts for no vote, and a vote for no pre-vote", () => {
    const core = new Core();
    core.wait(electionMax);
    core.hear("b", voteReply({ pre: false, term: 1 }));
    expect(core.status.role).toBe("pre-candidate");
    core.hear("b", voteReply({ pre: true, term: 2 }));
    core.save();
    core.hear("c", voteReply({ pre: true, term: 2 }));
    expect(core.status.role).toBe("candidate");
    core.hear("c", voteReply({ pre: false, term: 2 }));
    expect(core.status.role).toBe("leader");
  });

  it("is no vote for a later one, when it was given for an earlier term", () => {
    const core = new Core();
    core.wait(electionMax);
    core.hear("b", voteReply({ pre: true, term: 1 }));
    expect(core.status.role).toBe("pre-candidate");
    core.hear("c", voteReply({ pre: true, term: 2 }));
    expect(core.status.role).toBe("candidate");
  });

  it("that is not won leaves the term as it was, however often it is tried", () => {
    const core = new Core();
    core.wait(20 * electionMax);
    expect([core.status.role, core.status.term]).toEqual(["pre-candidate", 1]);
    expect(targets(core.outputs, "vote-request").length).toBeGreaterThan(20);
  });
});

describe("a timeout that comes early", () => {
  const early = (core: Core) => {
    const { role } = core.status;
    const deadline = core.raft.deadline();
    for (let time = 0; time < 5; time += 1) expect(core.step({ kind: "timeout" })).toEqual([]);
    expect([core.status.role, core.raft.deadline()]).toEqual([role, deadline]);
  };

  it("changes nothing and sends nothing, in any role", () => {
    const core = new Core();
    early(core);
    core.wait(electionMax);
    expect(core.status.role).toBe("pre-candidate");
    early(core);
    core.vote(true, "b");
    core.save();
    expect(core.status.role).toBe("candidate");
    early(core);
    core.vote(false, "b");
    core.save();
    expect(core.status.role).toBe("leader");
    early(core);
  });
});

describe("what must be durable before it is told", () => {
  it("a vote (RAFT-1)", () => {
    const core = voter();
    const outputs = core.hear("b", voteRequest({}));
    expect(sent(outputs, "vote-reply")).toEqual([]);
    expect(of(outputs, "save")).toMatchObject([{ entries: [] }]);
    expect(sent(core.save(), "vote-reply")).toMatchObject([{ granted: true }]);
  });

  it("a vote that could not be kept is never told", () => {
    const core = voter();
    core.hear("b", voteRequest({}));
    core.step({ kind: "not-saved", ticket: of(core.outputs, "save").at(-1)?.ticket ?? 0 });
    expect(sent(core.outputs, "vote-reply")).toEqual([]);
    // The disk is asked again, and not at once: it would refuse at once, and without end.
    expect(sent(core.save(), "vote-reply")).toEqual([]);
    expect(sent(core.wait(heartbeat), "vote-reply")).toMatchObject([{ granted: true }]);
  });

  it("a candidate's vote for itself (RAFT-3)", () => {
    const core = new Core();
    core.wait(electionMax);
    core.vote(true, "b");
    core.vote(false, "b");
    expect(core.status.role).toBe("candidate");
    core.save();
    expect(core.status.role).toBe("leader");
  });

  it("the term of a candidate, before it asks for votes in it (RAFT-3)", () => {
    const core = new Core();
    core.wait(electionMax);
    core.vote(true, "b");
    const asked = () => sent(core.outputs, "vote-request").filter((request) => !request.pre);
    expect([core.status.role, asked()]).toEqual(["candidate", []]);
    core.save();
    expect(asked()).toMatchObject([{ term: 2 }, { term: 2 }]);
  });

  it("and before it leads in it, however many have voted for it (RAFT-3)", () => {
    const core = new Core({ roles: voters(5) });
    core.wait(electionMax);
    core.vote(true, "b", "c");
    core.vote(false, "b", "c", "d", "e");
    expect(core.status.role).toBe("candidate");
    expect(targets(core.outputs, "append")).toEqual([]);
    core.save();
    expect(core.status.role).toBe("leader");
  });

  it("an entry, before it is acknowledged (RAFT-11)", () => {
    const core = new Core();
    // The term is durable already: only the entry is waited for.
    core.hear("b", append({}));
    core.save();
    const entries = [{ index: 2, term: 2, kind: 1, data: new Uint8Array(1) }];
    expect(sent(core.hear("b", append({ entries })), "append-reply")).toEqual([]);
    expect(sent(core.save(), "append-reply")).toMatchObject([{ accepted: true, index: 2 }]);
  });

  it("an entry of the leader itself, before it counts (RAFT-13)", () => {
    const core = new Core().lead("b");
    core.acknowledge("b");
    core.propose("x");
    core.acknowledge("b");
    expect(core.status.committed).toBe(core.status.last - 1);
    core.save();
    expect(core.status.committed).toBe(core.status.last);
  });

  it("but a majority of others is enough, while the leader still writes", () => {
    const core = new Core().lead("b");
    core.acknowledge("b");
    core.acknowledge("c");
    core.propose("x");
    core.acknowledge("b");
    core.acknowledge("c");
    expect(core.status.committed).toBe(core.status.last);
  });

  it("and the message goes out while the entry is being written", () => {
    const core = new Core().lead("b");
    core.acknowledge("b");
    const outputs = core.propose("x");
    expect(outputs[0]?.kind).toBe("save");
    expect(sent(outputs, "append")).toMatchObject([{ entries: [{ kind: 1 }] }]);
  });
});

describe("a leader that is heard is not disturbed (RAFT-5)", () => {
  it("by requests of any term while it was heard within an election timeout", () => {
    const core = new Core();
    core.hear("b", append({}));
    core.save();
    core.now = (core.now + electionMin - 1) as typeof core.now;
    for (const pre of [true, false]) {
      expect(core.hear("c", voteRequest({ term: 99, pre }))).toEqual([]);
    }
    expect(core.status.term).toBe(2);
    core.now = (core.now + 1) as typeof core.now;
    core.hear("c", voteRequest({ term: 99 }));
    expect(core.status.term).toBe(99);
  });

  it("nor is the leader itself, which has its majority", () => {
    const core = new Core().lead("b");
    core.acknowledge("b");
    expect(core.hear("c", voteRequest({ term: 99 }))).toEqual([]);
    expect(core.status.role).toBe("leader");
  });

  it("one that has just started votes for nobody: it may have heard one (RAFT-22)", () => {
    const core = new Core();
    expect(core.hear("b", voteRequest({ term: 9 }))).toEqual([]);
    expect(core.status.term).toBe(1);
  });

  it("a stranger's answer deposes nobody", () => {
    const core = new Core().lead("b");
    core.hear("z", appendReply({ term: 99, accepted: false }));
    expect(core.status.role).toBe("leader");
  });
});

describe("a leader without its majority steps down (RAFT-6)", () => {
  it("within an election timeout and a heartbeat", () => {
    const core = new Core().lead("b");
    core.acknowledge("b");
    core.wait(electionMin + 2 * heartbeat);
    expect(core.status.role).not.toBe("leader");
    expect(of(core.outputs, "event").map((output) => output.event)).toContainEqual(
      expect.objectContaining({ kind: "stepped-down", reason: "no-quorum" }),
    );
  });

  it("and goes on while one follower of two answers", () => {
    const core = new Core().lead("b");
    for (let beat = 0; beat < 50; beat += 1) {
      core.wait(heartbeat);
      core.acknowledge("b");
    }
    expect(core.status.role).toBe("leader");
  });

  it("also where answers come, but to what it sent too long ago", () => {
    const core = new Core().lead("b");
    const rounds: number[] = [];
    for (let beat = 0; beat < 20 && core.status.role === "leader"; beat += 1) {
      core.wait(heartbeat);
      rounds.push(sent(core.outputs, "append").at(-1)?.round ?? 0);
      // Six heartbeats are more than an election timeout.
      const round = rounds.at(-6);
      if (round !== undefined) core.hear("b", appendReply({ index: core.status.last, round }));
    }
    expect(core.status.role).toBe("follower");
  });

  it("and not where they are late by less", () => {
    const core = new Core().lead("b");
    const rounds: number[] = [];
    for (let beat = 0; beat < 50; beat += 1) {
      core.wait(heartbeat);
      rounds.push(sent(core.outputs, "append").at(-1)?.round ?? 0);
      const round = rounds.at(-3);
      if (round !== undefined) core.hear("b", appendReply({ index: core.status.last, round }));
    }
    expect(core.status.role).toBe("leader");
  });

  it("many rounds between two heartbeats do not make it forget when they were sent", () => {
    const core = new Core().lead("b");
    for (let beat = 0; beat < 20; beat += 1) {
      core.wait(heartbeat);
      const round = sent(core.outputs, "append").at(-1)?.round ?? 0;
      for (let read = 0; read < 300; read += 1) core.step({ kind: "read", ticket: 7 });
      core.hear("b", appendReply({ index: core.status.last, round }));
    }
    expect(core.status.role).toBe("leader");
  });

  it("then it lets the others campaign first", () => {
    const core = new Core().lead("b");
    core.wait(electionMin + 2 * heartbeat);
    const since = core.now;
    expect(core.raft.deadline() ?? 0).toBeGreaterThanOrEqual(since + electionMax - heartbeat);
  });

  it("a leader of itself alone needs nobody", () => {
    const core = new Core({ roles: voters(1) });
    core.wait(20 * electionMax);
    expect(core.status.role).toBe("leader");
  });
});

describe("who may campaign (RAFT-7)", () => {
  const roles = new Map(voters(3));
  it("not a learner, not a witness, not one that was removed", () => {
    for (const role of ["learner", "witness"] as const) {
      const core = new Core({ roles: new Map(roles).set(a, role) });
      core.wait(10 * electionMax);
      expect(targets(core.outputs, "vote-request")).toEqual([]);
      core.hear("b", { kind: "timeout-now", term: 1 });
      expect(core.status.role).toBe("follower");
    }
    const gone = new Core({ self: "z" });
    gone.wait(10 * electionMax);
    expect(targets(gone.outputs, "vote-request")).toEqual([]);
  });

  it("nor does one win whose disk fails while it is voted for (RAFT-55)", () => {
    for (const pre of [true, false]) {
      const core = new Core();
      core.wait(electionMax);
      if (!pre) core.vote(true, "b");
      core.save();
      core.step({ kind: "disk-health", health: "stalled" });
      core.vote(pre, "b", "c");
      core.vote(false, "b", "c");
      core.save();
      expect(core.status.role).toBe("follower");
    }
  });

  it("not one whose disk is not well, and again when it is", () => {
    const core = new Core();
    core.step({ kind: "disk-health", health: "stalled" });
    core.wait(10 * electionMax);
    expect(core.status.role).toBe("follower");
    core.step({ kind: "disk-health", health: "ok" });
    core.wait(electionMax);
    expect(core.status.role).toBe("pre-candidate");
  });
});

describe("a member that may not lead", () => {
  it.each(["learner", "witness"] as const)(
    "forgets a leader that it hears no more, as %s, and hears it again (RAFT-68)",
    (role) => {
      const core = new Core({ roles: new Map(voters(3)).set(a, role) });
      core.hear("b", append({}));
      core.wait(electionMin - 1);
      expect(core.status).toMatchObject({ role: "follower", leader: "b" });
      const outputs = core.wait(electionMax);
      expect(of(outputs, "event")).toContainEqual({
        kind: "event",
        event: { kind: "role", role: "follower", term: 2, leader: null },
      });
      // It asks for no votes, and is told of nobody twice.
      expect(of(outputs, "send")).toEqual([]);
      expect(core.status.leader).toBeNull();
      expect(of(core.wait(3 * electionMax), "event")).toEqual([]);
      core.hear("b", append({}));
      expect(core.status.leader).toBe("b");
    },
  );
});
