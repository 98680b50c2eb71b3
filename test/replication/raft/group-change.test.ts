/** A change of members at its leader: what it waits for, and how it ends. */
import { describe, expect, it } from "vitest";
import { millis } from "../../../src/kernel/time.js";
import type { MemberChange } from "../../../src/replication/raft/ports.js";
import { voters } from "./support/cluster.js";
import {
  a,
  appendReply,
  b,
  Core,
  type CoreOptions,
  c,
  d,
  electionMax,
  heartbeat,
  of,
  targets,
  x,
} from "./support/core.js";

function leader(options: CoreOptions = {}): Core {
  const core = new Core(options).lead("b", "c");
  has(core, "b", "c");
  return core;
}

/** They, and the leader's disk, have all that there is. */
function has(core: Core, ...members: readonly string[]): void {
  for (let time = 0; time < 4; time += 1) {
    core.save();
    for (const member of members) core.acknowledge(member);
  }
}

const change = (core: Core, wanted: MemberChange, ticket = 4) =>
  core.step({ kind: "change", ticket, change: wanted });
const addX = { kind: "add", member: x, role: "voter" } as const;
const removeC = { kind: "remove", member: c } as const;
const refusals = (core: Core) =>
  of(core.outputs, "refused").map(({ ticket, reason }) => `${ticket} ${reason}`);
const doneTickets = (core: Core) => of(core.outputs, "done").map(({ ticket }) => ticket);
const names = (core: Core) => {
  const { members, outgoing } = core.status.group;
  return [...members.keys(), outgoing === null ? "" : "+", ...(outgoing?.keys() ?? [])].join("");
};

describe("a change (RAFT-30, RAFT-36)", () => {
  it("is done when the group after the joint one is committed, and told once", () => {
    const core = leader();
    change(core, removeC);
    expect([names(core), doneTickets(core)]).toEqual(["ab+abc", []]);
    core.acknowledge("b");
    core.save();
    expect([names(core), doneTickets(core)]).toEqual(["ab", []]);
    core.acknowledge("b");
    has(core, "b");
    expect([doneTickets(core), refusals(core)]).toEqual([[4], []]);
    // At once another may begin, and ends as well.
    expect(core.status.committed).toBe(core.status.last);
    change(core, { kind: "add", member: x, role: "learner" }, 5);
    has(core, "b");
    expect([names(core), doneTickets(core), refusals(core)]).toEqual(["abx", [4, 5], []]);
  });

  it("bears no other beside it, in any of its steps", () => {
    const core = leader();
    const busy = () => {
      const before = refusals(core).length;
      change(core, { kind: "add", member: d, role: "learner" }, 9);
      expect(refusals(core).slice(before)).toEqual(["9 change-in-progress"]);
    };
    change(core, addX);
    busy();
    core.acknowledge("x");
    expect(names(core)).toBe("abcx+abc");
    busy();
    core.save();
    core.acknowledge("b");
    core.acknowledge("c");
    expect(names(core)).toBe("abcx");
    busy();
    has(core, "b", "c", "x");
    expect(doneTickets(core)).toEqual([4]);
  });

  it("that another leader has begun is ended first, and is in the way until then", () => {
    const core = new Core({ group: { outgoing: voters(3) }, roles: voters(2) }).lead("b", "c");
    change(core, removeC, 8);
    core.save();
    core.acknowledge("b");
    expect(names(core)).toBe("ab");
    change(core, { kind: "add", member: x, role: "learner" }, 9);
    expect(refusals(core)).toEqual(["8 change-in-progress", "9 change-in-progress"]);
    has(core, "b");
    expect(doneTickets(core)).toEqual([]);
    change(core, { kind: "add", member: x, role: "learner" }, 10);
    expect(names(core)).toBe("abx+ab");
  });

  it("that makes no sense is refused by its reason", () => {
    const core = leader();
    change(core, { kind: "remove", member: x });
    change(core, { kind: "add", member: b, role: "voter" }, 5);
    expect(refusals(core)).toEqual(["4 unknown-member", "5 already-member"]);
    expect(names(core)).toBe("abc");
  });

  it("that is begun when its leader falls is told as lost, once", () => {
    const core = leader();
    change(core, addX);
    core.hear("b", appendReply({ term: 9, accepted: false }));
    expect([core.status.role, refusals(core)]).toEqual(["follower", ["4 leadership-lost"]]);
    core.wait(electionMax);
    expect(refusals(core)).toEqual(["4 leadership-lost"]);
    const ended = leader();
    change(ended, removeC);
    has(ended, "b");
    ended.hear("b", appendReply({ term: 9, accepted: false }));
    expect([doneTickets(ended), refusals(ended)]).toEqual([[4], []]);
  });

  it("brings a learner the log at once, for it need not catch up", () => {
    const core = leader();
    const outputs = change(core, { kind: "add", member: x, role: "learner" });
    expect(targets(outputs, "append").sort()).toEqual(["b", "c", "x"]);
    expect(names(core)).toBe("abcx+abc");
  });

  it("does not keep its leader awake while it waits for the others", () => {
    const core = leader({ limits: { catchUpMax: millis(30) } });
    change(core, removeC);
    for (let beat = 0; beat < 4; beat += 1) {
      core.wait(heartbeat);
      core.acknowledge("b", 1);
      expect(core.raft.deadline() ?? 0).toBeGreaterThan(core.now);
    }
    expect([names(core), refusals(core)]).toEqual(["ab+abc", []]);
  });
});

describe("a newcomer (RAFT-32)", () => {
  it("has caught up where it is as far behind as it may be, and no further", () => {
    const core = leader({ limits: { catchUpLag: 2, inFlightMax: 1 } });
    change(core, addX);
    for (let at = 0; at < 6; at += 1) core.propose(`${at}`);
    core.hear("x", appendReply({ accepted: false, index: 1 }));
    core.acknowledge("x", core.status.last - 3);
    expect(names(core)).toBe("abc");
    core.acknowledge("x", core.status.last - 2);
    expect(names(core)).toBe("abcx+abc");
  });

  it("has not where it was not heard, or has refused, however short the log is", () => {
    const core = leader();
    change(core, addX);
    core.save();
    expect(names(core)).toBe("abc");
    core.hear("x", appendReply({ accepted: false, index: 0 }));
    expect(names(core)).toBe("abc");
    core.acknowledge("x");
    expect(names(core)).toBe("abcx+abc");
  });

  it("has not where it does not say which disk it writes to", () => {
    const core = leader();
    change(core, addX);
    core.acknowledge("x", core.status.last, { life: 0 });
    expect(names(core)).toBe("abc");
    core.acknowledge("x", core.status.last, { life: 6 });
    expect(names(core)).toBe("abcx+abc");
    expect(core.status.group.lives.get(x)).toBe(6);
  });

  it("that does not come in time is given up, at that time, and another may be taken", () => {
    const core = leader({ limits: { catchUpMax: millis(5) } });
    change(core, addX);
    core.wait(millis(5) - 1);
    expect(refusals(core)).toEqual([]);
    core.wait(1);
    expect(refusals(core)).toEqual(["4 not-caught-up"]);
    core.acknowledge("x");
    expect(names(core)).toBe("abc");
    change(core, { kind: "add", member: d, role: "learner" }, 5);
    expect([names(core), refusals(core).length]).toEqual(["abcd+abc", 1]);
  });

  it("counts as one that is there: a member alone may take a second one", () => {
    const core = new Core({ roles: voters(1) });
    core.wait(2 * electionMax);
    change(core, { kind: "add", member: b, role: "voter" });
    expect(refusals(core)).toEqual([]);
    core.acknowledge("b");
    has(core, "b");
    expect([names(core), doneTickets(core)]).toEqual(["ab", [4]]);
  });

  it("is known by its life, and who has left is forgotten with it", () => {
    const core = leader({ group: { lives: new Map([a, b, c].map((id) => [id, 3])) }, life: 3 });
    change(core, { kind: "replace", member: c, successor: x });
    core.acknowledge("x", core.status.last, { life: 8 });
    expect([...core.status.group.lives.keys()].sort()).toEqual(["a", "b", "c", "x"]);
    has(core, "b", "x");
    expect(names(core)).toBe("abx");
    expect([...core.status.group.lives.keys()].sort()).toEqual(["a", "b", "x"]);
    expect(core.status.group.lives.get(x)).toBe(8);
  });
});
