/** How a blank disk becomes one that votes, and what does not make it one (see blank.ts). */
import { describe, expect, it } from "vitest";
import { voters } from "./support/cluster.js";
import {
  a,
  append,
  b,
  Core,
  type CoreOptions,
  c,
  electionMin,
  entriesOf,
  of,
  sent,
  targets,
  voteReply,
  voteRequest,
} from "./support/core.js";

const first = (options: CoreOptions = {}) => new Core({ blank: true, life: 9, ...options });
const blank = (life: number) =>
  voteReply({ term: 1, pre: true, granted: false, blank: true, life });

describe("a blank first member (RAFT-51)", () => {
  it("asks the others in the form of a pre-vote, which no life is named in", () => {
    const form = { term: 2, pre: true, transfer: false, life: 0, lastIndex: 1, lastTerm: 1 };
    expect(sent(first().outputs, "vote-request")).toMatchObject([form, form]);
  });

  it("asks again when its patience is at an end, and campaigns not", () => {
    const core = first();
    core.save();
    core.wait(20 * electionMin);
    expect(targets(core.outputs, "vote-request").length).toBeGreaterThan(10);
    expect(core.status).toMatchObject({ role: "follower", blank: true });
  });

  it("is founded by the last of the answers, if all are blank", () => {
    const core = first();
    core.hear("b", blank(2));
    core.hear("b", blank(2));
    expect(core.status.blank).toBe(true);
    core.hear("c", blank(3));
    expect(core.status.blank).toBe(false);
  });

  it("is not, where one that was blank is so no more", () => {
    const core = first();
    core.hear("b", blank(2));
    core.hear("b", voteReply({ term: 1, pre: true, granted: false, blank: false, life: 2 }));
    core.hear("c", blank(3));
    expect(core.status.blank).toBe(true);
  });

  it("is not, where a leader has given it a log meanwhile: there is a past", () => {
    const core = first();
    core.hear("b", append({ entries: entriesOf([2]) }));
    core.save();
    for (const [from, life] of [
      ["b", 2],
      ["c", 3],
    ] as const) {
      core.hear(from, { ...blank(life), term: 2 });
    }
    expect([core.status.last, core.status.blank]).toEqual([2, true]);
  });

  it("searches as a witness too, and as a learner not", () => {
    for (const [role, asked] of [
      ["witness", ["a", "b"]],
      ["learner", []],
    ] as const) {
      const core = first({ self: "c", roles: new Map(voters(3)).set(c, role) });
      expect(targets(core.outputs, "vote-request")).toEqual(asked);
    }
  });

  it("waits for a witness, and for no learner", () => {
    for (const [role, founded] of [
      ["witness", false],
      ["learner", true],
    ] as const) {
      const core = first({ roles: new Map(voters(3)).set(c, role) });
      core.hear("b", blank(2));
      expect(core.status.blank).toBe(!founded);
    }
  });

  it("waits for nobody where it is the only elector", () => {
    const core = first({
      roles: new Map([
        [a, "voter"],
        [b, "learner"],
      ]),
    });
    expect(core.status.blank).toBe(false);
  });
});

describe("who is asked by a blank member, and knows it, tells it that it votes (RAFT-51)", () => {
  /** Old enough to answer; the group in its log names b's disk, and no other. */
  function member(options: CoreOptions = {}): Core {
    const core = new Core({ group: { lives: new Map([[b, 5]]) }, ...options });
    core.now = (core.now + electionMin) as typeof core.now;
    core.outputs = [];
    return core;
  }
  const ask = (core: Core, from: string, life = 0) =>
    sent(core.hear(from, voteRequest({ pre: true, life })), "vote-request");

  it("by a pre-vote that names its life", () => {
    const core = member();
    expect(ask(core, "b")).toMatchObject([{ pre: true, transfer: false, life: 5, term: 2 }]);
    expect(targets(core.outputs, "vote-request")).toEqual(["b"]);
  });

  it("and nobody else: not whom it does not know, nor who has not asked for it", () => {
    expect(ask(member(), "c")).toEqual([]);
    expect(ask(member(), "b", 1)).toEqual([]);
  });

  it("not while it is blank itself", () => {
    expect(ask(member({ founded: false }), "b")).toEqual([]);
  });

  it("nor before its disk knows that it is founded", () => {
    const core = first();
    core.hear("b", blank(2));
    core.hear("c", blank(3));
    expect(ask(core, "b")).toEqual([]);
    core.save();
    expect(ask(core, "b")).toMatchObject([{ life: 2 }]);
  });

  it("nor a stranger, which was blank when the first members were founded", () => {
    const core = first();
    core.hear("x", blank(7));
    core.hear("b", blank(2));
    core.hear("c", blank(3));
    core.save();
    expect(ask(core, "x")).toEqual([]);
  });

  it("who is told so is founded, and votes", () => {
    const core = first();
    core.save();
    core.hear("b", voteRequest({ pre: true, life: 9 }));
    expect(core.status.blank).toBe(false);
    core.hear("b", voteRequest({ life: 9 }));
    core.save();
    const votes = sent(core.outputs, "vote-reply").filter(({ pre }) => !pre);
    expect(votes).toMatchObject([{ granted: true, blank: false }]);
    expect(of(core.outputs, "save").length).toBeGreaterThan(1);
  });
});
