/** Leadership is tied to the disk and to being in time; and everything has a bound. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant } from "../../../src/kernel/time.js";
import { encodeMessage, parseMessage } from "../../../src/replication/raft/encoding.js";
import { encodeBody } from "../../../src/wire/cbor.js";
import { voters } from "./support/cluster.js";
import {
  append,
  bytes,
  Core,
  electionMax,
  electionMin,
  entriesOf,
  heartbeat,
  of,
  sent,
  targets,
  voteRequest,
} from "./support/core.js";

const reasons = (core: Core) =>
  of(core.outputs, "event").flatMap(({ event }) =>
    event.kind === "stepped-down" ? [event.reason] : [],
  );

function leader(limits = {}): Core {
  const core = new Core({ limits }).lead("b", "c");
  core.acknowledge("b");
  core.acknowledge("c");
  return core;
}

describe("a leader whose disk is not well steps down (RAFT-55)", () => {
  for (const health of ["stalled", "full", "read-only", "failed"] as const) {
    it(`${health}: at once, and names a successor that has everything`, () => {
      const core = leader();
      const outputs = core.step({ kind: "disk-health", health });
      expect(targets(outputs, "timeout-now")).toHaveLength(1);
      expect([core.status.role, reasons(core)]).toEqual(["follower", ["disk"]]);
      expect(of(core.propose("x"), "refused")).toHaveLength(1);
    });
  }

  it("and stays where it is well", () => {
    const core = leader();
    core.step({ kind: "disk-health", health: "ok" });
    expect(core.status.role).toBe("leader");
  });

  it("also when a save is refused; what was in it goes out again when the disk is well", () => {
    const core = leader();
    core.propose("x");
    const ticket = of(core.outputs, "save").at(-1)?.ticket ?? 0;
    core.step({ kind: "disk-health", health: "full" });
    core.step({ kind: "not-saved", ticket });
    expect(reasons(core)).toEqual(["disk"]);
    const outputs = core.step({ kind: "disk-health", health: "ok" });
    expect(of(outputs, "save").flatMap((save) => save.entries)).toMatchObject([{ kind: 1 }]);
  });
});

describe("a follower whose disk takes nothing (RAFT-56)", () => {
  it("keeps nothing, acknowledges only what it has, and grants no vote", () => {
    const core = new Core();
    core.hear("b", append({}));
    core.save();
    core.step({ kind: "disk-health", health: "read-only" });
    const outputs = core.hear("b", append({ entries: entriesOf([2]), round: 2 }));
    expect([of(outputs, "save"), sent(outputs, "append-reply")]).toEqual([[], []]);
    core.hear("b", append({ round: 3 }));
    expect(sent(core.outputs, "append-reply").at(-1)).toMatchObject({ index: 1, round: 3 });
    core.now = instant(core.now + electionMax);
    core.hear("c", voteRequest({ term: 3 }));
    core.save();
    expect(sent(core.outputs, "vote-reply")).toEqual([]);
  });
});

describe("a member that was late blames itself first (RAFT-57)", () => {
  it("a leader steps down when it is told, before it acts", () => {
    const core = leader();
    core.step({ kind: "was-late" });
    expect([core.status.role, reasons(core)]).toEqual(["follower", ["late"]]);
  });

  it("a leader steps down when it finds out by itself, whatever the step is about", () => {
    const core = leader();
    core.now = instant(core.now + electionMin + 2 * heartbeat);
    expect(of(core.propose("x"), "refused")).toHaveLength(1);
    expect(reasons(core)).toEqual(["late"]);
  });

  it("a follower waits for its leader anew", () => {
    const core = new Core();
    core.hear("b", append({}));
    core.now = instant(core.now + electionMax);
    core.step({ kind: "was-late" });
    expect(core.raft.deadline() ?? 0).toBeGreaterThanOrEqual(core.now + electionMin);
    expect(core.status.leader).toBe("b");
  });
});

describe("messages while much is asked for (RAFT-60)", () => {
  it("the first entry goes at once, and what comes meanwhile goes together", () => {
    const core = leader();
    const before = targets(core.outputs, "append").length;
    for (let round = 0; round < 30; round += 1) core.propose("x".repeat(100));
    expect(targets(core.outputs, "append").length - before).toBe(2);
    core.acknowledge("b", core.status.last - 29);
    const batches = sent(core.outputs, "append").map((message) => message.entries.length);
    expect(batches.at(-1)).toBe(29);
  });

  it("all that is asked for in one step goes in it, in the messages that it takes", () => {
    const core = leader();
    const commands = Array.from({ length: 100 }, () => new Uint8Array(100));
    const outputs = core.step({ kind: "propose", ticket: 1, commands });
    expect(sent(outputs, "append").map(({ entries }) => entries.length)).toEqual([77, 23, 77, 23]);
    // To both followers the very same, which is sealed once.
    const [one, two, three, four] = sent(outputs, "append");
    expect([one === three, two === four, one === two]).toEqual([true, true, false]);
    expect(targets(outputs, "append")).toEqual(["b", "b", "c", "c"]);
    // The next has to wait.
    expect(targets(core.propose("x"), "append")).toEqual([]);
  });

  it("messages that come together are saved and answered together", () => {
    const core = new Core({ self: "b" });
    core.hear("a", append({}));
    core.save();
    const [from, kind] = [nodeId("a"), "messages"] as const;
    const first = append({ entries: entriesOf([2, 2]) });
    const second = append({ previousIndex: 3, previousTerm: 2, entries: entriesOf([2], 4) });
    const messages = [first, second].map((message) => ({ from, message }));
    const outputs = core.step({ kind, messages });
    expect(of(outputs, "save").map(({ entries }) => entries.length)).toEqual([3]);
    expect(sent(core.save(), "append-reply")).toMatchObject([{ accepted: true, index: 4 }]);
  });

  it("a full message does not wait, and each fits into a frame (RAFT-61)", () => {
    const core = leader();
    for (let round = 0; round < 200; round += 1) core.propose("x".repeat(100));
    const messages = sent(core.outputs, "append").filter(({ entries }) => entries.length > 1);
    expect(messages.length).toBeGreaterThanOrEqual(4);
    for (const message of messages) {
      const body = encodeMessage(message);
      expect(encodeBody(body).length).toBeLessThanOrEqual(8_000);
      expect(parseMessage(body)).toMatchObject({ kind: "append" });
      expect(message.entries.length).toBeGreaterThan(60);
    }
  });

  it("the longest command fits too, and a longer one is refused (RAFT-62)", () => {
    const core = leader();
    core.propose("x".repeat(5_000));
    const message = sent(core.outputs, "append").at(-1);
    expect(encodeBody(message && encodeMessage(message)).length).toBeLessThanOrEqual(8_000);
    expect(of(core.propose("x".repeat(5_001)), "refused")).toMatchObject([{ reason: "too-large" }]);
  });

  it("only so many are on their way to a follower that does not answer (RAFT-63)", () => {
    const core = leader({ inFlightMax: 3, messageBytesMax: 600 });
    for (let round = 0; round < 100; round += 1) core.propose("x".repeat(500));
    const toB = core.outputs.filter(
      (output) =>
        output.kind === "send" && output.target === "b" && output.message.kind === "append",
    );
    expect(toB.length).toBeLessThanOrEqual(3 + 3);
  });

  it("what was lost on the way is found out by the next heartbeat (RAFT-64)", () => {
    const core = leader();
    core.propose("x");
    const follower = new Core({ self: "b", terms: [2], term: 2 });
    core.wait(heartbeat);
    const beat = sent(core.outputs, "append").at(-1) ?? append({});
    const reply = sent(follower.hear("a", beat), "append-reply")[0];
    expect(reply).toMatchObject({ accepted: false, index: 2 });
    const again = core.hear("b", reply ?? append({}));
    expect(sent(again, "append")).toMatchObject([{ previousIndex: 2, entries: [{ kind: 1 }] }]);
  });
});

describe("memory has a bound (RAFT-65)", () => {
  it("a leader takes no more than so many bytes ahead of what is committed", () => {
    const core = leader({ uncommittedBytesMax: 1_000 });
    for (let round = 0; round < 5; round += 1) core.propose("x".repeat(300));
    expect(of(core.outputs, "refused")).toMatchObject([{ reason: "overloaded" }]);
    core.save();
    core.acknowledge("b");
    expect(of(core.propose("x"), "proposed")).toHaveLength(1);
  });

  it("and nothing when its log could not be compacted", () => {
    const core = leader({ logBytesMax: 1_000, logBytesRefused: 5_000 });
    for (let round = 0; round < 20; round += 1) {
      core.propose("x".repeat(300));
      core.save();
      core.acknowledge("b");
      core.acknowledge("c");
    }
    expect(of(core.outputs, "want-snapshot")).toHaveLength(1);
    expect(of(core.outputs, "refused").at(-1)).toMatchObject([{ reason: "overloaded" }][0] ?? {});
    const index = core.status.committed;
    core.step({ kind: "snapshot-taken", index, data: bytes("state") });
    const ticket = of(core.outputs, "save-snapshot").at(-1)?.ticket ?? 0;
    core.step({ kind: "snapshot-saved", ticket });
    expect(of(core.propose("x"), "proposed")).toHaveLength(1);
  });

  it("and so have the answers of a member whose disk hangs, however often it is asked", () => {
    const core = new Core();
    for (let round = 1; round <= 2_000; round += 1) {
      core.hear("b", append({ previousIndex: 9, round }));
    }
    expect(sent(core.outputs, "append-reply")).toEqual([]);
    const replies = sent(core.save(), "append-reply");
    expect(replies.length).toBeLessThanOrEqual(256);
    expect(replies.at(-1)).toMatchObject({ accepted: false, round: 2_000 });
  });

  it("a group of one takes them as fast as its disk", () => {
    const core = new Core({ roles: voters(1) });
    core.wait(2 * electionMax);
    core.propose("x");
    expect(of(core.save(), "apply").flatMap(({ entries }) => entries)).toMatchObject([{ kind: 1 }]);
  });
});
