/** AGENT-1 to AGENT-7: an agent around a membership that says what it is told to. */
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { timeout } from "../../src/kernel/machine.js";
import { type Instant, instant, millis } from "../../src/kernel/time.js";
import type { CaseFile, Member, MembershipOutput } from "../../src/membership/ports.js";
import {
  Agent,
  type AgentInput,
  type AgentOutput,
  guestsMax,
  refusedEvery,
} from "../../src/node/agent.js";
import type { AgentEvent } from "../../src/node/agent-events.js";
import { checksumMac } from "../../src/wire/mac.js";
import { Opener } from "../../src/wire/opener.js";
import { Sealer } from "../../src/wire/sealer.js";
import { ScriptedMembership } from "./scripted-membership.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const mac = checksumMac(new Uint8Array(16).fill(9));
const cluster = "fleet";

const sealerOf = (self: NodeId, bootId = 50, key = mac): Sealer =>
  new Sealer({ cluster, self, bootId, peers: [], mac: key });

const messageOf = (self: NodeId, body: unknown): Uint8Array =>
  sealerOf(self).seal("membership", body, "some");

class Bench {
  readonly membership = new ScriptedMembership();
  lives: number[] = [];
  now = instant(1_000_000);
  readonly agent = new Agent({
    ...{ now: this.now, cluster, self: n1, bootId: 100, mac, membersMax: 8 },
    latenessMax: millis(20),
    makeMembership: (_now, life) => {
      this.lives.push(life);
      return this.membership;
    },
  });

  constructor() {
    this.step(timeout);
    this.membership.fed.length = 0;
  }

  step(input: AgentInput | typeof timeout, at: Instant = this.now): readonly AgentOutput[] {
    this.now = at;
    return this.agent.step(at, input);
  }

  hear(bytes: Uint8Array, origin: string | null = "10.0.0.2:7946"): readonly AgentOutput[] {
    return this.step({ kind: "datagram", bytes, origin });
  }

  /** What comes out when the membership says this. */
  say(...outputs: MembershipOutput[]): readonly AgentOutput[] {
    this.membership.answer = () => outputs;
    const answered = this.step(timeout);
    this.membership.answer = () => [];
    return answered;
  }

  pass(us: number): Instant {
    return instant(this.now + us);
  }
}

const eventsOf = (outputs: readonly AgentOutput[]): AgentEvent[] =>
  outputs.flatMap((output) => (output.kind === "report" ? [output.event] : []));

const event = (inner: Extract<MembershipOutput, { kind: "event" }>["event"]): MembershipOutput => ({
  kind: "event",
  event: inner,
});

describe("AGENT-1: what comes is opened and fed to the membership, with its life", () => {
  it("feeds a member's message", () => {
    const bench = new Bench();
    expect(bench.hear(messageOf(n2, ["x"]))).toEqual([]);
    expect(bench.membership.fed).toEqual([
      { kind: "message", from: n2, life: 50, origin: "10.0.0.2:7946", body: ["x"] },
    ]);
    expect(bench.lives).toEqual([100]);
  });

  it("feeds no copy, no frame without the key, and none of another kind", () => {
    const bench = new Bench();
    const frame = messageOf(n2, ["x"]);
    bench.hear(frame);
    bench.membership.fed.length = 0;
    const forged = sealerOf(n3, 50, checksumMac(new Uint8Array(16))).seal("membership", 1);
    const events = [frame, forged, sealerOf(n3).seal("replication", [1])].flatMap((bytes) =>
      eventsOf(bench.hear(bytes)),
    );
    const origin = "10.0.0.2:7946";
    expect(events).toEqual([
      { kind: "refused", reason: "replayed", source: n2, origin, count: 1 },
      { kind: "refused", reason: "bad-tag", source: null, origin, count: 1 },
      { kind: "refused", reason: "not-for-members", source: n3, origin, count: 1 },
    ]);
    expect(bench.membership.fed).toEqual([]);
    expect(bench.agent.status(bench.now).refusals).toMatchObject({
      ...{ replayed: 1, "bad-tag": 1, "not-for-members": 1, "old-boot": 0 },
    });
  });

  it("passes join and leave on", () => {
    const bench = new Bench();
    bench.step({ kind: "join", seeds: ["a:1"] });
    bench.step({ kind: "leave" });
    expect(bench.membership.fed).toEqual([{ kind: "join", seeds: ["a:1"] }, { kind: "leave" }]);
  });
});

describe("AGENT-2: what the membership says is sealed and sent", () => {
  const opened = (output: AgentOutput | undefined) => {
    const opener = new Opener({ cluster, self: n2, bootId: 1, peers: [n1], mac });
    return opener.open(output !== undefined && "bytes" in output ? output.bytes : new Uint8Array());
  };

  it("to members, and to addresses", () => {
    const bench = new Bench();
    const outputs = bench.say(
      { kind: "send", targets: [n2, n3], body: [1], isBeat: true },
      { kind: "send-to-address", address: "10.0.0.9:1", body: [2] },
    );
    expect(outputs).toMatchObject([
      { kind: "send", targets: [n2, n3] },
      { kind: "send-to-address", address: "10.0.0.9:1" },
    ]);
    const frame = { ok: true, source: n1, bootId: 100, kind: "membership" };
    expect(opened(outputs[0])).toMatchObject({ ...frame, sequence: 1, body: [1] });
    expect(opened(outputs[1])).toMatchObject({ ...frame, sequence: 2, body: [2] });
  });

  it("in the order in which it says it, routes before what they are for", () => {
    const bench = new Bench();
    const kinds = bench
      .say(
        { kind: "route", member: n2, address: "10.0.0.2:1" },
        { kind: "send", targets: [n2], body: 1, isBeat: true },
        { kind: "completed" },
        { kind: "route", member: n2, address: null },
      )
      .map(({ kind }) => kind);
    expect(kinds).toEqual(["route", "send", "route"]);
  });
});

describe("AGENT-3: members are remembered through a flood of invented names", () => {
  it("takes a member's frame once, and a stranger's again when it has made room", () => {
    const bench = new Bench();
    const [member, stranger] = [messageOf(n2, 1), messageOf(n3, 1)];
    bench.hear(member);
    bench.hear(stranger);
    bench.say({ kind: "route", member: n2, address: "10.0.0.2:1" });
    for (let count = 0; count < guestsMax + 8; count += 1) {
      bench.hear(messageOf(nodeId(`x${count}`), 0));
    }
    bench.membership.fed.length = 0;
    bench.hear(member);
    bench.hear(stranger);
    expect(bench.membership.fed).toMatchObject([{ kind: "message", from: n3 }]);
    expect(bench.agent.status(bench.now).links.duplicated).toBe(1);
  });
});

describe("AGENT-4: an agent that was late blames itself before it judges", () => {
  const fedAt = (late: number) => {
    const bench = new Bench();
    bench.membership.wakeAt = bench.pass(1_000);
    bench.step(
      { kind: "datagram", bytes: messageOf(n2, 1), origin: null },
      bench.pass(1_000 + late),
    );
    return bench.membership.fed.map((input) => (input.kind === "was-late" ? input.by : input.kind));
  };

  it("tells the membership by how much, before anything else", () => {
    expect(fedAt(20_001)).toEqual([20_001, "timeout", "message"]);
  });

  it("and says nothing while it is in time", () => {
    expect(fedAt(20_000)).toEqual(["message"]);
    expect(fedAt(-1)).toEqual(["message"]);
  });

  it("is not late where it wanted nothing", () => {
    const bench = new Bench();
    bench.step(timeout, bench.pass(60_000_000));
    expect(bench.membership.fed).toEqual([timeout]);
  });
});

describe("AGENT-5: an agent whose name somebody else lives under is silent", () => {
  it("reports it, and says and takes no more", () => {
    const bench = new Bench();
    bench.membership.wakeAt = bench.pass(1_000);
    const lost = { kind: "identity-lost", life: 200, address: "10.0.0.9:1" } as const;
    const outputs = bench.say({ kind: "send", targets: [n2], body: 1, isBeat: true }, event(lost), {
      kind: "send",
      targets: [n2],
      body: 2,
      isBeat: true,
    });
    expect(outputs.map(({ kind }) => kind)).toEqual(["send", "report"]);
    expect(eventsOf(outputs)).toEqual([lost]);
    bench.membership.fed.length = 0;
    expect(bench.agent.deadline()).toBeNull();
    expect(bench.agent.status(bench.now).silenced).toBe(true);
    for (const input of [timeout, { kind: "leave" }] as const) {
      expect(bench.step(input)).toEqual([]);
    }
    expect(bench.hear(messageOf(n2, 1))).toEqual([]);
    expect(bench.membership.fed).toEqual([]);
  });
});

describe("AGENT-5: a frame under its own name", () => {
  it("is fed where it is of a newer life, without its body; an echo or an old one is not", () => {
    const bench = new Bench();
    const told = [99, 100].map((bootId) => {
      return eventsOf(bench.hear(sealerOf(n1, bootId).seal("membership", ["x"])));
    });
    expect(told).toMatchObject([[{ kind: "refused", reason: "own-frame" }], []]);
    expect(bench.membership.fed).toEqual([]);
    bench.hear(sealerOf(n1, 101).seal("membership", ["x"]), "10.0.0.9:1");
    expect(bench.membership.fed).toEqual([
      { kind: "message", from: n1, life: 101, origin: "10.0.0.9:1", body: null },
    ]);
  });
});

describe("AGENT-6: frames of an old boot are told, and a board without a clock is found", () => {
  it("names both boots and the origin, once in a while, with the count since", () => {
    const bench = new Bench();
    bench.hear(messageOf(n2, 1));
    bench.membership.fed.length = 0;
    const old = sealerOf(n2, 3);
    const told = (): AgentEvent[] => eventsOf(bench.hear(old.seal("membership", 1), "10.0.0.7:1"));
    const first = {
      ...{ kind: "old-boot-heard", source: n2, bootId: 3, knownBootId: 50 },
      ...{ origin: "10.0.0.7:1", count: 1 },
    };
    expect(told()).toEqual([first]);
    for (let count = 0; count < 5; count += 1) expect(told()).toEqual([]);
    bench.now = bench.pass(refusedEvery);
    expect(told()).toEqual([{ ...first, count: 6 }]);
    expect(bench.agent.status(bench.now).refusals["old-boot"]).toBe(7);
  });

  it("and fed as such, for their sender may live and not know that it was replaced", () => {
    const bench = new Bench();
    bench.hear(messageOf(n2, 1));
    bench.membership.fed.length = 0;
    bench.hear(sealerOf(n2, 3).seal("membership", ["x"]), "10.0.0.7:1");
    expect(bench.membership.fed).toEqual([
      { kind: "old-life", from: n2, life: 3, origin: "10.0.0.7:1" },
    ]);
  });

  it("a flood of refusals is told rarely, whatever names it takes", () => {
    const bench = new Bench();
    let told = 0;
    bench.membership.answer = (input) =>
      input.kind === "message" ? [{ kind: "refused", from: input.from, reason: "malformed" }] : [];
    for (let count = 0; count < 2_000; count += 1) {
      told += eventsOf(bench.hear(messageOf(nodeId(`x${count}`), 0))).length;
    }
    expect(told).toBeGreaterThan(1);
    expect(told).toBeLessThan(70);
    expect(bench.agent.status(bench.now).refusals["membership-malformed"]).toBe(2_000);
    bench.now = bench.pass(refusedEvery);
    expect(eventsOf(bench.hear(messageOf(nodeId("y"), 0)))).toMatchObject([{ count: 1 }]);
  });
});

describe("AGENT-7: events are told with what a reader of one line misses", () => {
  it("the address of who joined, and what an accuser saw", () => {
    const bench = new Bench();
    const joined = { kind: "member-joined", member: n2, life: 5 } as const;
    const suspected = { kind: "member-suspected", member: n2, accuser: n3 } as const;
    expect(eventsOf(bench.say(event(joined)))).toEqual([{ ...joined, address: null }]);
    bench.membership.view = [{ member: n2, address: "10.0.0.2:1" } as Member];
    const evidence = {
      ...{ detector: "swim", at: instant(5), silence: millis(7), attempts: [], healthScore: 0 },
    };
    const accusations = [{ accuser: n3, heardAt: instant(9), evidence }];
    bench.membership.cases.set(n2, { accusations } as unknown as CaseFile);
    expect(
      eventsOf(
        bench.say(
          { kind: "route", member: n2, address: "10.0.0.2:1" },
          event(joined),
          event(suspected),
          event({ ...suspected, accuser: n1 }),
          event({ kind: "member-left", member: n2 }),
          { kind: "peer-suspected", peer: n2, evidence },
        ),
      ),
    ).toEqual([
      { ...joined, address: "10.0.0.2:1" },
      { ...suspected, evidence },
      { ...suspected, accuser: n1, evidence: null },
      { kind: "member-left", member: n2 },
      { kind: "peer-suspected", peer: n2, evidence },
    ]);
  });

  it("that it started, first", () => {
    const fresh = new Agent({
      ...{ now: instant(0), cluster, self: n1, bootId: 7, mac, membersMax: 8 },
      latenessMax: millis(1),
      makeMembership: () => new ScriptedMembership(),
    });
    expect(eventsOf(fresh.step(instant(0), timeout))).toEqual([{ kind: "started", bootId: 7 }]);
    expect(fresh.step(instant(0), timeout)).toEqual([]);
  });
});
