/** A replica among broken peers, on a broken disk, and with too much to do. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { Prng } from "../../../src/kernel/prng.js";
import { instant, millis, seconds } from "../../../src/kernel/time.js";
import type { DiskRequest } from "../../../src/recovery/disk.js";
import { tasksPerClientMax } from "../../../src/replication/replica/limits.js";
import { type ReplicaOptions, replicaParts } from "../../../src/replication/replica/parts.js";
import type { ReplicaOutput } from "../../../src/replication/replica/ports.js";
import { Replica } from "../../../src/replication/replica/replica.js";
import type { ClientReply } from "../../../src/replication/service/ports.js";
import { encodeRequest } from "../../../src/replication/service/request-bodies.js";
import { count, get, put, SmallGroup } from "./support/small-group.js";

const [self, other, third] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const now = instant(1_000_000);

const isDisk = (output: ReplicaOutput): output is DiskRequest => output.kind === "disk";

const options: ReplicaOptions = {
  ...{ now, self, life: 1, dice: new Prng(1) },
  group: new Map([self, other, third].map((member) => [member, "voter" as const])),
  raft: {
    ...{ heartbeat: millis(20), driftMaxPpm: 500, leaseReads: false },
    ...{ electionTimeoutMin: millis(100), electionTimeoutMax: millis(200) },
  },
};

/** One of three; the disk is in the test's hand. */
const alone = (): Replica => new Replica(options);

describe("a replica whose log cannot be used", () => {
  it("takes no part, and tells each who asks why (REPLICA-10)", () => {
    const replica = alone();
    const [list] = replica.step(now, timeout).filter(isDisk);
    const outputs = replica.step(now, {
      ...{ kind: "disk-done", id: list?.id ?? 0, result: { ok: false, reason: "io" } },
    });
    expect(outputs).toMatchObject([{ kind: "event", event: { kind: "log-refused" } }]);
    expect(replica.status()).toMatchObject({ phase: "out", out: { reason: "unreadable" } });
    const requests = [get("k"), get("k", "stale"), put("k", 1)].map((request, index) => ({
      ...{ client: 1, body: encodeRequest(request(index + 1)) },
    }));
    const replies = replica.step(now, { kind: "requests", requests });
    expect(replies).toHaveLength(3);
    for (const reply of replies) {
      expect(reply).toMatchObject({ reply: { kind: "refused", reason: "disk-not-writable" } });
      expect(JSON.stringify(reply)).toContain("unreadable");
    }
    const body = [1, 5, 0, 1, 1, 0];
    expect(replica.step(now, { kind: "message", from: other, body })).toEqual([]);
  });
});

describe("a replica whose log is damaged", () => {
  const told = (lostFrom: number | null, lostTo: number | null): string => {
    const refused = { kind: "refused", reason: "corrupt", file: "log-7", detail: "rot" } as const;
    const says = [{ ...refused, lostFrom, lostTo }];
    const machine = { step: () => says.splice(0), deadline: () => (says[0] ? now : null) };
    const replica = new Replica(options, { ...replicaParts(options), log: () => machine });
    replica.step(now, timeout);
    return replica.status().out?.detail ?? "";
  };

  it("tells in which file, and what is lost (REPLICA-10)", () => {
    expect(told(5, 9)).toBe("log-7: rot; entries 5 to 9 are lost here");
    expect(told(5, 5)).toBe("log-7: rot; entry 5 is lost here");
    expect(told(5, null)).toBe("log-7: rot; entries from 5 on are lost here");
    expect(told(null, null)).toBe("log-7: rot");
  });
});

describe("a replica whose log was written by another version of it", () => {
  it("takes no part, instead of ending its program (REPLICA-10)", () => {
    const meta = Uint8Array.of(99);
    const log = { meta, snapshot: null, entries: [], repairs: [] };
    const says = [{ kind: "recovered", log } as const];
    const machine = { step: () => says.splice(0), deadline: () => (says[0] ? now : null) };
    const replica = new Replica(options, { ...replicaParts(options), log: () => machine });
    const outputs = replica.step(now, timeout);
    expect(outputs).toContainEqual(
      expect.objectContaining({ event: expect.objectContaining({ kind: "log-refused" }) }),
    );
    expect(replica.status()).toMatchObject({ phase: "out", out: { reason: "unknown-version" } });
  });
});

describe("bodies of a broken peer", () => {
  it("change nothing and are told, whatever they are (REPLICA-11)", () => {
    const small = new SmallGroup();
    const leader = small.leader();
    const { replica } = leader;
    if (replica === null) throw new Error("the leader is down");
    const dice = new Prng(5);
    const before = replica.status();
    for (let round = 0; round < 500; round += 1) {
      const bytes = Uint8Array.from({ length: dice.below(60) }, () => dice.below(256));
      const bodies = [bytes, [bytes], null, "x", { kind: 1 }, [dice.below(9)], [[], [1]]];
      const body = bodies[dice.below(bodies.length)];
      const outputs = replica.step(leader.clock.read(small.now), {
        ...{ kind: "message", from: other, body },
      });
      for (const { kind } of outputs) expect(["refused", "send", "disk"]).toContain(kind);
    }
    expect(replica.status()).toMatchObject({ phase: "running", applied: before.applied });
  });
});

describe("a replica that is asked too much", () => {
  it("refuses what it has no room for, and answers the rest (REPLICA-9)", () => {
    const small = new SmallGroup();
    const follower = small.follower();
    // Nobody leads for a moment, so that all wait.
    small.leader().crash();
    const answers: ClientReply[] = [];
    const client = small.group.connect(follower, (reply) => answers.push(reply)) ?? 0;
    const asked = tasksPerClientMax + 50;
    const requests = Array.from({ length: asked }, (_, index) => ({
      ...{ client, body: encodeRequest(get("k")(index + 1)) },
    }));
    follower.offer({ kind: "requests", requests });
    small.run(seconds(8));
    expect(answers).toHaveLength(asked);
    const refused = answers.filter((reply) => reply.kind === "refused");
    const reasons = refused.map((reply) => (reply.kind === "refused" ? reply.reason : ""));
    expect(reasons).toEqual(new Array(50).fill("overloaded"));
    for (const reply of refused) expect(reply).toMatchObject({ reason: "overloaded" });
  });

  it("sends many requests in few frames (REPLICA-8)", () => {
    const small = new SmallGroup();
    const follower = small.follower();
    small.run(seconds(1));
    const answers: ClientReply[] = [];
    const client = small.group.connect(follower, (reply) => answers.push(reply)) ?? 0;
    const before = small.forwarded.length;
    const requests = Array.from({ length: 200 }, (_, index) => ({
      ...{ client, body: encodeRequest(count(`c${index % 7}`)(index + 1)) },
    }));
    follower.offer({ kind: "requests", requests });
    small.run(millis(200));
    expect(answers).toHaveLength(200);
    // Both ways, and the questions of all how old their state is.
    expect(small.forwarded.length - before).toBeLessThan(20);
  });
});
