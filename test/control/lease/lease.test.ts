import { describe, expect, it } from "vitest";
import { Lease, type LeaseInput, type LeaseOutput } from "../../../src/control/lease/lease.js";
import { holderLength } from "../../../src/control/lease/length.js";
import { Rounds, roundsOpenMax } from "../../../src/control/lease/rounds.js";
import type { GiveUpReason } from "../../../src/control/right/ports.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { type Instant, instant, millis } from "../../../src/kernel/time.js";
import { Clock, nanosPerMilli, World } from "./world.js";

const nodes = ["pi-1", "pi-2", "pi-3"].map(nodeId);
const [one, two, three] = nodes as [NodeId, NodeId, NodeId];
const ms = (count: number): Instant => instant(count * 1_000);
const belief = holderLength(millis(30), 200);
const bootId = 4;

function lease(self: NodeId = one, all: readonly NodeId[] = nodes): Lease {
  const times = { period: millis(10), length: millis(30), driftMaxPpm: 200 };
  return new Lease({ now: ms(0), self, bootId, nodes: all, ...times });
}

const eligible: LeaseInput = { kind: "eligible", eligible: true };
const grant = (from: NodeId, round: number, forBoot = bootId): LeaseInput => ({
  kind: "grant",
  from,
  bootId: forBoot,
  round,
});
const request = (from: NodeId, round: number): LeaseInput => ({
  kind: "request",
  from,
  bootId: 1,
  round,
});
const release = (from: NodeId, round: number): LeaseInput => ({
  kind: "release",
  from,
  bootId: 1,
  round,
});
const kinds = (outputs: readonly LeaseOutput[]) => outputs.map((output) => output.kind);

/** Of rank 0, so that it asks at 30 ms, and holds at 31 ms by the grant of another. */
function holding(): Lease {
  const machine = lease();
  machine.step(ms(0), eligible);
  machine.step(ms(30), timeout);
  machine.step(ms(31), grant(two, 1));
  expect(machine.holder()).toEqual({ self: true, holder: one, until: instant(30_000 + belief) });
  return machine;
}

describe("asking", () => {
  it("LEASE-4: begins only when the silence after the start is over", () => {
    const machine = lease();
    expect(machine.step(ms(0), eligible)).toEqual([]);
    expect(machine.deadline()).toBe(ms(30));
    expect(machine.step(instant(29_999), timeout)).toEqual([]);
    expect(machine.step(ms(30), timeout)).toEqual([{ kind: "send-request", round: 1 }]);
  });

  it("LEASE-10: comes in turn by rank, those suspected left out", () => {
    const machine = lease(three);
    machine.step(ms(0), eligible);
    machine.step(ms(30), timeout);
    expect(machine.deadline()).toBe(ms(35));
    machine.step(ms(31), { kind: "peer-suspected", peer: two });
    expect(machine.deadline()).toBe(instant(32_500));
    machine.step(ms(32), { kind: "peer-trusted", peer: two });
    expect(machine.deadline()).toBe(ms(35));
    expect(machine.step(ms(35), timeout)).toEqual([{ kind: "send-request", round: 1 }]);
  });

  it("LEASE-10: the replica whose promise has ended comes last, in every view", () => {
    const machine = lease(two);
    machine.step(ms(0), eligible);
    machine.step(ms(30), request(one, 1));
    expect(machine.deadline()).toBe(ms(60));
    expect(kinds(machine.step(ms(60), timeout))).toEqual(["send-request"]);

    const former = holding();
    expect(kinds(former.step(ms(33), { kind: "give-up", reason: "late" }))).toEqual([
      "lost",
      "send-release",
    ]);
    expect(former.deadline()).toBe(ms(43));
  });

  it("LEASE-9: nobody asks while a promise to another runs", () => {
    const machine = lease(two);
    machine.step(ms(0), eligible);
    for (let round = 1; round <= 20; round += 1) {
      const outputs = machine.step(ms(20 + round * 10), request(one, round));
      expect(outputs).toEqual([{ kind: "send-grant", target: one, bootId: 1, round }]);
    }
    expect(machine.deadline()).toBe(ms(250));
  });

  it("LEASE-13: is not for one that may not hold, though it votes", () => {
    const machine = lease();
    expect(machine.step(ms(30), timeout)).toEqual([]);
    expect(machine.deadline()).toBeNull();
    expect(kinds(machine.step(ms(40), request(three, 1)))).toEqual(["send-grant"]);
  });

  it("LEASE-13: is not for one that hears no majority, until it does", () => {
    const machine = lease();
    machine.step(ms(0), eligible);
    machine.step(ms(1), { kind: "peer-suspected", peer: two });
    machine.step(ms(2), { kind: "peer-suspected", peer: three });
    expect(machine.step(ms(30), timeout)).toEqual([]);
    expect(machine.deadline()).toBeNull();
    expect(kinds(machine.step(ms(90), { kind: "peer-trusted", peer: two }))).toEqual([
      "send-request",
    ]);
  });

  it("LEASE-11: ends after a period without a majority, and comes again later each time", () => {
    const machine = lease(two);
    machine.step(ms(0), eligible);
    const asked: Instant[] = [];
    let released = 0;
    for (let count = 0; count < 11; count += 1) {
      const now = machine.deadline() as Instant;
      for (const output of machine.step(now, timeout)) {
        if (output.kind === "send-request") asked.push(now);
        if (output.kind === "send-release") released += 1;
      }
    }
    expect(asked.slice(0, 5)).toEqual([32.5, 52.5, 82.5, 132.5, 182.5].map(ms));
    expect(released).toBe(asked.length);
  });
});

describe("a grant", () => {
  function asking(): Lease {
    const machine = lease();
    machine.step(ms(0), eligible);
    machine.step(ms(30), timeout);
    return machine;
  }

  it("LEASE-3: of a majority gives the lease, counted from the sending of the request", () => {
    const until = instant(30_000 + belief);
    expect(asking().step(ms(37), grant(two, 1))).toEqual([{ kind: "acquired", until }]);
  });

  it.each([
    ["to an earlier boot of ours", grant(two, 1, bootId - 1)],
    ["to a round that was never sent", grant(two, 2)],
    ["of a stranger", grant(nodeId("pi-9"), 1)],
    ["that claims to be our own", grant(one, 1)],
  ])("LEASE-6: %s does not count", (_, input) => {
    const machine = asking();
    expect(machine.step(ms(31), input)).toEqual([]);
    expect(machine.holder().self).toBe(false);
  });

  it("LEASE-6: of one voter counts once", () => {
    const five = ["pi-1", "pi-2", "pi-3", "pi-4", "pi-5"].map(nodeId);
    const machine = lease(one, five);
    machine.step(ms(0), eligible);
    machine.step(ms(30), timeout);
    expect(machine.step(ms(31), grant(two, 1))).toEqual([]);
    expect(machine.step(ms(31), grant(two, 1))).toEqual([]);
    expect(kinds(machine.step(ms(32), grant(three, 1)))).toEqual(["acquired"]);
  });

  it("LEASE-6: to an attempt that was given up does not count", () => {
    const machine = asking();
    expect(machine.step(ms(40), timeout)).toEqual([{ kind: "send-release", round: 1 }]);
    expect(machine.step(ms(41), grant(two, 1))).toEqual([]);
  });

  it("LEASE-3: that comes after the lease would have ended is worth nothing", () => {
    const machine = asking();
    expect(kinds(machine.step(instant(30_000 + belief), grant(two, 1)))).toEqual(["send-release"]);
    expect(kinds(asking().step(instant(30_000 + belief - 1), grant(two, 1)))).toContain("acquired");
  });
});

describe("holding", () => {
  it("renews each period, and each renewal counts from its own sending", () => {
    const machine = holding();
    expect(machine.step(ms(40), timeout)).toEqual([{ kind: "send-request", round: 2 }]);
    const until = instant(40_000 + belief);
    expect(machine.step(ms(44), grant(three, 2))).toEqual([{ kind: "extended", until }]);
    expect(machine.step(ms(45), grant(two, 2))).toEqual([]);
  });

  it("LEASE-6: a late grant to an earlier renewal never shortens the lease", () => {
    const machine = holding();
    machine.step(ms(40), timeout);
    machine.step(ms(50), timeout);
    const until = instant(50_000 + belief);
    expect(machine.step(ms(51), grant(two, 3))).toEqual([{ kind: "extended", until }]);
    expect(machine.step(ms(52), grant(two, 2))).toEqual([]);
    expect(machine.holder().until).toBe(until);
  });

  it("LEASE-7: ends at its time in a step of any kind, before anything else", () => {
    const inputs: (LeaseInput | typeof timeout)[] = [
      timeout,
      eligible,
      grant(two, 1),
      request(two, 1),
      release(two, 1),
      { kind: "give-up", reason: "late" },
      { kind: "peer-suspected", peer: two },
    ];
    for (const input of inputs) {
      const outputs = holding().step(instant(30_000 + belief), input);
      expect(outputs[0]).toEqual({ kind: "lost", reason: "expired" });
      expect(outputs[1]).toEqual({ kind: "send-release", round: 1 });
      expect(kinds(outputs).filter((kind) => kind === "lost")).toHaveLength(1);
    }
  });

  it("LEASE-7: and not a microsecond before, at which its deadline does not ask either", () => {
    const machine = holding();
    for (const at of [40, 50]) machine.step(ms(at), timeout);
    expect(machine.deadline()).toBe(instant(30_000 + belief));
    expect(machine.step(instant(30_000 + belief - 1), timeout)).toEqual([]);
  });

  it.each<GiveUpReason>(["late", "state-fault", "app-fault", "released"])(
    "LEASE-8: is given up as `%s`, first here and then among the others",
    (reason) => {
      const machine = holding();
      expect(machine.step(ms(35), { kind: "give-up", reason })).toEqual([
        { kind: "lost", reason },
        { kind: "send-release", round: 1 },
      ]);
      expect(machine.holder()).toEqual({ self: false, holder: null, until: null });
      expect(machine.step(ms(36), grant(three, 1))).toEqual([]);
      expect(kinds(machine.step(ms(36), request(two, 1)))).toEqual(["send-grant"]);
    },
  );

  it("LEASE-8: is given up by one that may no longer hold", () => {
    const outputs = holding().step(ms(35), { kind: "eligible", eligible: false });
    expect(outputs[0]).toEqual({ kind: "lost", reason: "released" });
  });

  it("LEASE-8: an attempt is given up too, and giving up nothing tells nothing", () => {
    const machine = lease();
    machine.step(ms(0), eligible);
    expect(machine.step(ms(5), { kind: "give-up", reason: "late" })).toEqual([]);
    machine.step(ms(30), timeout);
    const outputs = machine.step(ms(31), { kind: "give-up", reason: "late" });
    expect(outputs).toEqual([{ kind: "send-release", round: 1 }]);
    expect(machine.step(ms(32), grant(two, 1))).toEqual([]);
  });

  it("is possible for one alone, whose own vote is the majority", () => {
    const machine = lease(one, [one]);
    machine.step(ms(0), eligible);
    expect(kinds(machine.step(ms(30), timeout))).toEqual(["send-request", "acquired"]);
    expect(kinds(machine.step(ms(40), timeout))).toEqual(["send-request", "extended"]);
  });
});

describe("a restart", () => {
  /** pi-1 holds by the vote of pi-2, which then forgets it; pi-3 asks pi-2. */
  function overlaps(pretendsToBeOld: boolean): number {
    const cut = new Set(["pi-1>pi-3", "pi-3>pi-1"]);
    const world = new World({
      nodes,
      period: millis(10),
      length: millis(30),
      driftMaxPpm: 200,
      network: (source, target) => (cut.has(`${source}>${target}`) ? [] : [0]),
      clockOf: () => new Clock(0, 100_000, 0),
    });
    for (const node of nodes) world.boot(node);
    world.input(one, eligible);
    world.run(45 * nanosPerMilli);
    for (const end of ["pi-1>pi-2", "pi-2>pi-1"]) cut.add(end);
    world.crash(two);
    if (pretendsToBeOld) world.boot(two, millis(30));
    else world.boot(two);
    world.input(three, eligible);
    world.run(150 * nanosPerMilli);
    expect(world.checker.holdersAt(world.now)).toEqual([three]);
    return world.checker.overlaps.length;
  }

  it("LEASE-4: of a voter lets nobody hold who should not", () => {
    expect(overlaps(false)).toBe(0);
  });

  it("LEASE-4: and would, if the voter did not wait", () => {
    expect(overlaps(true)).toBeGreaterThan(0);
  });
});

describe("the rounds", () => {
  it("LEASE-17: at most so many are open, and the oldest makes room", () => {
    const rounds = new Rounds(3);
    for (let round = 1; round <= roundsOpenMax + 1; round += 1) rounds.open(round, ms(round));
    expect(rounds.openCount).toBe(roundsOpenMax);
    expect(rounds.grant(1, one) ?? rounds.grant(1, two)).toBeNull();
    expect(rounds.grant(2, one)).toBeNull();
    expect(rounds.grant(2, two)).toBe(ms(2));
    expect(rounds.openCount).toBe(roundsOpenMax - 1);
  });

  it("are opened in order", () => {
    const rounds = new Rounds(3);
    rounds.open(2, ms(0));
    expect(() => rounds.open(2, ms(1))).toThrow("is not new");
  });
});
