/** Changes of members, witnesses and blank disks, in whole groups on a calm network. */
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { seconds } from "../../../src/kernel/time.js";
import { encodeGroup } from "../../../src/replication/raft/group.js";
import type {
  Group,
  MemberChange,
  MemberRole,
  MemberRoles,
  RaftOutput,
} from "../../../src/replication/raft/ports.js";
import { Cluster, voters } from "./support/cluster.js";
import {
  a,
  append,
  appendReply,
  b,
  Core,
  c,
  d,
  of,
  sent,
  targets,
  voteRequest,
  x,
} from "./support/core.js";
import { change, follower, leaderOf, rolesAt, running, second, write } from "./support/running.js";

describe("changes of members", () => {
  it("add a voter: it catches up first, then both majorities decide (RAFT-30, RAFT-32)", () => {
    const groups: string[] = [];
    const cluster = running({
      tamper: (_, output) => {
        if (output.kind === "event" && output.event.kind === "group") {
          const { members, outgoing } = output.event.group;
          groups.push(`${[...members.keys()].join("")}${outgoing === null ? "" : "+"}`);
        }
        return output;
      },
    });
    expect(change(cluster, { kind: "add", member: x, role: "voter" })).toBe("done");
    cluster.run(second);
    expect(cluster.node(x).applied).toBe(cluster.invariants.committedMax);
    expect(groups.filter((group) => group === "abcx+").length).toBeGreaterThanOrEqual(4);
    expect(groups.at(-1)).toBe("abcx");
  });

  it("in a joint group neither half decides alone (RAFT-30)", () => {
    const group: Partial<Group> = { outgoing: voters(3) };
    const roles: MemberRoles = new Map([a, d, x].map((id) => [id, "voter"] as const));
    const core = new Core({ roles, group });
    core.wait(seconds(1));
    core.vote(true, "d", "x");
    expect(core.status.role).toBe("pre-candidate");
    core.vote(true, "b");
    core.save();
    core.vote(false, "b", "c");
    core.save();
    expect(core.status.role).toBe("candidate");
    core.vote(false, "d");
    expect(core.status.role).toBe("leader");
    core.save();
    core.acknowledge("b");
    core.acknowledge("c");
    expect(core.status.committed).toBe(0);
    core.acknowledge("d");
    expect(core.status.committed).toBeGreaterThan(1);
    const left = of(core.outputs, "event").at(-1)?.event;
    expect(left).toMatchObject({ kind: "group", group: { outgoing: null } });
  });

  it("remove a follower, which then disturbs nobody (RAFT-31)", () => {
    const cluster = running();
    const gone = follower(cluster);
    const leader = leaderOf(cluster);
    expect(change(cluster, { kind: "remove", member: gone })).toBe("done");
    cluster.run(3 * second);
    expect(leaderOf(cluster)).toBe(leader);
    expect(cluster.invariants.elections).toBe(1);
  });

  it("remove the leader: it steps down when that is committed, and another leads (RAFT-33)", () => {
    const cluster = running();
    const leader = leaderOf(cluster);
    expect(change(cluster, { kind: "remove", member: leader })).toBe("done");
    cluster.run(second);
    expect(leaderOf(cluster)).not.toBe(leader);
    expect(rolesAt(cluster, leaderOf(cluster))).not.toHaveProperty(leader);
  });

  it("a leader that is leaving takes no proposals meanwhile (RAFT-33)", () => {
    const core = new Core().lead("b", "c");
    core.acknowledge("b");
    core.acknowledge("c");
    core.step({ kind: "change", ticket: 4, change: { kind: "remove", member: a } });
    expect(of(core.propose("joint: it is still a member"), "refused")).toEqual([]);
    core.acknowledge("b");
    core.save();
    core.acknowledge("c");
    expect([...core.status.group.members.keys()]).toEqual(["b", "c"]);
    expect(core.status.group.outgoing).toBeNull();
    expect(of(core.propose("x"), "refused")).toMatchObject([{ reason: "transferring" }]);
  });

  it("replace a dead member by a blank one, in one change (RAFT-34)", () => {
    const cluster = running();
    const dead = follower(cluster);
    cluster.crash(dead);
    expect(change(cluster, { kind: "replace", member: dead, successor: x })).toBe("done");
    cluster.crash(follower(cluster, [dead]));
    write(cluster, 5);
    expect(cluster.node(x).applied).toBe(cluster.invariants.committedMax);
  });

  it("a learner copies, and has no vote until it is promoted (RAFT-35)", () => {
    const cluster = running();
    expect(change(cluster, { kind: "add", member: x, role: "learner" })).toBe("done");
    cluster.run(second / 2);
    expect(cluster.node(x).applied).toBe(cluster.invariants.committedMax);
    const leader = leaderOf(cluster);
    for (const id of [a, b, c]) if (id !== leader) cluster.crash(id);
    const before = cluster.invariants.committedMax;
    cluster.propose(leader, "not by a learner");
    cluster.run(second);
    expect(cluster.invariants.committedMax).toBe(before);
    for (const id of [a, b, c]) if (id !== leader) cluster.start(id);
    cluster.run(second);
    expect(change(cluster, { kind: "promote", member: x })).toBe("done");
    expect(rolesAt(cluster, leaderOf(cluster))["x"]).toBe("voter");
  });

  it("whoever does not catch up in time is not taken, and nothing has changed (RAFT-32)", () => {
    const cluster = running({ limits: { catchUpMax: seconds(1) } });
    cluster.crash(x);
    expect(change(cluster, { kind: "add", member: x, role: "voter" })).toBe("not-caught-up");
    expect(rolesAt(cluster, leaderOf(cluster))).not.toHaveProperty("x");
  });

  it("one at a time, and none while a transfer is on its way (RAFT-36)", () => {
    const cluster = running();
    const leader = leaderOf(cluster);
    const two = [cluster.nextTicket(), cluster.nextTicket()];
    const wanted: MemberChange = { kind: "add", member: x, role: "voter" };
    for (const ticket of two) cluster.input(leader, { kind: "change", ticket, change: wanted });
    expect(cluster.answers(two[1] ?? 0)).toMatchObject([{ reason: "change-in-progress" }]);
  });

  it("what would leave too few that are heard is refused (RAFT-37)", () => {
    const cluster = running();
    const dead = follower(cluster);
    cluster.crash(dead);
    cluster.run(second);
    const alive = follower(cluster, [dead]);
    expect(change(cluster, { kind: "remove", member: alive })).toBe("would-lose-quorum");
    expect(change(cluster, { kind: "remove", member: dead })).toBe("done");
  });

  it("a group that is truncated is a group that never was (RAFT-31)", () => {
    const core = new Core();
    const members = new Map(voters(3)).set(x, "learner" as const);
    const group = { members, outgoing: voters(3), lives: new Map() };
    const entry = { index: 2, term: 2, kind: 2, data: encodeGroup(group) };
    core.hear("b", append({ entries: [entry] }));
    expect([...core.status.group.members.keys()]).toContain("x");
    core.hear("c", append({ term: 3, entries: [{ ...entry, term: 3, kind: 0 }] }));
    expect([...core.status.group.members.keys()]).toEqual(["a", "b", "c"]);
    expect(core.status.group.outgoing).toBeNull();
  });
});

describe("a witness (RAFT-38)", () => {
  const roles = new Map<NodeId, MemberRole>([
    [a, "voter"],
    [b, "voter"],
    [nodeId("w"), "witness"],
  ]);

  it("is sent the outline, without the data of commands", () => {
    const datas: number[] = [];
    const cluster = running({
      roles,
      tamper: (_, output: RaftOutput) => {
        if (output.kind !== "send" || output.message.kind !== "append") return output;
        if (output.target !== "w") return output;
        for (const entry of output.message.entries)
          if (entry.kind === 1) datas.push(entry.data.length);
        return output;
      },
    });
    expect(datas.length).toBeGreaterThan(10);
    expect(new Set(datas)).toEqual(new Set([0]));
    expect(cluster.node(nodeId("w")).applied).toBe(0);
  });

  it("keeps a group of two going when one is dead, and elects only who has everything", () => {
    const cluster = running({ roles });
    const dead = leaderOf(cluster);
    const other = dead === a ? b : a;
    cluster.crash(other);
    write(cluster, 3);
    const held = cluster.invariants.committedMax;
    cluster.crash(dead);
    cluster.start(other);
    cluster.run(5 * second);
    // What leader and witness have committed, the other lacks: nobody may lead.
    expect(cluster.leader).toBeNull();
    cluster.start(dead);
    cluster.run(2 * second);
    write(cluster, 3);
    expect(cluster.invariants.committedMax).toBeGreaterThan(held);
  });
});

describe("a member that has lost its disk (RAFT-50)", () => {
  it("grants no vote and counts for nothing, until it is replaced by itself", () => {
    const cluster = running();
    const lost = follower(cluster);
    const leader = leaderOf(cluster);
    const third = follower(cluster, [lost]);
    cluster.wipe(lost);
    cluster.start(lost);
    cluster.run(second);
    expect(cluster.node(lost).applied).toBe(cluster.invariants.committedMax);
    const blank = cluster.outputs.filter(
      ({ output }) => output.kind === "event" && output.event.kind === "blank-member",
    );
    expect(blank).toHaveLength(1);
    cluster.crash(third);
    const before = cluster.invariants.committedMax;
    cluster.propose(leader, "not by a blank one");
    cluster.run(second);
    expect([cluster.leader, cluster.invariants.committedMax]).toEqual([null, before]);
    cluster.start(third);
    cluster.run(2 * second);
    expect(change(cluster, { kind: "replace", member: lost, successor: lost })).toBe("done");
    cluster.run(second);
    cluster.crash(third === leaderOf(cluster) ? leader : third);
    cluster.run(2 * second);
    write(cluster, 2);
    expect(cluster.node(lost).applied).toBe(cluster.invariants.committedMax);
  });

  it("is told by its own status and its leader's, who knows whom it does not hear", () => {
    const cluster = running();
    const [lost, leader] = [follower(cluster), leaderOf(cluster)];
    const standing = () => {
      const status = cluster.node(leader).raft?.status();
      return [...(status?.progress ?? [])].map(([id, one]) => `${id} ${one.standing}`).sort();
    };
    const third = follower(cluster, [lost]);
    expect(standing()).toEqual([`${lost} heard`, `${third} heard`].sort());
    cluster.wipe(lost);
    cluster.run(second);
    expect(standing()).toEqual([`${lost} silent`, `${third} heard`].sort());
    cluster.start(lost);
    cluster.run(second);
    expect(standing()).toEqual([`${lost} blank`, `${third} heard`].sort());
    const blank = (id: NodeId) => cluster.node(id).raft?.status().blank;
    expect([blank(lost), blank(third), blank(leader)]).toEqual([true, false, false]);
  });

  it("does not elect one that lacks what it has acknowledged itself", () => {
    const cluster = running();
    const leader = leaderOf(cluster);
    const behind = follower(cluster);
    const third = follower(cluster, [behind]);
    cluster.crash(behind);
    write(cluster, 3);
    cluster.crash(leader);
    cluster.wipe(third);
    cluster.start(third);
    cluster.start(behind);
    cluster.run(5 * second);
    expect(cluster.leader).toBeNull();
    cluster.start(leader);
    cluster.run(2 * second);
    expect(cluster.node(behind).applied).toBe(cluster.invariants.committedMax);
  });
});

describe("the first start (RAFT-51)", () => {
  it("has the first leader write down whose disks vote, for those too who come later", () => {
    const cluster = running();
    const lives = (id: NodeId) => cluster.node(id).raft?.status().group.lives;
    // They were started one after the other, each with the next number as its life.
    const first = new Map([a, b, c].map((id, before) => [id, before + 1]));
    for (const id of first.keys()) expect(lives(id)).toEqual(first);
    expect(change(cluster, { kind: "add", member: x, role: "learner" })).toBe("done");
    cluster.run(second);
    expect(lives(x)).toEqual(first);
  });

  it("needs all electors once: who is not there may be who knows more", () => {
    const cluster = new Cluster({ seed: 1, roles: voters(3) });
    cluster.start(a);
    cluster.start(b);
    cluster.run(5 * second);
    expect(cluster.leader).toBeNull();
    cluster.start(c);
    cluster.run(second);
    expect(cluster.leader).not.toBeNull();
    cluster.crash(leaderOf(cluster));
    cluster.run(2 * second);
    expect(cluster.leader).not.toBeNull();
  });

  it("a blank member votes for a candidate that names its life, and for no other", () => {
    const core = new Core({ blank: true, life: 9 });
    expect(targets(core.outputs, "vote-request")).toEqual(["b", "c"]);
    core.save();
    core.hear("b", voteRequest({ term: 2, life: 8 }));
    expect(sent(core.save(), "vote-reply")).toMatchObject([{ granted: false, blank: true }]);
    core.hear("b", voteRequest({ term: 2, life: 9 }));
    expect(sent(core.save(), "vote-reply")).toMatchObject([{ granted: true, blank: false }]);
  });

  it("an answer of the disk before is not heard any more (RAFT-52)", () => {
    const core = new Core().lead("b");
    core.hear("b", appendReply({ index: core.status.last, life: 5, blank: true }));
    core.hear("b", appendReply({ index: core.status.last, life: 4 }));
    core.hear("c", appendReply({ index: 1 }));
    expect(core.status.committed).toBe(0);
  });
});

describe("a disk that was a witness's (RAFT-39)", () => {
  it("acknowledges nothing as a full member, and is not taken for one", () => {
    const core = new Core({ roles: new Map(voters(3)).set(c, "learner") }).lead("b");
    core.acknowledge("b");
    core.step({ kind: "change", ticket: 4, change: { kind: "promote", member: c } });
    core.hear("c", appendReply({ index: core.status.last, outline: true }));
    expect(core.status.group.outgoing).toBeNull();
    core.hear("c", appendReply({ index: core.status.last, outline: false }));
    expect(core.status.group.outgoing).not.toBeNull();
  });

  it("keeps no full entries after its outline", () => {
    const core = new Core();
    const outline = [{ index: 2, term: 2, kind: 1, data: new Uint8Array(0) }];
    core.hear("b", append({ entries: outline, outline: true }));
    core.save();
    expect(sent(core.outputs, "append-reply").at(-1)).toMatchObject({ index: 2, outline: true });
    const full = { index: 3, term: 2, kind: 1, data: new Uint8Array(4) };
    core.hear("b", append({ previousIndex: 2, previousTerm: 2, entries: [full] }));
    expect(core.status.last).toBe(2);
  });
});
