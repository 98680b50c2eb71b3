/** Several paths: each is a network of its own, and who has one left is not faulty. */
import { describe, expect, it } from "vitest";
import type { NodeId } from "../../src/kernel/ids.js";
import { type Duration, micros, millis, seconds } from "../../src/kernel/time.js";
import { Node } from "../../src/node/node.js";
import type { NodeInput, NodeOutput } from "../../src/node/ports.js";
import { FaultLedger } from "../../src/sim/fault-ledger.js";
import type { FaultAction, FaultSpec, LinkSelection, Scenario } from "../../src/sim/scenario.js";
import type { NodeMachine } from "../../src/sim/surroundings.js";
import { trueTime } from "../../src/sim/true-time.js";
import { checksumMac } from "../../src/wire/mac.js";
import { evidenceOf } from "../support/evidence.js";
import { a, b, c, once, perfectNetwork, quiet, run } from "./support/scenarios.js";
import { toyWorld } from "./support/toy-world.js";

const steady = (delayUs: number) => ({
  ...perfectNetwork,
  delay: { kind: "uniform", min: micros(delayUs), max: micros(delayUs) } as const,
});

const cut = (path: LinkSelection["path"], more: Partial<LinkSelection> = {}): FaultAction => ({
  ...{ kind: "partition", oneWay: false, path },
  from: { kind: "one", target: { kind: "node", node: a } },
  to: { kind: "all" },
  ...more,
});

const doubled: Scenario = {
  ...quiet,
  furtherPaths: [{ name: "serial", model: steady(1_500) }],
};

describe("several paths (SIM-22)", () => {
  it("carry each frame once each, with their own delays, and tell which they are", () => {
    const bytes = new Uint8Array([7]);
    const { world, machine } = toyWorld({
      paths: [
        { name: "udp", model: steady(100) },
        { name: "serial", model: steady(2_000) },
      ],
      onBeat: (node, beat) =>
        node === a && beat === 1 ? [{ kind: "send", targets: [b], bytes }] : [],
    });
    world.run(trueTime(millis(50)));
    const frames = machine(b).steps.filter(({ input }) => input.kind === "datagram");
    expect(frames.map(({ input }) => input)).toEqual([
      { kind: "datagram", bytes },
      { kind: "datagram", bytes, path: 1 },
    ]);
    const [first, second] = frames.map(({ now }) => now);
    expect((second ?? 0) - (first ?? 0)).toBe(1_900);
  });

  it("are cut each for itself, and there is no other", () => {
    const { world } = toyWorld({
      paths: [
        { name: "udp", model: steady(100) },
        { name: "serial", model: steady(100) },
      ],
    });
    expect(world.networks()).toHaveLength(2);
    expect(world.networks("serial")).toEqual([world.networks()[1]]);
    expect(() => world.networks("radio")).toThrow("there is no path radio");
  });

  it("make a run that is quiet when one is cut, tells what is lost, and can be had again", () => {
    const faults = [once("cut", cut("udp"), seconds(4), seconds(4))];
    const report = run({ ...doubled, faults });
    expect(run({ ...doubled, faults })).toEqual(report);
    const { verdict, falseAlarms, faults: reported, counts } = report;
    expect(verdict).toBe("passed");
    expect(falseAlarms).toEqual([]);
    expect(counts.blocked).toBeGreaterThan(100);
    expect(reported[0]).toMatchObject({ targets: ["a"], takenOverAt: null });
    expect(reported[0]?.detectedAt).toBeGreaterThan(4_300_000);
    expect(reported[0]?.isolatedAt).toBeLessThan(5_000_000);
    expect(reported[0]?.recoveredAt).toBeGreaterThan(8_000_000);
  });
});

/** A node that suspects a peer at four seconds, whatever it hears. */
class Slanderer implements NodeMachine {
  readonly #node: Node;
  readonly #speaks: boolean;
  #at: number | null = null;

  constructor(node: Node, speaks: boolean) {
    this.#node = node;
    this.#speaks = speaks;
  }

  step(now: Parameters<Node["step"]>[0], input: NodeInput | { readonly kind: "timeout" }) {
    const outputs: readonly NodeOutput[] = this.#node.step(now, input);
    this.#at ??= now;
    if (!this.#speaks || now - this.#at < seconds(4)) return outputs;
    const event = { kind: "peer-suspected", peer: a, evidence: evidenceOf(1) } as const;
    return [...outputs, { kind: "report", event } as const];
  }

  deadline() {
    return this.#node.deadline();
  }
}

describe("the checker of suspicions (SIM-22)", () => {
  const mac = checksumMac(new Uint8Array(32).fill(0x5a));
  const verdictOf = (...paths: readonly (string | null)[]) =>
    run(
      {
        ...{ ...doubled, duration: seconds(5), startup: seconds(1) },
        faults: paths.map((path, index) => once(`cut ${index}`, cut(path), seconds(4), seconds(5))),
        invariants: [{ kind: "no-false-suspicion" }],
      },
      {
        makeMachine: (settings, { node: self, now, bootId }) =>
          new Slanderer(new Node({ settings, self, now, bootId, mac }), self === b),
      },
    ).violations.map(({ checker }) => checker);

  it("takes a suspicion of who has a path left for a false one", () => {
    expect(verdictOf("udp")).toEqual(["no-false-suspicion"]);
    expect(verdictOf("serial")).toEqual(["no-false-suspicion"]);
  });

  it("and of who has none for a right one", () => {
    expect(verdictOf("udp", "serial")).toEqual([]);
    expect(verdictOf(null)).toEqual([]);
  });
});

describe("the book of faults (SIM-22)", () => {
  const at = (ms: number) => trueTime(ms * 1_000);
  const paths = ["udp", "serial"].map((name) => ({ name, silenceMax: seconds(1) }));
  const aToB = [a, b] as const;
  const bToA = [b, a] as const;
  type Link = readonly [NodeId, NodeId];

  function bookOf(settle: Duration = micros(0)) {
    const ledger = new FaultLedger(settle, { nodes: [a, b, c], paths });
    const open = (path: string | null, nodes: readonly NodeId[], links: readonly Link[]) => {
      const spec: FaultSpec = once("cut", cut(path), seconds(1), null);
      const more = { nodes, links, channels: [], hitDriver: false };
      return ledger.open({ spec, firedAt: at(1_000), ...more });
    };
    const faulty = (now: number) => [a, b, c].filter((node) => ledger.isNodeFaulty(node, at(now)));
    return { ledger, open, faulty };
  }

  it("calls nobody faulty whose paths are not all cut", () => {
    const { open, faulty, ledger } = bookOf();
    open("udp", [a], [aToB, bToA]);
    expect(faulty(2_000)).toEqual([]);
    expect(ledger.wasHit(a, at(0), at(3_000))).toBe(false);
    expect(ledger.wasHitLately(a, at(2_000))).toBe(false);
  });

  it("calls those faulty whom faults of all paths hit on one link, for so long", () => {
    const { ledger, open, faulty } = bookOf(seconds(1));
    open("udp", [a], [aToB, bToA]);
    const serial = open("serial", [a], [aToB]);
    expect(faulty(2_000)).toEqual([a]);
    expect(ledger.wasHit(a, at(2_000), at(3_000))).toBe(true);
    ledger.close(serial, at(3_000));
    expect(faulty(3_999)).toEqual([a]);
    expect(faulty(4_000)).toEqual([]);
  });

  it("not where one path is left in each direction", () => {
    const { open, faulty } = bookOf();
    open("udp", [a], [aToB]);
    open("serial", [a], [bToA]);
    expect(faulty(2_000)).toEqual([]);
  });

  it("whichever end of the link each of the faults names", () => {
    const { open, faulty } = bookOf();
    open("udp", [a], [aToB]);
    open("serial", [b], [aToB]);
    expect(faulty(2_000)).toEqual([a, b]);
  });

  it("and whom a fault of all paths hits", () => {
    const { open, faulty } = bookOf();
    open(null, [a], [aToB]);
    expect(faulty(2_000)).toEqual([a]);
  });
});
