/** What a leader makes of the answers of its followers, and whom it goes on speaking to. */
import { describe, expect, it } from "vitest";
import { crc32c } from "../../../src/codes/crc32c.js";
import { encodeGroup } from "../../../src/replication/raft/group.js";
import type { MemberChange, RaftOutput } from "../../../src/replication/raft/ports.js";
import { voters } from "./support/cluster.js";
import {
  append,
  appendReply,
  b,
  bytes,
  Core,
  c,
  electionMax,
  entriesOf,
  heartbeat,
  of,
  sent,
  targets,
  x,
} from "./support/core.js";

const progressOf = (core: Core, member = b) => core.status.progress.get(member);
const change = (core: Core, wanted: MemberChange) =>
  core.step({ kind: "change", ticket: 4, change: wanted });
const to = (core: Core, target: string, since = 0) =>
  sent(
    core.outputs
      .slice(since)
      .filter((output) => output.kind === "send" && output.target === target),
    "append",
  );

function leader(options: ConstructorParameters<typeof Core>[0] = {}): Core {
  const core = new Core(options).lead("b", "c");
  core.acknowledge("b");
  core.acknowledge("c");
  return core;
}

/** Both followers, or who is named, have all that there is, and the disk too. */
function everyoneHas(core: Core, ...who: string[]): void {
  for (let time = 0; time < 4; time += 1) {
    core.save();
    for (const id of who) core.acknowledge(id);
  }
}

describe("an acknowledgement", () => {
  it("of what the leader does not have counts for nothing, now and later (RAFT-40)", () => {
    const core = leader();
    const { last } = core.status;
    core.acknowledge("b", last + 1);
    expect(progressOf(core)).toMatchObject({ matched: last });
    core.propose("x");
    core.save();
    expect(core.status.committed).toBe(last);
  });

  it("that is overtaken by a newer one takes nothing back", () => {
    const core = leader();
    core.acknowledge("b", 1);
    expect(progressOf(core)).toMatchObject({ matched: core.status.last, state: "replicate" });
    core.hear("b", appendReply({ accepted: false, index: 1, hintTerm: 1 }));
    expect(progressOf(core)).toMatchObject({ matched: core.status.last, state: "replicate" });
  });

  it("of less than what is tried does not say that the logs meet there", () => {
    const core = new Core({ terms: [1, 1, 1] }).lead("b");
    core.acknowledge("b", 1);
    expect(progressOf(core)).toMatchObject({ matched: 1, state: "probe" });
    core.acknowledge("b", 4);
    expect(progressOf(core)).toMatchObject({ matched: 4, state: "replicate" });
  });
});

describe("a refusal", () => {
  it("leads to the entry after the one that it names, once", () => {
    const core = new Core({ terms: [1, 1, 1, 1] }).lead("b");
    const no = (index: number) =>
      sent(core.hear("b", appendReply({ accepted: false, index, hintTerm: 1 })), "append");
    expect(no(3)).toMatchObject([{ previousIndex: 3 }]);
    // The same once more, and one that is older than what is tried now.
    expect([no(3), no(4)]).toEqual([[], []]);
    expect(no(2)).toMatchObject([{ previousIndex: 2 }]);
  });
});

describe("a refusal that names a term (RAFT-15)", () => {
  it("passes over all of ours that is of a later one", () => {
    const core = new Core({ terms: [1, 1, 3, 3, 3] }).lead("b");
    const answer = appendReply({ term: 4, accepted: false, index: 5, hintTerm: 2 });
    expect(sent(core.hear("b", answer), "append")).toMatchObject([
      { previousIndex: 3, previousTerm: 1, entries: [{}, {}, {}, {}] },
    ]);
  });
});

describe("a blank follower (RAFT-50)", () => {
  const told = (outputs: readonly RaftOutput[]) =>
    of(outputs, "event").filter(({ event }) => event.kind === "blank-member");

  it("is told of once, when it has the committed group that does not name it", () => {
    const core = new Core().lead("c");
    const blank = (index: number) => core.acknowledge("b", index, { blank: true });
    // The group at index 1 is not known to be committed before an entry of the term is.
    expect(told(blank(1))).toEqual([]);
    core.acknowledge("c");
    expect(told(core.outputs)).toEqual([]);
    const { last } = core.status;
    change(core, { kind: "add", member: x, role: "learner" });
    everyoneHas(core, "c");
    expect(core.status.committed).toBeGreaterThan(last + 1);
    expect(told(blank(core.status.committed - 1))).toEqual([]);
    for (let time = 0; time < 4; time += 1) blank(core.status.committed);
    expect(told(core.outputs)).toMatchObject([{ event: { member: "b" } }]);
  });

  it("is not, where it has no vote to lose, or votes", () => {
    const core = leader({ roles: new Map(voters(3)).set(c, "learner") });
    core.acknowledge("c", core.status.last, { blank: true });
    core.acknowledge("b");
    expect(told(core.outputs)).toEqual([]);
  });
});

describe("who is in no group any more (RAFT-31)", () => {
  it("hears that as the last thing, and is not answered or told anything after it", () => {
    const core = leader();
    change(core, { kind: "remove", member: c });
    everyoneHas(core, "b");
    core.acknowledge("c", 1);
    expect(core.status.group).toMatchObject({ outgoing: null, members: voters(2) });
    expect(of(core.outputs, "done")).toHaveLength(1);
    expect(progressOf(core, c)).toBeUndefined();
    // Of the commit of the group without it, so that it knows.
    expect(to(core, "c").at(-1)).toMatchObject({ entries: [], committed: core.status.committed });
    const before = core.outputs.length;
    core.propose("x");
    core.wait(3 * heartbeat);
    expect([to(core, "c", before), to(core, "b", before).length > 3]).toEqual([[], true]);
  });

  it("is not the guest that is catching up", () => {
    const core = leader();
    change(core, { kind: "add", member: c, role: "voter" });
    expect(of(core.outputs, "refused")).toMatchObject([{ reason: "already-member" }]);
    change(core, { kind: "replace", member: c, successor: c });
    everyoneHas(core, "b");
    expect(core.status.group).toMatchObject({ outgoing: null, members: voters(2) });
    expect(progressOf(core, c)).toMatchObject({ matched: 0 });
    const before = core.outputs.length;
    core.wait(2 * heartbeat);
    expect(to(core, "c", before).length).toBeGreaterThan(1);
  });
});

describe("the most up to date (RAFT-25, RAFT-55)", () => {
  const chosen = (core: Core) =>
    targets(core.step({ kind: "disk-health", health: "failed" }), "timeout-now");

  it("is who has the most, of whatever name", () => {
    for (const best of ["b", "c"]) {
      const core = leader();
      core.propose("x");
      core.acknowledge(best);
      expect(chosen(core)).toEqual([best]);
    }
  });

  it("is no learner, no witness and no blank member, however much they have", () => {
    for (const role of ["learner", "witness"] as const) {
      const core = leader({ roles: new Map(voters(3)).set(c, role) });
      core.propose("x");
      core.acknowledge("c");
      expect(chosen(core)).toEqual(["b"]);
    }
    const core = leader({ roles: voters(5) });
    core.acknowledge("d", core.status.last, { blank: true });
    core.hear("b", appendReply({ index: 1 }));
    core.acknowledge("c", core.status.last, { blank: true });
    expect(chosen(core)).toEqual(["b"]);
  });

  it("is nobody that was not heard for long, though it had the most", () => {
    const core = leader();
    core.propose("x");
    core.acknowledge("b");
    const quiet = core.now + electionMax;
    while (core.now + heartbeat < quiet) {
      core.wait(heartbeat);
      core.acknowledge("c", core.status.last - 1);
    }
    core.wait(quiet - core.now - 1);
    core.save();
    expect(core.status.progress.get(b)?.standing).toBe("heard");
    core.wait(1);
    expect(core.status.progress.get(b)?.standing).toBe("silent");
    core.acknowledge("c");
    expect(chosen(core)).toEqual(["c"]);
  });

  it("is not named where it lacks what is committed: it could not win", () => {
    const core = leader({ roles: voters(5) });
    core.propose("x");
    core.save();
    const { last } = core.status;
    for (const id of ["d", "e"]) core.acknowledge(id);
    expect(core.status.committed).toBe(last);
    core.acknowledge("d", last, { blank: true });
    core.acknowledge("e", last, { blank: true });
    expect(chosen(core)).toEqual([]);
  });
});

describe("a follower that gets a snapshot (RAFT-43)", () => {
  const state = bytes("s".repeat(900));

  /** Its log begins after 30; `b` has nothing, and is answered by pieces. */
  function sending(): Core {
    const core = new Core({
      terms: Array.from({ length: 30 }, () => 1),
      limits: { messageBytesMax: 600, trailingEntries: 0 },
    });
    core.lead("c");
    core.hear("b", appendReply({ accepted: false, index: 0 }));
    everyoneHas(core, "c");
    const index = core.status.committed;
    core.step({ kind: "snapshot-taken", index, data: state });
    const ticket = of(core.outputs, "save-snapshot").at(-1)?.ticket ?? 0;
    core.step({ kind: "snapshot-saved", ticket });
    expect(core.status.first).toBe(index + 1);
    expect(progressOf(core)?.state).toBe("snapshot");
    return core;
  }
  const pieces = (core: Core) => sent(core.outputs, "snapshot");
  const answer = (core: Core, received: number, more = {}) => {
    const { index } = pieces(core)[0] ?? { index: 0 };
    const about = { term: 2, index, received, round: 1, life: 1, blank: false, outline: false };
    return core.hear("b", { kind: "snapshot-reply", ...about, ...more });
  };

  it("gets all of it in order, and then what follows", () => {
    const core = sending();
    expect(pieces(core)).toMatchObject([{ offset: 0, total: 900, crc: crc32c(state) }]);
    while ((pieces(core).at(-1)?.offset ?? 0) + (pieces(core).at(-1)?.bytes.length ?? 0) < 900) {
      const { offset, bytes: part } = pieces(core).at(-1) ?? { offset: 0, bytes: state };
      answer(core, offset + part.length);
    }
    expect(Buffer.concat(pieces(core).map((piece) => piece.bytes))).toEqual(Buffer.from(state));
    expect(progressOf(core)).toMatchObject({ state: "snapshot", matched: 0 });
    core.propose("x");
    const { index } = pieces(core)[0] ?? { index: 0 };
    const outputs = answer(core, 900);
    const told = of(outputs, "event").map(({ event }) => event);
    expect(told).toEqual([{ kind: "snapshot-sent", target: "b", index }]);
    expect(progressOf(core)).toMatchObject({ state: "probe", matched: index });
    expect(sent(outputs, "append")).toMatchObject([{ previousIndex: index, entries: [{}] }]);
  });

  it("counts for a commit when it has told that it has it all, and not before", () => {
    const core = sending();
    answer(core, 899);
    expect(progressOf(core)?.matched).toBe(0);
    answer(core, 901);
    answer(core, 900, { index: 7 });
    expect(progressOf(core)).toMatchObject({ state: "snapshot", matched: 0 });
    answer(core, 900);
    expect(progressOf(core)?.matched).toBe(core.status.committed);
  });

  it("gets no more of it where it has got as far by itself", () => {
    const core = sending();
    const { index } = pieces(core)[0] ?? { index: 0 };
    core.acknowledge("b", index - 1);
    expect(progressOf(core)).toMatchObject({ state: "snapshot" });
    core.acknowledge("b", index);
    expect(progressOf(core)).toMatchObject({ state: "probe", matched: index });
  });

  it("is not led elsewhere by a refusal of what was sent before", () => {
    const core = sending();
    core.hear("b", appendReply({ accepted: false, index: 31, hintTerm: 1 }));
    expect(progressOf(core)?.state).toBe("snapshot");
  });
});

describe("a follower's answers", () => {
  it("tell the events of whom it follows once, and again in the next term", () => {
    const core = new Core();
    for (const term of [2, 2, 2, 3, 3]) core.hear("b", append({ term }));
    const roles = of(core.outputs, "event").flatMap(({ event }) =>
      event.kind === "role" ? [`${event.term} ${event.leader}`] : [],
    );
    expect(roles).toEqual(["2 b", "3 b"]);
  });

  it("come at once to what it has already, and to a question while it writes (RAFT-64)", () => {
    const core = new Core();
    const message = append({ entries: entriesOf([2, 2]) });
    core.hear("b", message);
    core.save();
    const again = core.hear("b", { ...message, round: 2 });
    expect(sent(again, "append-reply")).toMatchObject([{ index: 3, round: 2 }]);
    core.hear("b", append({ previousIndex: 3, previousTerm: 2, entries: entriesOf([2], 4) }));
    const beat = core.hear("b", append({ previousIndex: 4, previousTerm: 2, round: 3 }));
    expect(sent(beat, "append-reply")).toMatchObject([{ index: 3, round: 3 }]);
    expect(sent(core.save(), "append-reply")).toMatchObject([{ index: 4 }]);
  });

  it("speak of a snapshot only when the disk has it, whatever else is asked (RAFT-11)", () => {
    const core = new Core();
    core.hear("b", append({}));
    core.save();
    const head = encodeGroup({ members: voters(3), outgoing: null, lives: new Map() });
    const data = bytes("state");
    const about = { term: 2, index: 5, snapshotTerm: 2, head, offset: 0, total: data.length };
    const more = { crc: crc32c(data), bytes: data, outline: false, round: 1 };
    core.hear("b", { kind: "snapshot", ...about, ...more });
    core.hear("b", append({ previousIndex: 5, previousTerm: 2, round: 2 }));
    expect(sent(core.outputs, "snapshot-reply")).toEqual([]);
    expect(sent(core.outputs, "append-reply").at(-1)).toMatchObject({ index: 0, round: 2 });
    core.save();
    expect(sent(core.outputs, "snapshot-reply")).toMatchObject([{ received: data.length }]);
  });
});
