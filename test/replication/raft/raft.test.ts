/** The switch: whose messages of which term count, and what a change of role leaves behind. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant } from "../../../src/kernel/time.js";
import type { RaftMessage } from "../../../src/replication/raft/messages.js";
import {
  append,
  appendReply,
  b,
  Core,
  c,
  electionMax,
  electionMin,
  entriesOf,
  heartbeat,
  of,
  sent,
  targets,
  voteReply,
  voteRequest,
  x,
} from "./support/core.js";

const events = (core: Core) => of(core.outputs, "event").map(({ event }) => event);
const stepped = (core: Core) =>
  events(core).flatMap((event) => (event.kind === "stepped-down" ? [event.reason] : []));
const roles = (core: Core) =>
  events(core).flatMap((event) =>
    event.kind === "role" ? [`${event.role} ${event.term} ${event.leader}`] : [],
  );

function leader(): Core {
  const core = new Core().lead("b", "c");
  core.acknowledge("b");
  core.acknowledge("c");
  return core;
}

/** It follows b in term 2, and its disk knows. */
function follower(): Core {
  const core = new Core();
  core.hear("b", append({}));
  core.save();
  return core;
}

describe("what is asked of one that does not lead", () => {
  const asked = [
    { kind: "propose", ticket: 1, commands: [new Uint8Array(1)] },
    { kind: "read", ticket: 2 },
    { kind: "change", ticket: 3, change: { kind: "remove", member: c } },
    { kind: "transfer", ticket: 4, target: b },
  ] as const;
  const answers = (core: Core) =>
    asked.flatMap((input) =>
      of(core.step(input), "refused").map(
        ({ ticket, reason, leader: who }) => `${ticket} ${reason} ${who}`,
      ),
    );

  it("is refused, each by its ticket, with the leader that it knows", () => {
    const tickets = [1, 2, 3, 4];
    expect(answers(follower())).toEqual(tickets.map((ticket) => `${ticket} not-leader b`));
    expect(answers(new Core())).toEqual(tickets.map((ticket) => `${ticket} not-leader null`));
  });

  it("and for its disk only where that is to blame, and no leader is known", () => {
    const core = new Core();
    core.step({ kind: "disk-health", health: "full" });
    expect(answers(core)).toContain("1 disk-not-writable null");
    core.step({ kind: "disk-health", health: "ok" });
    expect(answers(core)).toContain("1 not-leader null");
    const other = follower();
    other.step({ kind: "disk-health", health: "full" });
    expect(answers(other)).toContain("1 not-leader b");
  });
});

describe("a message (RAFT-1)", () => {
  it("under one's own name is none", () => {
    const core = new Core();
    expect(core.hear("a", append({ term: 9 }))).toEqual([]);
    expect([core.status.term, core.status.leader]).toEqual([1, null]);
  });

  it("of an older term is answered where a leader sent it, for it may not know", () => {
    const core = new Core({ term: 5 });
    const snapshot = {
      ...{ kind: "snapshot", term: 4, index: 9, snapshotTerm: 2, head: new Uint8Array(0) },
      ...{ offset: 0, total: 0, crc: 0, bytes: new Uint8Array(0), outline: false, round: 1 },
    } as RaftMessage;
    for (const message of [append({ term: 4 }), snapshot]) {
      const refusal = { kind: "append-reply", term: 5, accepted: false };
      expect(core.hear("b", message)).toMatchObject([{ target: "b", message: refusal }]);
    }
    const others: RaftMessage[] = [
      voteReply({ term: 4 }),
      appendReply({ term: 4 }),
      { kind: "timeout-now", term: 4 },
    ];
    for (const message of others) expect(core.hear("b", message)).toEqual([]);
    expect([core.status.role, core.status.term]).toEqual(["follower", 5]);
  });

  it("of a newer term counts from a leader, of whatever name", () => {
    const core = new Core();
    core.hear("z", append({ term: 4 }));
    expect([core.status.term, core.status.leader]).toEqual([4, "z"]);
    const snapshot = {
      ...{ kind: "snapshot", term: 6, index: 9, snapshotTerm: 2, head: new Uint8Array(0) },
      ...{ offset: 0, total: 9, crc: 0, bytes: new Uint8Array(0), outline: false, round: 1 },
    } as RaftMessage;
    core.hear("y", snapshot);
    expect([core.status.term, core.status.leader]).toEqual([6, "y"]);
  });

  it("of a newer term counts from a newcomer that is catching up, and no other stranger", () => {
    const core = leader();
    const newer = appendReply({ term: 9, accepted: false });
    core.hear("x", newer);
    expect([core.status.role, core.status.term]).toEqual(["leader", 2]);
    core.step({ kind: "change", ticket: 1, change: { kind: "add", member: x, role: "voter" } });
    core.hear("x", newer);
    expect([core.status.role, core.status.term, stepped(core)]).toEqual([
      "follower",
      9,
      ["higher-term"],
    ]);
  });

  it("of several that come together is heard like one alone", () => {
    const [from, kind] = [nodeId("b"), "messages"] as const;
    const core = new Core();
    core.wait(electionMax);
    const messages = [true, true].map((pre) => ({ from, message: voteReply({ pre }) }));
    core.step({ kind, messages });
    expect([core.status.role, core.status.term]).toEqual(["candidate", 2]);
  });
});

describe("a voter's patience (RAFT-4, RAFT-8)", () => {
  const wait = (core: Core, message: RaftMessage) => {
    core.now = instant(core.now + electionMin);
    const before = core.raft.deadline();
    core.hear("c", message);
    core.save();
    return [before, core.raft.deadline()] as const;
  };

  it("begins anew where it gives its vote", () => {
    const core = new Core();
    const [, after] = wait(core, voteRequest({ term: 3 }));
    expect(after ?? 0).toBeGreaterThanOrEqual(core.now + electionMin);
  });

  it("and not where it only hears of a newer term, or is asked for a pre-vote", () => {
    for (const more of [{ lastTerm: 0, lastIndex: 0 }, { pre: true }]) {
      const core = new Core();
      const [before, after] = wait(core, voteRequest({ term: 3, ...more }));
      expect(after).toBe(before);
      expect(core.status.term).toBe("pre" in more ? 1 : 3);
    }
  });
});

describe("a change of role", () => {
  it("is told, once each, with the leader as it is known then", () => {
    const core = new Core();
    core.wait(5 * electionMax);
    core.vote(true, "b");
    core.save();
    core.vote(false, "b");
    core.save();
    core.hear("c", append({ term: 5 }));
    core.hear("c", append({ term: 5 }));
    expect(roles(core)).toEqual([
      "pre-candidate 1 null",
      "candidate 2 null",
      "leader 2 a",
      "follower 5 null",
      "follower 5 c",
    ]);
  });

  it("to a candidate ends what it knew of a leader: it may vote for another", () => {
    const core = follower();
    core.step({ kind: "suspicion", member: b, suspected: true });
    core.wait(heartbeat + 1);
    expect(core.status).toMatchObject({ role: "pre-candidate", leader: null, term: 2 });
  });

  it("from a leader that must go ends it, too", () => {
    for (const input of [
      { kind: "was-late" },
      { kind: "disk-health", health: "failed" },
    ] as const) {
      const core = leader();
      core.step(input);
      expect(core.status).toMatchObject({ role: "follower", leader: null });
    }
  });

  it("names a successor where it is the disk, or the group, and not where it is late", () => {
    const late = leader();
    expect(targets(late.step({ kind: "was-late" }), "timeout-now")).toEqual([]);
    const alone = leader();
    alone.wait(2 * electionMin);
    expect([stepped(alone), targets(alone.outputs, "timeout-now")]).toEqual([["no-quorum"], []]);
    const removed = leader();
    const remove = { kind: "remove", member: nodeId("a") } as const;
    removed.step({ kind: "change", ticket: 1, change: remove });
    for (let time = 0; time < 3; time += 1) {
      removed.save();
      for (const id of ["b", "c"]) removed.acknowledge(id);
    }
    expect([stepped(removed), targets(removed.outputs, "timeout-now").length]).toEqual([
      ["removed"],
      1,
    ]);
  });
});

describe("the disk of a member", () => {
  it("that stalls takes neither its leader nor its patience from a follower", () => {
    const core = follower();
    const before = core.raft.deadline();
    for (const health of ["stalled", "full", "ok"] as const) {
      core.step({ kind: "disk-health", health });
      expect([core.status.leader, core.raft.deadline()]).toEqual(["b", before]);
    }
    expect(roles(core)).toEqual(["follower 2 b"]);
  });

  it("that refused something else, or long ago, deposes no leader (RAFT-55)", () => {
    const core = leader();
    const saved = of(core.outputs, "save").at(-1)?.ticket ?? 0;
    for (const ticket of [saved, 999]) core.step({ kind: "not-saved", ticket });
    expect(core.status.role).toBe("leader");
    core.propose("x");
    expect(of(core.outputs, "save").at(-1)?.entries).toHaveLength(1);
    const { ticket = 0 } = of(core.outputs, "save").at(-1) ?? {};
    core.step({ kind: "not-saved", ticket });
    expect([core.status.role, stepped(core)]).toEqual(["follower", ["disk"]]);
  });

  it("that takes nothing gives no vote, and has none to take back later (RAFT-56)", () => {
    const core = follower();
    core.now = instant(core.now + electionMax);
    for (const health of ["full", "read-only", "failed"] as const) {
      core.step({ kind: "disk-health", health });
      const outputs = core.hear("c", voteRequest({ term: 3, pre: true }));
      expect(sent(outputs, "vote-reply")).toMatchObject([{ granted: false, pre: true }]);
    }
    core.hear("c", voteRequest({ term: 3 }));
    core.step({ kind: "disk-health", health: "ok" });
    core.hear("b", voteRequest({ term: 3 }));
    core.save();
    const votes = sent(core.outputs, "vote-reply").filter(({ pre, granted }) => !pre && granted);
    expect([votes.length, targets(core.outputs, "vote-reply").at(-1)]).toEqual([1, "b"]);
  });

  it("that refused a save, and stalls, is not asked sooner for that", () => {
    const core = follower();
    core.hear("b", append({ entries: entriesOf([2]) }));
    const { ticket = 0 } = of(core.outputs, "save").at(-1) ?? {};
    core.step({ kind: "not-saved", ticket });
    expect(core.step({ kind: "disk-health", health: "stalled" })).toEqual([]);
    expect(of(core.step({ kind: "disk-health", health: "ok" }), "save")).toHaveLength(1);
  });

  it("that was a witness's does not lead, whatever the group says (RAFT-39)", () => {
    const core = new Core();
    core.hear("b", append({ entries: entriesOf([2]), outline: true }));
    core.save();
    core.wait(5 * electionMax);
    expect([core.status.role, targets(core.outputs, "vote-request")]).toEqual(["follower", []]);
  });

  it("that refuses a follower's save is asked again, and deposes nobody", () => {
    const core = follower();
    core.hear("b", append({ entries: entriesOf([2]) }));
    const { ticket = 0 } = of(core.outputs, "save").at(-1) ?? {};
    const outputs = core.step({ kind: "not-saved", ticket });
    expect([outputs, core.status.leader]).toEqual([[], "b"]);
    expect(core.raft.deadline()).toBe(core.now + heartbeat);
    core.now = instant(core.now + heartbeat);
    const again = core.step({ kind: "timeout" });
    expect(of(again, "save")).toMatchObject([{ entries: [{ index: 2 }] }]);
    expect(sent(core.save(), "append-reply")).toMatchObject([{ index: 2 }]);
  });
});
