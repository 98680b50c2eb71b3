/** Lifeguard in one prober, fed by hand: nacks, health, lateness; and what a relay does. */
import { describe, expect, it } from "vitest";
import { relayedMax } from "../../../src/detection/swim/relayed-probes.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { millis, seconds } from "../../../src/kernel/time.js";
import { HandFed, pingIn, self, sends, verdicts } from "./support/hand-fed.js";

/** A prober that never begins its own probes in this time. */
const relay = (peers: readonly string[], lifeguard = true): HandFed => {
  const fed = new HandFed(peers, { period: seconds(1_000), lifeguard });
  expect(fed.prober.deadline()).toBeGreaterThan(seconds(1));
  return fed;
};

const seqIn = (body: unknown): number => (body as [number, number])[1];

describe("a relay (SWIM-5)", () => {
  it("pings under its own number for the origin, and passes the ack on under the origin's", () => {
    const fed = relay(["pi-2", "pi-3"]);
    const [ping] = sends(fed.message("pi-3", [2, 500, "pi-2"]));
    const seq = seqIn(ping?.body);
    expect(ping).toEqual({ kind: "send", targets: ["pi-2"], body: [0, seq, "pi-2", "pi-3"] });
    expect(seq).not.toBe(500);
    const passed = { kind: "send", targets: ["pi-3"], body: [1, 500, 1] };
    expect(fed.message("pi-2", [1, seq, 1])).toEqual([passed]);
    expect(fed.message("pi-2", [1, seq, 1])).toEqual([]);
    expect(fed.pass(900)).toEqual([]);
  });

  it("takes no ack of another for that of the target", () => {
    const fed = relay(["pi-2", "pi-3"]);
    const [ping] = sends(fed.message("pi-3", [2, 500, "pi-2"]));
    expect(fed.message("pi-3", [1, seqIn(ping?.body)])).toEqual([]);
  });

  it("SWIM-14: does at most so much for others at once", () => {
    const names = Array.from({ length: relayedMax + 1 }, (_, index) => `m-${100 + index}`);
    const fed = relay([...names, "pi-2"]);
    const seqs = names.map((name) => seqIn(sends(fed.message(name, [2, 1, "pi-2"]))[0]?.body));
    expect(fed.message("pi-2", [1, seqs[0]])).toEqual([]);
    expect(sends(fed.message("pi-2", [1, seqs[1]]))[0]?.targets).toEqual([names[1]]);
  });
});

describe("a nack (SWIM-6)", () => {
  it("is sent at 80 % of the time-out where there was no ack, once; an ack after it passes", () => {
    const fed = relay(["pi-2", "pi-3"]);
    const [ping] = sends(fed.message("pi-3", [2, 500, "pi-2"]));
    expect(fed.pass(23.999)).toEqual([]);
    const nack = { kind: "send", targets: ["pi-3"], body: [3, 500] };
    expect(fed.pass(0.001).map(([, output]) => output)).toEqual([nack]);
    expect(fed.pass(500)).toEqual([]);
    expect(sends(fed.message("pi-2", [1, seqIn(ping?.body), 0])).length).toBe(1);
  });

  it("comes at once for a target that the relay does not know", () => {
    const nack = { kind: "send", targets: ["pi-3"], body: [3, 500] };
    expect(relay(["pi-3"]).message("pi-3", [2, 500, "pi-2"])).toEqual([nack]);
    expect(relay(["pi-3"], false).message("pi-3", [2, 500, "pi-2"])).toEqual([]);
  });

  it("comes in time where the time-out is most of the period", () => {
    const fed = new HandFed(["pi-2", "pi-3"], { period: seconds(100), ackTimeout: seconds(90) });
    fed.message("pi-3", [2, 500, "pi-2"]);
    // The origin waits for the last 10 s of its period.
    expect(fed.prober.deadline()).toBe(seconds(8));
  });

  it("SWIM-11: is not of plain SWIM", () => {
    const fed = relay(["pi-2", "pi-3"], false);
    fed.message("pi-3", [2, 500, "pi-2"]);
    expect(fed.pass(900)).toEqual([]);
  });

  it("SWIM-12: is not sent by a relay that was late itself", () => {
    const fed = relay(["pi-2", "pi-3"]);
    fed.message("pi-3", [2, 500, "pi-2"]);
    fed.sleep(100);
    fed.prober.step(fed.now, { kind: "was-late", by: millis(76) });
    const sent = sends(fed.prober.step(fed.now, timeout));
    expect(sent.every((output) => pingIn(output) !== null)).toBe(true);
  });
});

describe("local health (SWIM-10)", () => {
  const accused = (fed: HandFed, count: number): void => {
    for (let turn = 0; turn < count; turn += 1) fed.prober.step(fed.now, { kind: "accused" });
  };

  it("worsens with accusations, and heals with each probe that succeeds", () => {
    const fed = new HandFed(["pi-2"], { relays: 0 });
    accused(fed, 2);
    expect(fed.prober.healthScore()).toBe(2);
    const seq = fed.probeOf("pi-2");
    fed.message("pi-2", [1, seq]);
    expect(fed.prober.healthScore()).toBe(1);
    fed.message("pi-2", [1, seq]);
    expect(fed.prober.healthScore()).toBe(1);
  });

  it("worsens by one with a failed probe if all relays say that they live", () => {
    const fed = new HandFed(["pi-2", "pi-3", "pi-4"]);
    const seq = fed.probeOf("pi-2");
    const [request] = sends(fed.pass(30).map(([, output]) => output));
    for (const asked of request?.targets ?? []) fed.message(asked, [3, seq]);
    fed.pass(70);
    expect(fed.prober.healthScore()).toBe(1);
  });

  it("SWIM-11: stretches period and time-out, from the next probe on", () => {
    const fed = new HandFed(["pi-2", "pi-3"]);
    fed.probeOf("pi-2");
    accused(fed, 4);
    expect(fed.prober.deadline()).toBe(fed.now + millis(30));
    fed.pass(100);
    expect(fed.prober.healthScore()).toBe(6);
    expect(fed.prober.deadline()).toBe(fed.now + millis(7 * 30));
    expect(verdicts(fed.pass(699.999))).toEqual([]);
    expect(verdicts(fed.pass(0.001)).length).toBe(1);
  });

  it("SWIM-11: without Lifeguard never changes anything", () => {
    const fed = new HandFed(["pi-2", "pi-3"], { lifeguard: false });
    accused(fed, 4);
    fed.probeOf("pi-2");
    expect(verdicts(fed.pass(100)).length).toBe(1);
    expect(fed.prober.healthScore()).toBe(0);
    expect(fed.prober.deadline()).toBe(fed.now + millis(30));
  });
});

describe("a prober that was late (SWIM-12)", () => {
  const late = (fed: HandFed, by: number): void => {
    fed.prober.step(fed.now, { kind: "was-late", by: millis(by) });
  };

  it.each([true, false])(
    "judges nobody by the probe in flight; with Lifeguard: %s",
    (lifeguard) => {
      const fed = new HandFed(["pi-2", "pi-3"], { lifeguard });
      fed.probeOf("pi-2");
      fed.sleep(150);
      late(fed, 120);
      expect(fed.prober.healthScore()).toBe(lifeguard ? 1 : 0);
      const outputs = fed.prober.step(fed.now, timeout);
      expect(outputs.map(({ kind }) => kind)).toEqual(["send"]);
      expect(fed.statuses()).toEqual(["trusted", "trusted"]);
    },
  );

  it("without that word, blames the other", () => {
    const fed = new HandFed(["pi-2", "pi-3"]);
    fed.probeOf("pi-2");
    fed.sleep(150);
    const outputs = fed.prober.step(fed.now, timeout);
    expect(outputs.map(({ kind }) => kind)).toEqual(["peer-suspected", "send"]);
  });

  it("does not trust again whom it suspected before, and judges again by its next probes", () => {
    const fed = new HandFed(["pi-2"], { relays: 0, lifeguard: false });
    fed.pass(300);
    fed.sleep(500);
    late(fed, 450);
    expect(fed.statuses()).toEqual(["suspected"]);
    fed.message("pi-2", [1, 9]);
    expect(verdicts(fed.pass(100)).map(([, kind]) => kind)).toEqual(["peer-suspected"]);
  });

  it("knows the answer to the probe that it dropped as life", () => {
    const fed = new HandFed(["pi-2", "pi-3"], { lifeguard: false });
    fed.probeOf("pi-2");
    fed.pass(100);
    const seq = fed.probeOf("pi-2");
    fed.pass(30);
    fed.sleep(500);
    late(fed, 430);
    expect(fed.statuses()[0]).toBe("suspected");
    expect(fed.message("pi-3", [1, seq, 0])).toContainEqual({ kind: "peer-trusted", peer: "pi-2" });
  });
});

describe("one-way loss (SWIM-15)", () => {
  it("the target of a relayed ping says whether it heard the origin itself lately", () => {
    const fed = relay(["pi-2", "pi-3"]);
    const answer = () => sends(fed.message("pi-3", [0, 5, self, "pi-2"]))[0]?.body;
    expect(answer()).toEqual([1, 5, 0]);
    fed.message("pi-2", [0, 6, self]);
    expect(answer()).toEqual([1, 5, 1]);
  });

  it("and forgets it after a period", () => {
    const fed = new HandFed(["pi-2", "pi-3"]);
    fed.message("pi-2", [0, 6, self]);
    fed.sleep(101);
    const outputs = sends(fed.message("pi-3", [0, 5, self, "pi-2"]));
    expect(outputs[0]?.body).toEqual([1, 5, 0]);
  });

  it.each([
    [[1], "from-peer"],
    [[0], "to-peer"],
    [[], "unknown"],
  ])(
    "the origin then knows which way is lost (%j: %s), until it is reached itself",
    (flag, lost) => {
      const fed = new HandFed(["pi-2", "pi-3"]);
      const seq = fed.probeOf("pi-2");
      fed.pass(30);
      fed.message("pi-3", [1, seq, ...flag]);
      expect(fed.prober.detours()).toEqual([{ peer: "pi-2", since: fed.now, lost }]);
      const next = fed.probeOf("pi-2");
      fed.message("pi-2", [1, next]);
      expect(fed.prober.detours()).toEqual([]);
    },
  );

  it("a peer that nobody reaches is on no detour, and is suspected", () => {
    const fed = new HandFed(["pi-2", "pi-3"]);
    const seq = fed.probeOf("pi-2");
    fed.pass(30);
    fed.message("pi-3", [1, seq, 0]);
    fed.probeOf("pi-2");
    fed.pass(1_000);
    expect(fed.prober.detours()).toEqual([]);
    expect(fed.statuses()[0]).toBe("suspected");
    fed.prober.step(fed.now, { kind: "forget", peer: nodeId("pi-2") });
    expect(fed.prober.detours()).toEqual([]);
  });
});
