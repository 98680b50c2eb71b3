/** One prober, fed by hand. The period is 100 ms, the time-out 30 ms, and it asks 3 relays. */
import { describe, expect, it } from "vitest";
import { attemptsMax } from "../../../src/detection/evidence.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { millis } from "../../../src/kernel/time.js";
import { HandFed, ms, pingIn, self, sends, standingOf, verdicts } from "./support/hand-fed.js";

const two = nodeId("pi-2");

describe("probing (SWIM-1)", () => {
  it("pings one peer once a period, from a random phase within the first", () => {
    const fed = new HandFed(["pi-2", "pi-3"], { relays: 0, lifeguard: false });
    const pings = fed.pass(1_000).flatMap(([at, output]) => {
      const ping = pingIn(output);
      return ping === null ? [] : [{ at, ...ping }];
    });
    expect(pings.length).toBe(10);
    expect(pings[0]?.at).toBeLessThan(millis(100));
    for (const [index, ping] of pings.slice(1).entries()) {
      expect(ping.at - (pings[index]?.at ?? 0)).toBe(millis(100));
      expect(ping.seq - (pings[index]?.seq ?? 0)).toBe(1);
    }
    expect(new Set(pings.map(({ target }) => target)).size).toBe(2);
  });

  it("woken early, does nothing", () => {
    const fed = new HandFed(["pi-2"]);
    fed.wakeOnce();
    const before = fed.prober.deadline();
    expect(fed.prober.step(fed.now, timeout)).toEqual([]);
    expect(fed.prober.deadline()).toBe(before);
  });

  it("after a sleep pings once, never in a burst", () => {
    const fed = new HandFed(["pi-2"], { lifeguard: false });
    fed.wakeOnce();
    fed.sleep(1_000);
    expect(sends(fed.prober.step(fed.now, timeout)).length).toBe(1);
    expect(fed.prober.deadline()).toBe(fed.now + millis(30));
  });

  it("goes on alone, and probes who comes", () => {
    const fed = new HandFed([]);
    expect(fed.pass(1_000)).toEqual([]);
    fed.prober.step(fed.now, { kind: "watch", peer: two });
    const [first] = fed.pass(100).flatMap(([, output]) => pingIn(output) ?? []);
    expect(first?.target).toBe("pi-2");
  });
});

describe("answering (SWIM-3)", () => {
  it("acks a ping that names this node, under the ping's number, to who sent it", () => {
    const fed = new HandFed(["pi-2"]);
    const ack = { kind: "send", targets: ["pi-2"], body: [1, 77] };
    expect(fed.message("pi-2", [0, 77, self])).toEqual([ack]);
  });

  it("does not answer for the name that its address had before", () => {
    const fed = new HandFed(["pi-2", "pi-3"]);
    expect(fed.message("pi-2", [0, 77, "old-name"])).toEqual([]);
    expect(fed.message("pi-2", [0, 77, "pi-3"])).toEqual([]);
  });
});

describe("a peer that does not answer (SWIM-4, SWIM-7)", () => {
  const peers = ["pi-2", "pi-3", "pi-4", "pi-5", "pi-6"];

  it("is asked for by others after the time-out, and suspected at the end of the period", () => {
    const fed = new HandFed(peers);
    const seq = fed.probeOf("pi-2");
    const start = fed.now / 1_000;
    const told = fed.pass(100 - 0.001);
    expect(told.length).toBe(1);
    const [at, request] = told[0] ?? [0, null];
    expect(at / 1_000 - start).toBeCloseTo(30, 9);
    expect(request).toMatchObject({ kind: "send", body: [2, seq, "pi-2"] });
    const targets = request?.kind === "send" ? request.targets : [];
    expect(new Set(targets).size).toBe(3);
    expect(targets).not.toContain("pi-2");
    expect(verdicts(fed.pass(0.001))).toEqual([[start + 100, "peer-suspected", "pi-2"]]);
  });

  it("is suspected with all that was tried, and the health under which it was", () => {
    const fed = new HandFed(peers);
    const seq = fed.probeOf("pi-2");
    const sentAt = fed.now;
    const [request] = sends(fed.pass(30).map(([, output]) => output));
    const [first, second, third] = request?.targets ?? [];
    fed.message(second as string, [3, seq]);
    fed.message(third as string, [3, seq + 1]);
    const suspicion = fed.pass(70).find(([, output]) => output.kind === "peer-suspected")?.[1];
    const asked = { sentAt: sentAt + millis(30) };
    expect(suspicion).toEqual({
      kind: "peer-suspected",
      peer: "pi-2",
      evidence: {
        detector: "swim",
        at: sentAt + millis(100),
        silence: sentAt + millis(100),
        attempts: [
          { via: null, sentAt, outcome: "unanswered" },
          { ...asked, via: first, outcome: "unanswered" },
          { ...asked, via: second, outcome: "nack" },
          { ...asked, via: third, outcome: "unanswered" },
        ],
        healthScore: 0,
      },
    });
    // The failed probe, and two nacks that did not come.
    expect(fed.prober.healthScore()).toBe(3);
  });

  it("is not suspected when it answers at the last moment", () => {
    const fed = new HandFed(peers);
    const seq = fed.probeOf("pi-2");
    fed.pass(100 - 0.001);
    fed.message("pi-2", [1, seq]);
    expect(verdicts(fed.pass(0.001))).toEqual([]);
  });

  it("is not asked for when it answers within the time-out", () => {
    const fed = new HandFed(peers);
    const seq = fed.probeOf("pi-2");
    fed.message("pi-2", [1, seq]);
    expect(fed.pass(100 - 0.001)).toEqual([]);
  });

  it("is not suspected when one relay reaches it", () => {
    const fed = new HandFed(peers);
    const seq = fed.probeOf("pi-2");
    const [request] = sends(fed.pass(30).map(([, output]) => output));
    fed.message(request?.targets[1] as string, [1, seq, 0]);
    expect(verdicts(fed.pass(70))).toEqual([]);
  });

  it("an ack of somebody who was not asked does not count, nor one with another number", () => {
    const fed = new HandFed(peers);
    const seq = fed.probeOf("pi-2");
    const [request] = sends(fed.pass(30).map(([, output]) => output));
    const stranger = peers.find((peer) => peer !== "pi-2" && !isIn(request?.targets, peer));
    fed.message(stranger as string, [1, seq]);
    fed.message(request?.targets[0] as string, [1, seq + 1]);
    expect(verdicts(fed.pass(70)).length).toBe(1);
  });

  it("SWIM-9: stays among the probed, and is suspected once", () => {
    const fed = new HandFed(["pi-2", "pi-3"], { relays: 0 });
    expect(verdicts(fed.pass(2_000)).length).toBe(2);
    const pings = fed.pass(2_000).flatMap(([, output]) => pingIn(output)?.target ?? []);
    expect(new Set(pings)).toEqual(new Set(["pi-2", "pi-3"]));
  });

  it("the evidence names so many attempts and no more", () => {
    const many = Array.from({ length: 40 }, (_, index) => `pi-${index + 10}`);
    const fed = new HandFed(many, { relays: 30 });
    const suspicion = fed.pass(200).find(([, output]) => output.kind === "peer-suspected")?.[1];
    const evidence = suspicion?.kind === "peer-suspected" ? suspicion.evidence : null;
    expect(evidence?.attempts.length).toBe(attemptsMax);
    expect(evidence?.attempts[0]?.via).toBeNull();
  });

  it("has no relays where the time-out is the whole period", () => {
    const fed = new HandFed(["pi-2", "pi-3"], { ackTimeout: millis(100) });
    const told = fed.pass(1_000).map(([, output]) => output);
    expect(sends(told).every((output) => pingIn(output) !== null)).toBe(true);
    expect(fed.statuses()).toEqual(["suspected", "suspected"]);
  });
});

const isIn = (names: readonly string[] | undefined, name: string): boolean =>
  names?.includes(name) ?? false;

describe("trust (SWIM-8)", () => {
  it.each([
    ["ping", [0, 9, "me"]],
    ["ping that names another", [0, 9, "pi-9"]],
    ["ack that is late by whole rounds", [1, 9]],
    ["request", [2, 9, "pi-3"]],
    ["nack", [3, 9]],
  ])("comes back with any word of the peer: a %s", (_name, body) => {
    const fed = new HandFed(["pi-2", "pi-3"], { relays: 0 });
    fed.pass(1_000);
    expect(fed.statuses()).toEqual(["suspected", "suspected"]);
    const trusted = { kind: "peer-trusted", peer: "pi-2" };
    expect(fed.message("pi-2", body)[0]).toEqual(trusted);
    expect(fed.message("pi-2", body)).not.toContainEqual(trusted);
    expect(fed.statuses()).toEqual(["trusted", "suspected"]);
    expect(standingOf(fed.prober, "pi-2")).toMatchObject({ silentSince: fed.now, suspicions: 1 });
  });

  it("comes back with an ack by a relay, also when the verdict was first", () => {
    const fed = new HandFed(["pi-2", "pi-3"]);
    const seq = fed.probeOf("pi-2");
    expect(verdicts(fed.pass(100)).length).toBe(1);
    expect(fed.message("pi-3", [1, seq, 0])).toContainEqual({ kind: "peer-trusted", peer: "pi-2" });
  });

  it("a late ack answers no newer probe", () => {
    const fed = new HandFed(["pi-2"], { relays: 0 });
    const seq = fed.probeOf("pi-2");
    fed.pass(100);
    fed.message("pi-2", [1, seq]);
    expect(verdicts(fed.pass(200)).map(([, kind]) => kind)).toEqual(["peer-suspected"]);
  });
});

describe("strangers, and bodies of other shapes (SWIM-13)", () => {
  it("a stranger's word has no effect, and gets no answer", () => {
    const fed = new HandFed(["pi-2"]);
    expect(fed.message("pi-9", [0, 7, self])).toEqual([]);
    expect(fed.message("pi-9", [2, 7, "pi-2"])).toEqual([]);
  });

  it("what does not parse is refused, and is no word of the peer", () => {
    const fed = new HandFed(["pi-2"], { relays: 0 });
    fed.pass(500);
    const before = fed.prober.standing();
    for (const from of ["pi-2", "pi-9"]) {
      expect(fed.message(from, [9])).toEqual([{ kind: "refused", from }]);
    }
    expect(fed.prober.standing()).toEqual(before);
  });
});

describe("watching and forgetting", () => {
  it("forgotten while it is probed, is not judged, nor known by its late ack", () => {
    const fed = new HandFed(["pi-2", "pi-3"], { relays: 0 });
    const seq = fed.probeOf("pi-2");
    fed.prober.step(fed.now, { kind: "forget", peer: two });
    expect(verdicts(fed.pass(100))).toEqual([]);
    expect(fed.message("pi-2", [1, seq])).toEqual([]);
    expect(fed.pass(500).some(([, output]) => pingIn(output)?.target === "pi-2")).toBe(false);
    expect(fed.prober.standing().map(({ peer }) => peer)).toEqual(["pi-3"]);
  });

  it("watched again, begins anew, at the end of the list", () => {
    const fed = new HandFed(["pi-2", "pi-3"], { relays: 0 });
    fed.pass(1_000);
    fed.prober.step(fed.now, { kind: "forget", peer: two });
    fed.prober.step(fed.now, { kind: "watch", peer: two });
    fed.prober.step(fed.now, { kind: "watch", peer: two });
    const fresh = { peer: "pi-2", status: "trusted", silentSince: fed.now, suspicions: 0 };
    expect(fed.prober.standing().at(-1)).toEqual(fresh);
    expect(fed.prober.standing().length).toBe(2);
  });

  it("SWIM-17: may find itself in the list, which all can share then, and is no peer of it", () => {
    const fed = new HandFed(["a", "me", "z"], { relays: 5 });
    expect(fed.prober.standing().map(({ peer }) => peer)).toEqual(["a", "z"]);
    const targets = sends(fed.pass(2_000).map(([, output]) => output)).flatMap(
      (output) => output.targets,
    );
    expect(new Set(targets)).toEqual(new Set(["a", "z"]));
  });

  it("neither watches itself nor minds forgetting a stranger", () => {
    const fed = new HandFed(["pi-2"]);
    fed.prober.step(fed.now, { kind: "watch", peer: self });
    fed.prober.step(fed.now, { kind: "forget", peer: nodeId("pi-9") });
    expect(fed.prober.standing().map(({ peer }) => peer)).toEqual(["pi-2"]);
  });
});

describe("wrong options", () => {
  it("are our own bug", () => {
    const with_ = (options: object) => () => new HandFed(["pi-2"], options);
    expect(with_({ ackTimeout: millis(101) })).toThrow("within the period");
    expect(with_({ ackTimeout: millis(0) })).toThrow("within the period");
    expect(with_({ relays: 0.5 })).toThrow("not a number of relays");
    expect(() => new HandFed(["pi-3", "pi-2"])).toThrow("not sorted");
    expect(ms(1)).toBe(1_000);
  });
});
