/**
 * The claims of the paper (Ongaro and Ousterhout 2014, extended version) by section, with published
 * tables where there are any.
 */
import { describe, expect, it } from "vitest";
import type { RaftOutput } from "../../../src/replication/raft/ports.js";
import { readOracle } from "../../support/oracles.js";
import { voters } from "./support/cluster.js";
import {
  append,
  appendReply,
  bytes,
  Core,
  electionMax,
  electionMin,
  entriesOf,
  heartbeat,
  of,
  sent,
  targets,
  voteReply,
  voteRequest,
} from "./support/core.js";

interface Table<Row> {
  readonly rows: readonly Row[];
}

interface Oracle {
  readonly "leaderElectionInOneRound(5.2)": Table<
    readonly [number, Readonly<Record<string, boolean>>, string]
  >;
  readonly "leaderAcknowledgeCommit(5.3)": Table<readonly [number, readonly number[], boolean]>;
  readonly "followerCommitEntry(5.3)": Table<readonly [readonly string[], number, number]>;
  readonly "followerAppendEntries(5.3)": Table<
    readonly [number, number, readonly number[], readonly number[], readonly number[]]
  >;
  readonly "voteRequest(5.4.1)": Table<readonly [readonly number[], number, number, number]>;
  readonly "onlyCommitCurrentTerm(5.4.2)": Table<readonly [number, number]>;
}

const oracle = readOracle<Oracle>("raft-paper.json");
const tables = describe.skipIf(oracle === null);
const rowsOf = <Row>(table: Table<Row> | undefined): readonly Row[] => table?.rows ?? [];
const peer = (id: number | string): string => String.fromCharCode(96 + Number(id));

/** A candidate for term 2, past its pre-vote, whose own vote is durable. */
function candidate(size: number): Core {
  const core = new Core({ roles: voters(size) });
  core.wait(electionMax);
  const others = Array.from({ length: Math.floor(size / 2) }, (_, at) => peer(at + 2));
  if (size > 1) core.vote(true, ...others);
  core.save();
  return core;
}

tables("5.2 leader election in one round (RAFT-1)", () => {
  for (const [size, votes, role] of rowsOf(oracle?.["leaderElectionInOneRound(5.2)"])) {
    it(`${size} members, votes ${JSON.stringify(votes)}: ${role}`, () => {
      const core = candidate(size);
      for (const [id, granted] of Object.entries(votes)) {
        core.hear(peer(id), voteReply({ term: 2, granted }));
      }
      expect([core.status.role, core.status.term]).toEqual([role, 2]);
    });
  }
});

describe("5.1 terms (RAFT-1)", () => {
  it("a newer term makes any member a follower in it", () => {
    const core = new Core().lead("b");
    core.hear("b", appendReply({ term: 9, accepted: false, index: 0 }));
    expect([core.status.role, core.status.term]).toEqual(["follower", 9]);
  });

  it("a request of an older term changes nothing, and is told of the newer", () => {
    const core = new Core({ terms: [1, 4] });
    const outputs = core.hear("b", append({ term: 3, entries: entriesOf([3], 2) }));
    expect(core.terms).toEqual([1, 4]);
    expect(sent(outputs, "append-reply")).toMatchObject([{ term: 4, accepted: false }]);
  });
});

describe("5.2 elections", () => {
  it("a follower that hears nothing campaigns, after a wait drawn anew (RAFT-8)", () => {
    const waits = new Set<number>();
    const core = new Core();
    for (let round = 0; round < 20; round += 1) {
      core.hear("b", append({}));
      const wait = (core.raft.deadline() ?? 0) - core.now;
      expect(wait).toBeGreaterThanOrEqual(electionMin);
      expect(wait).toBeLessThanOrEqual(electionMax);
      waits.add(wait);
    }
    expect(waits.size).toBeGreaterThan(10);
    core.wait(electionMax);
    expect(core.status.role).toBe("pre-candidate");
  });

  it("and does not while it hears a leader", () => {
    const core = new Core();
    for (let round = 0; round < 50; round += 1) {
      core.hear("b", append({}));
      core.wait(electionMin - 1);
    }
    expect(core.status.role).toBe("follower");
  });

  it("a member votes once in a term, first come, first served (RAFT-1)", () => {
    const core = new Core();
    core.wait(electionMin);
    core.hear("b", voteRequest({ term: 5 }));
    expect(sent(core.save(), "vote-reply")).toMatchObject([{ granted: true, term: 5 }]);
    expect(sent(core.hear("c", voteRequest({ term: 5 })), "vote-reply")).toMatchObject([
      { granted: false },
    ]);
    expect(sent(core.hear("b", voteRequest({ term: 5 })), "vote-reply")).toMatchObject([
      { granted: true },
    ]);
  });

  it("a candidate that hears the leader of its term follows it", () => {
    const core = candidate(3);
    core.hear("c", append({ term: 2 }));
    expect([core.status.role, core.status.leader]).toEqual(["follower", "c"]);
  });

  it("a leader says at which index what was proposed begins, and in which term", () => {
    const core = new Core().lead("b");
    const first = core.status.last + 1;
    const { term } = core.status;
    const data = [new Uint8Array(1), new Uint8Array(2)];
    const outputs = core.step({ kind: "propose", ticket: 3, commands: data });
    expect(of(outputs, "proposed")).toEqual([{ kind: "proposed", ticket: 3, first, term }]);
    expect(core.status.last).toBe(first + 1);
  });

  it("a leader sends heartbeats to all while nothing happens", () => {
    const core = new Core().lead("b");
    core.acknowledge("b");
    core.acknowledge("c");
    const outputs = core.wait(heartbeat);
    expect(targets(outputs, "append").sort()).toEqual(["b", "c"]);
    expect(sent(outputs, "append").every((message) => message.entries.length === 0)).toBe(true);
  });
});

tables("5.3 replication: what a leader commits (RAFT-12)", () => {
  for (const [size, acceptors, committed] of rowsOf(oracle?.["leaderAcknowledgeCommit(5.3)"])) {
    it(`${size} members, accepted by ${acceptors.join(" ")}: ${committed}`, () => {
      const core = candidate(size);
      const needed = Array.from({ length: Math.floor(size / 2) }, (_, at) => peer(at + 2));
      core.vote(false, ...needed);
      core.save();
      for (const id of needed) core.acknowledge(id);
      core.propose("x");
      core.save();
      for (const id of acceptors) core.acknowledge(peer(id));
      expect(core.status.committed === core.status.last).toBe(committed);
    });
  }
});

tables("5.3 replication: what a follower commits and appends", () => {
  for (const [data, told, committed] of rowsOf(oracle?.["followerCommitEntry(5.3)"])) {
    it(`commits ${committed} of ${data.length}, told ${told} (RAFT-14)`, () => {
      const core = new Core();
      const entries = data.map((text, at) => ({
        index: 2 + at,
        term: 2,
        kind: 1,
        data: bytes(text),
      }));
      const outputs = core.hear("b", append({ entries, committed: told + 1 }));
      const applied = of(outputs, "apply")
        .flatMap((output) => output.entries)
        .slice(1);
      expect(applied.map((entry) => Buffer.from(entry.data).toString())).toEqual(
        data.slice(0, committed),
      );
    });
  }

  for (const row of rowsOf(oracle?.["followerAppendEntries(5.3)"])) {
    const [index, term, terms, result, written] = row;
    it(`after ${index}/${term} appends ${terms}: ${result} (RAFT-10)`, () => {
      const core = new Core({ terms: [1, 2] });
      core.hear(
        "b",
        append({
          term: 4,
          previousIndex: index + 1,
          previousTerm: index === 0 ? 1 : term,
          entries: entriesOf(terms, index + 2),
        }),
      );
      expect(core.terms).toEqual(result);
      const saved = of(core.outputs, "save").flatMap((output) => output.entries);
      expect(saved.map((entry) => entry.term)).toEqual(written);
    });
  }
});

describe("5.3 the search for where logs meet (RAFT-15)", () => {
  it("names the last entry of a term that the leader can have", () => {
    const core = new Core({ terms: [1, 1, 4, 4, 4] });
    core.hear("b", append({ term: 6, previousIndex: 6, previousTerm: 5 }));
    expect(sent(core.save(), "append-reply")).toMatchObject([{ accepted: false, index: 5 }]);
    const again = core.hear("b", append({ term: 6, previousIndex: 6, previousTerm: 3 }));
    expect(sent(again, "append-reply")).toMatchObject([{ accepted: false, index: 3, hintTerm: 1 }]);
  });

  it("ends with the follower's log being the leader's (figure 7)", () => {
    const leaders = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    const followers = [
      [1, 1, 1, 4, 4, 5, 5, 6, 6],
      [1, 1, 1, 4],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
      [1, 1, 1, 4, 4, 4, 4],
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    for (const terms of followers) {
      const leader = new Core({ terms: leaders, term: 7 }).lead("c");
      const follower = new Core({ self: "b", terms, term: 7 });
      expect(converse(leader, follower)).toBeLessThanOrEqual(4);
      expect(follower.terms).toEqual([...leaders, 8]);
    }
  });
});

/** Leader `a` and follower `b` until they have nothing more to say: how often `b` has refused. */
function converse(leader: Core, follower: Core): number {
  const toB = (outputs: readonly RaftOutput[]) =>
    sent(
      outputs.filter((output) => output.kind === "send" && output.target === "b"),
      "append",
    );
  let messages = toB(leader.outputs);
  let refusals = 0;
  while (messages.length > 0) {
    const heard = follower.outputs.length;
    for (const message of messages) follower.hear("a", message);
    follower.save();
    const replies = sent(follower.outputs.slice(heard), "append-reply");
    refusals += replies.filter((reply) => !reply.accepted).length;
    messages = replies.flatMap((reply) => toB(leader.hear("b", reply)));
  }
  return refusals;
}

tables("5.4.1 the vote request says how the log ends (RAFT-2)", () => {
  for (const [terms, term, lastIndex, lastTerm] of rowsOf(oracle?.["voteRequest(5.4.1)"])) {
    it(`log ${terms}: ${lastIndex}/${lastTerm} in term ${term}`, () => {
      const core = new Core({ terms, term: term - 1 });
      core.wait(electionMax);
      core.vote(true, "b");
      core.save();
      const requests = sent(core.outputs, "vote-request").filter((request) => !request.pre);
      expect(requests).toHaveLength(2);
      for (const request of requests) {
        expect(request).toMatchObject({ term, lastIndex: lastIndex + 1, lastTerm });
      }
    });
  }
});

describe("5.4.1 a vote needs a log at least as up to date (RAFT-2)", () => {
  const cases: readonly (readonly [readonly number[], number, number, boolean])[] = [
    [[1], 2, 1, true],
    [[1], 3, 1, true],
    [[1, 1], 2, 1, false],
    [[1], 2, 2, true],
    [[1, 1], 2, 2, true],
    [[2], 2, 1, false],
    [[2], 3, 1, false],
    [[2, 1].sort(), 2, 1, false],
  ];
  for (const [terms, lastIndex, lastTerm, granted] of cases) {
    it(`log ${terms} against ${lastIndex}/${lastTerm}: ${granted}`, () => {
      const core = new Core({ terms });
      core.wait(electionMin);
      core.hear("b", voteRequest({ term: 3, lastIndex, lastTerm }));
      core.save();
      expect(sent(core.outputs, "vote-reply")).toMatchObject([{ granted }]);
    });
  }
});

tables("5.4.2 entries of earlier terms are not committed by count (RAFT-12)", () => {
  for (const [acknowledged, committed] of rowsOf(oracle?.["onlyCommitCurrentTerm(5.4.2)"])) {
    it(`acknowledged up to ${acknowledged}: committed ${committed}`, () => {
      const core = new Core({ roles: voters(2), terms: [1, 2] }).lead("b");
      expect(core.status.term).toBe(3);
      core.acknowledge("b", acknowledged + 1);
      expect(core.status.committed).toBe(committed === 0 ? 0 : committed + 1);
    });
  }

  it("figure 8: what was replaced after it was on a majority was never committed", () => {
    // S1 led in term 2, and leads again in term 4, when its entry of term 2 reaches a majority.
    const core = new Core({ roles: voters(5), terms: [2], term: 3 }).lead("b", "c");
    core.acknowledge("b", 2);
    core.acknowledge("c", 2);
    expect(core.status.committed).toBe(0);
    // S5, whose entry of term 3 is newer than that, may still replace it.
    core.hear("e", append({ term: 5, entries: entriesOf([3], 2) }));
    expect(core.terms).toEqual([3]);
  });
});
