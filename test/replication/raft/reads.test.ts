/** Linearizable reads and leases (thesis 6.4), and handing over the leadership (3.10). */
import { describe, expect, it } from "vitest";
import { micros } from "../../../src/kernel/time.js";
import { leaseLength } from "../../../src/replication/raft/contact.js";
import { voters } from "./support/cluster.js";
import {
  a,
  append,
  appendReply,
  b,
  Core,
  c,
  electionMax,
  electionMin,
  heartbeat,
  of,
  sent,
  targets,
  voteRequest,
} from "./support/core.js";

const read = (core: Core, ticket: number) => core.step({ kind: "read", ticket });

/** Only the answer to a round, whatever is in the log. */
const answer = (core: Core, from: string, round: number) =>
  core.hear(from, appendReply({ term: core.status.term, index: 1, round }));

const roundOf = (core: Core): number => sent(core.outputs, "append").at(-1)?.round ?? 0;

function leader(leaseReads = false): Core {
  const core = new Core({ leaseReads }).lead("b");
  core.hear("b", appendReply({ term: 2, index: core.status.last, round: 0 }));
  core.hear("c", appendReply({ term: 2, index: core.status.last, round: 0 }));
  return core;
}

describe("a read without an entry (RAFT-20)", () => {
  it("waits for a round that a majority answers, begun after it was asked", () => {
    const core = leader();
    const before = roundOf(core);
    expect(of(read(core, 7), "read-ready")).toEqual([]);
    expect(of(answer(core, "b", before), "read-ready")).toEqual([]);
    expect(of(answer(core, "b", roundOf(core)), "read-ready")).toMatchObject([
      { ticket: 7, index: core.status.committed },
    ]);
  });

  it("is not served by a leader that nobody answers", () => {
    const core = leader();
    read(core, 7);
    core.wait(electionMin + 2 * heartbeat);
    expect(of(core.outputs, "read-ready")).toEqual([]);
    expect(of(core.outputs, "refused")).toMatchObject([{ ticket: 7, reason: "leadership-lost" }]);
  });

  it("waits for the first entry of the term: before, commits of others are not known", () => {
    const core = new Core({ terms: [1, 1] }).lead("b");
    read(core, 7);
    expect(of(answer(core, "b", 1), "read-ready")).toEqual([]);
    core.acknowledge("b", core.status.last, { round: 1 });
    answer(core, "b", roundOf(core));
    expect(of(core.outputs, "read-ready")).toMatchObject([{ ticket: 7, index: 4 }]);
  });

  it("shares its round with all that come while another is out", () => {
    const core = leader();
    read(core, 1);
    const messages = targets(core.outputs, "append").length;
    for (let ticket = 2; ticket <= 50; ticket += 1) read(core, ticket);
    expect(targets(core.outputs, "append")).toHaveLength(messages);
    answer(core, "b", roundOf(core));
    expect(targets(core.outputs, "append")).toHaveLength(messages + 2);
    answer(core, "b", roundOf(core));
    expect(of(core.outputs, "read-ready")).toHaveLength(50);
  });

  it("needs no message in a group of one, and only so many wait", () => {
    const core = new Core({ roles: voters(1), limits: { readsMax: 2 } });
    core.wait(2 * electionMax);
    expect(of(read(core, 1), "read-ready")).toMatchObject([{ ticket: 1 }]);
    const three = new Core({ limits: { readsMax: 2 } }).lead("b");
    for (const ticket of [1, 2, 3]) read(three, ticket);
    expect(of(three.outputs, "refused")).toMatchObject([{ ticket: 3, reason: "overloaded" }]);
  });

  it("is confirmed neither by a learner nor by a blank member", () => {
    const roles = new Map(voters(3)).set(c, "learner");
    const core = new Core({ roles }).lead("b");
    core.acknowledge("b", core.status.last, { round: 0 });
    read(core, 7);
    core.hear("c", appendReply({ round: 99 }));
    core.hear("b", appendReply({ round: 99, blank: true }));
    expect(of(core.outputs, "read-ready")).toEqual([]);
    core.hear("b", appendReply({ round: 99 }));
    expect(of(core.outputs, "read-ready")).toHaveLength(1);
  });
});

describe("a lease (RAFT-21)", () => {
  it("serves reads at once, until clocks that drift could have elected another", () => {
    const core = leader(true);
    core.wait(heartbeat);
    const sentAt = core.now;
    answer(core, "b", roundOf(core));
    const until = sentAt + leaseLength(electionMin, 1_000);
    expect(core.status.leaseUntil).toBe(until);
    core.now = (until - 1) as typeof core.now;
    expect(of(read(core, 1), "read-ready")).toHaveLength(1);
    core.now = until as typeof core.now;
    expect(of(read(core, 2), "read-ready")).toHaveLength(0);
  });

  it("is as long as (1 - rho) / (1 + rho) allows, and a microsecond less", () => {
    expect(leaseLength(micros(1_000_000), 0)).toBe(999_999);
    expect(leaseLength(micros(1_001_000), 1_000)).toBe(998_999);
  });

  it("ends where a successor was told to campaign, for the rest of the term", () => {
    const core = leader(true);
    core.wait(heartbeat);
    answer(core, "b", roundOf(core));
    expect(core.status.leaseUntil).not.toBeNull();
    core.step({ kind: "transfer", ticket: 5, target: b });
    expect(core.status.leaseUntil).toBeNull();
    core.wait(heartbeat);
    answer(core, "b", roundOf(core));
    expect(core.status.leaseUntil).toBeNull();
    expect(of(read(core, 1), "read-ready")).toHaveLength(0);
  });

  it("is not used where it was not asked for", () => {
    const core = leader(false);
    core.wait(heartbeat);
    answer(core, "b", roundOf(core));
    expect(of(read(core, 1), "read-ready")).toHaveLength(0);
  });
});

describe("handing over the leadership (RAFT-25)", () => {
  const transfer = (core: Core, target: typeof b | null) =>
    core.step({ kind: "transfer", ticket: 5, target });

  it("waits until the successor has everything, and takes no proposals meanwhile", () => {
    const core = leader();
    core.propose("x");
    core.save();
    expect(targets(transfer(core, b), "timeout-now")).toEqual([]);
    expect(of(core.propose("y"), "refused")).toMatchObject([{ reason: "transferring" }]);
    expect(targets(core.acknowledge("b"), "timeout-now")).toEqual(["b"]);
  });

  it("says so again at every heartbeat: the word may have been lost", () => {
    const core = leader();
    expect(targets(transfer(core, b), "timeout-now")).toEqual(["b"]);
    expect(targets(core.wait(heartbeat), "timeout-now")).toEqual(["b"]);
  });

  it("passes by pre-vote and by what voters have heard", () => {
    const successor = new Core({ self: "b" });
    successor.hear("a", append({}));
    successor.save();
    successor.hear("a", { kind: "timeout-now", term: 2 });
    const requests = sent(successor.save(), "vote-request");
    expect(requests).toMatchObject([
      { pre: false, transfer: true, term: 3 },
      { pre: false, transfer: true, term: 3 },
    ]);
    const voter = new Core({ self: "c" });
    voter.hear("a", append({}));
    voter.save();
    const request = requests[0] ?? voteRequest({});
    voter.hear("b", request);
    expect(sent(voter.save(), "vote-reply")).toMatchObject([{ granted: true, term: 3 }]);
  });

  it("has ended well when the successor is heard as the leader", () => {
    const core = leader();
    transfer(core, b);
    core.hear("b", voteRequest({ term: 3, transfer: true }));
    core.save();
    expect(of(core.outputs, "done")).toEqual([]);
    core.hear("b", append({ term: 3 }));
    expect(of(core.outputs, "done")).toMatchObject([{ ticket: 5 }]);
  });

  it("and not well when another is", () => {
    const core = leader();
    transfer(core, b);
    core.hear("b", voteRequest({ term: 3, transfer: true }));
    core.hear("c", append({ term: 4 }));
    expect(of(core.outputs, "done")).toEqual([]);
    expect(of(core.outputs, "refused")).toMatchObject([{ ticket: 5, reason: "leadership-lost" }]);
  });

  it("is given up after an election timeout, and proposals are taken again", () => {
    const core = leader();
    core.propose("x");
    transfer(core, b);
    for (let waited = 0; waited < electionMax; waited += heartbeat) {
      core.wait(heartbeat);
      core.acknowledge("c");
    }
    expect(of(core.outputs, "refused")).toMatchObject([{ ticket: 5, reason: "no-quorum" }]);
    expect(of(core.propose("y"), "proposed")).toHaveLength(1);
  });

  it("chooses the most up to date where none is named, and never a witness", () => {
    const roles = new Map(voters(3)).set(c, "witness");
    const core = new Core({ roles }).lead("b");
    core.acknowledge("c");
    core.acknowledge("b");
    expect(targets(transfer(core, null), "timeout-now")).toEqual(["b"]);
    const other = new Core({ roles }).lead("b");
    expect(of(transfer(other, c), "refused")).toMatchObject([{ reason: "unknown-member" }]);
    expect(of(transfer(other, a), "done")).toHaveLength(1);
  });
});
