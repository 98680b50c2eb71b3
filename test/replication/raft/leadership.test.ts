/** A leader's refusals, what it counts, and how its leadership ends. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant } from "../../../src/kernel/time.js";
import { membersMax } from "../../../src/replication/raft/group.js";
import { encodeHardState, parseHardState } from "../../../src/replication/raft/hard-state.js";
import { voters } from "./support/cluster.js";
import {
  append,
  appendReply,
  b,
  Core,
  type CoreOptions,
  c,
  electionMax,
  electionMin,
  heartbeat,
  of,
  sent,
  targets,
  x,
} from "./support/core.js";

function leader(options: CoreOptions = {}): Core {
  const core = new Core(options).lead("b", "c");
  core.acknowledge("b");
  core.acknowledge("c");
  return core;
}

const propose = (core: Core, length: number) => core.propose("x".repeat(length));
const refusals = (core: Core) =>
  of(core.outputs, "refused").map(({ ticket, reason }) => `${ticket} ${reason}`);
const transfer = (core: Core, target: typeof b | null, ticket = 5) =>
  core.step({ kind: "transfer", ticket, target });
const removeC = { kind: "change", ticket: 6, change: { kind: "remove", member: c } } as const;

describe("a leader", () => {
  it("leads itself, and sends nobody elsewhere", () => {
    const core = leader();
    expect(core.status.leader).toBe("a");
    core.step({ kind: "disk-health", health: "full" });
    expect(of(core.propose("x"), "refused")).toMatchObject([{ leader: null }]);
    const other = leader();
    other.step({ kind: "change", ticket: 1, change: { kind: "remove", member: x } });
    expect(of(other.outputs, "refused")).toMatchObject([{ leader: null }]);
  });

  it("is late when it should have acted an election timeout ago, and not before (RAFT-57)", () => {
    for (const [more, role] of [
      [-1, "leader"],
      [0, "follower"],
    ] as const) {
      const core = leader();
      core.now = instant(core.now + heartbeat + electionMin + more);
      core.step({ kind: "read", ticket: 1 });
      expect(core.status.role).toBe(role);
    }
  });

  it("may not change who is in before an entry of its term is committed (RAFT-36)", () => {
    const core = new Core();
    // The group is committed, and this is known.
    core.hear("b", append({ committed: 1 }));
    core.lead("b", "c");
    core.step(removeC);
    expect(refusals(core)).toEqual(["6 change-in-progress"]);
    core.acknowledge("b");
    core.step(removeC);
    expect(refusals(core)).toHaveLength(1);
    expect(core.status.group.outgoing).not.toBeNull();
  });

  it("reads by lease without a message (RAFT-21)", () => {
    const core = leader({ leaseReads: true });
    core.wait(heartbeat);
    const round = sent(core.outputs, "append").at(-1)?.round ?? 0;
    core.acknowledge("b", core.status.last, { round });
    const outputs = core.step({ kind: "read", ticket: 7 });
    expect(outputs).toEqual([{ kind: "read-ready", ticket: 7, index: core.status.committed }]);
  });
});

describe("what a leader refuses is not in its log (RAFT-65)", () => {
  const overloaded = (core: Core, length: number) => {
    const { last } = core.status;
    const refused = of(propose(core, length), "refused");
    expect(core.status.last).toBe(refused.length === 0 ? last + 1 : last);
    return refused.map(({ reason }) => reason).includes("overloaded");
  };

  it("beyond its bytes ahead of what is committed, counted to the byte", () => {
    const core = leader({ limits: { uncommittedBytesMax: 300 } });
    expect([overloaded(core, 200), overloaded(core, 99), overloaded(core, 1)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(overloaded(core, 1)).toBe(true);
    const { last } = core.status;
    core.save();
    core.acknowledge("b", last - 1);
    expect([overloaded(core, 299), overloaded(core, 1)]).toEqual([false, true]);
    core.save();
    core.acknowledge("b");
    expect([overloaded(core, 300), overloaded(core, 1)]).toEqual([false, true]);
  });

  it("where only its own commands count: none of terms before, no group", () => {
    const core = leader({ terms: [1, 1, 1], limits: { uncommittedBytesMax: 300 } });
    core.step(removeC);
    core.save();
    core.acknowledge("b");
    core.save();
    core.acknowledge("b");
    expect(core.status.committed).toBe(core.status.last);
    expect([overloaded(core, 299), overloaded(core, 1), overloaded(core, 1)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("and no command that is too long, by itself or among others (RAFT-62)", () => {
    const core = leader({ limits: { commandBytesMax: 10 } });
    const { last } = core.status;
    const commands = [new Uint8Array(1), new Uint8Array(11)];
    core.step({ kind: "propose", ticket: 9, commands });
    expect([refusals(core), core.status.last]).toEqual([["9 too-large"], last]);
    expect(of(propose(core, 10), "proposed")).toHaveLength(1);
  });
});

describe("a transfer (RAFT-25)", () => {
  it("bears no other beside it, and no change", () => {
    const core = leader();
    core.propose("x");
    transfer(core, b);
    transfer(core, c, 8);
    core.step(removeC);
    expect(refusals(core)).toEqual(["8 transferring", "6 transferring"]);
    expect(core.status.group.outgoing).toBeNull();
    expect(targets(core.acknowledge("b"), "timeout-now")).toEqual(["b"]);
  });

  it("needs somebody who was heard of late, where none is named", () => {
    const core = new Core({ roles: voters(2) }).lead("b");
    transfer(core, null);
    expect(refusals(core)).toEqual(["5 no-quorum"]);
    core.acknowledge("b");
    expect(targets(transfer(core, null), "timeout-now")).toEqual(["b"]);
  });

  it("is told to the successor by nothing before it has everything, and voids no lease", () => {
    const core = leader({ leaseReads: true });
    core.wait(heartbeat);
    const round = sent(core.outputs, "append").at(-1)?.round ?? 0;
    core.acknowledge("c", core.status.last, { round });
    core.propose("x");
    transfer(core, b);
    core.wait(2 * heartbeat);
    expect(targets(core.outputs, "timeout-now")).toEqual([]);
    expect(core.status.leaseUntil).not.toBeNull();
    core.acknowledge("b");
    expect([targets(core.outputs, "timeout-now"), core.status.leaseUntil]).toEqual([["b"], null]);
  });

  it("that was given up before it was told leaves the lease as it was (RAFT-21)", () => {
    const core = leader({ leaseReads: true });
    core.propose("x");
    transfer(core, b);
    for (let waited = 0; waited <= electionMax; waited += heartbeat) {
      core.wait(heartbeat);
      const round = sent(core.outputs, "append").at(-1)?.round ?? 0;
      core.acknowledge("c", core.status.last, { round });
    }
    expect([refusals(core), targets(core.outputs, "timeout-now")]).toEqual([["5 no-quorum"], []]);
    expect(core.status.leaseUntil ?? 0).toBeGreaterThan(core.now);
  });

  it("that was given up may be asked for again, and is told again", () => {
    const core = leader();
    transfer(core, b);
    for (let waited = 0; waited < electionMax; waited += heartbeat) {
      core.wait(heartbeat);
      core.acknowledge("c");
    }
    expect(refusals(core)).toEqual(["5 no-quorum"]);
    const before = targets(core.outputs, "timeout-now").length;
    core.wait(heartbeat);
    expect(targets(core.outputs, "timeout-now")).toHaveLength(before);
    expect(targets(transfer(core, b, 6), "timeout-now")).toEqual(["b"]);
  });

  it("that has not begun when the leadership ends is told as lost, once", () => {
    const core = leader();
    core.propose("x");
    transfer(core, b);
    core.hear("c", appendReply({ term: 9, accepted: false }));
    expect([core.status.role, refusals(core)]).toEqual(["follower", ["5 leadership-lost"]]);
    core.wait(3 * electionMax);
    expect(refusals(core)).toHaveLength(1);
  });

  it("that has begun is told as lost when nobody leads for so long", () => {
    const core = leader();
    transfer(core, b);
    core.hear("c", appendReply({ term: 9, accepted: false }));
    expect(refusals(core)).toEqual([]);
    core.wait(electionMax - 1);
    expect(refusals(core)).toEqual([]);
    core.wait(1);
    expect(refusals(core)).toEqual(["5 leadership-lost"]);
    expect(of(core.outputs, "event").map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ kind: "stepped-down", reason: "transferred" }),
    );
  });
});

describe("what is kept of a member (RAFT-46)", () => {
  const hard = { term: 7, vote: b, life: 3, founded: true, outline: false, lives: new Map() };

  it("is refused where the vote that was given cannot be read: it would be given twice", () => {
    const kept = encodeHardState(hard);
    const at = kept.indexOf("b".charCodeAt(0));
    expect(parseHardState(kept)).toEqual(hard);
    expect(parseHardState(kept.map((byte, index) => (index === at ? 0 : byte)))).toBeNull();
  });

  it("is refused with lives of nobody, or of more than there may be", () => {
    const keep = (count: number) => {
      const ids = Array.from({ length: count }, (_, at) => nodeId(`m${at}`));
      return encodeHardState({ ...hard, lives: new Map(ids.map((id) => [id, 1])) });
    };
    expect(parseHardState(keep(membersMax))?.lives.size).toBe(membersMax);
    expect(parseHardState(keep(membersMax + 1))).toBeNull();
    const kept = keep(1);
    const at = kept.indexOf("m".charCodeAt(0));
    expect(parseHardState(kept.map((byte, index) => (index === at ? 0 : byte)))).toBeNull();
  });
});
