import { describe, expect, it } from "vitest";
import { happenings } from "../../../src/cli/demo/happenings.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant, millis } from "../../../src/kernel/time.js";
import type { NodeEvent } from "../../../src/node/events.js";
import { evidenceOf } from "../../support/evidence.js";
import { excluded, seen } from "./support/views.js";

const channel = "pi-2/temperature";
const suspected = (silence: number): NodeEvent => ({
  ...{ kind: "peer-suspected", peer: nodeId("pi-1") },
  evidence: evidenceOf(silence),
});
const pi1 = nodeId("pi-1");
const accused = (accuser: string): NodeEvent => ({
  ...{ kind: "member-suspected", member: pi1 },
  accuser: nodeId(accuser),
});
const died = (by: string): NodeEvent => ({
  ...{ kind: "member-died", member: pi1 },
  case: {
    ...{ member: pi1, life: 1, incarnation: 0, suspicion: null, healthScore: 0, lateAt: null },
    accusations: [{ accuser: nodeId(by), heardAt: instant(1), evidence: null }],
    ...{ declaredBy: nodeId(by), declaredAt: instant(2), refutedAt: null, returnedLife: null },
  },
});
const drives: NodeEvent = { kind: "lease-acquired", until: instant(1), token: 1 };

describe("what happened last", () => {
  it("is one line when three replicas tell one fact, in whatever order", () => {
    const events = ["pi-3", "pi-1", "pi-2"].map((node, index) =>
      seen(5 + index / 100, node, excluded(channel)),
    );
    expect(happenings(events, [], 8)).toEqual([
      {
        atS: 5,
        nodes: ["pi-1", "pi-2", "pi-3"],
        text: `excluded ${channel}: STUCK, transient value`,
      },
    ]);
  });

  it("is one line though each measured a little else, and something else came between", () => {
    const events = [
      seen(5, "pi-2", suspected(150_000)),
      seen(5.01, "pi-2", drives),
      seen(5.02, "pi-3", suspected(156_000)),
    ];
    expect(happenings(events, [], 8).map(({ nodes }) => nodes)).toEqual([
      ["pi-2", "pi-3"],
      ["pi-2"],
    ]);
  });

  it("keeps apart facts of another channel, much later, told again, or of oneself", () => {
    const apart: readonly (readonly [NodeEvent, NodeEvent, string, number])[] = [
      [excluded(channel), excluded("pi-3/temperature"), "pi-2", 5.1],
      [excluded(channel), excluded(channel), "pi-2", 6.5],
      [excluded(channel), excluded(channel), "pi-1", 5.1],
      [drives, drives, "pi-2", 5.1],
    ];
    for (const [first, second, teller, atS] of apart) {
      const lines = happenings([seen(5, "pi-1", first), seen(atS, teller, second)], [], 8);
      expect(lines, JSON.stringify([second, teller])).toHaveLength(2);
    }
  });

  it("says nothing of paths, for there is one", () => {
    const peer = nodeId("pi-1");
    const events: NodeEvent[] = [
      { kind: "path-lost", peer, path: "udp", direction: "none" },
      { kind: "peer-cut", peer },
      { kind: "peer-trusted", peer },
    ];
    const lines = happenings(
      events.map((event) => seen(5, "pi-2", event)),
      [],
      8,
    );
    expect(lines.map(({ text }) => text)).toEqual(["hears pi-1 again"]);
  });

  it("is one line when the group tells what detectors have told; one accuser is enough", () => {
    const events = [
      seen(5, "pi-2", suspected(150_000)),
      seen(5, "pi-2", accused("pi-2")),
      seen(5.01, "pi-3", accused("pi-2")),
      seen(5.02, "pi-3", suspected(156_000)),
      seen(5.3, "pi-2", died("pi-2")),
      seen(5.31, "pi-3", died("pi-3")),
      seen(7, "pi-3", { kind: "peer-trusted", peer: pi1 }),
      seen(7, "pi-3", { kind: "member-replaced", member: pi1, life: 2, formerLife: 1 }),
      seen(7.1, "pi-2", { kind: "peer-trusted", peer: pi1 }),
    ];
    expect(happenings(events, [], 8).map(({ nodes, text }) => [text, ...nodes])).toEqual([
      ["suspects pi-1, silent for 150.0 ms", "pi-2", "pi-3"],
      ["gives pi-1 up for dead", "pi-2", "pi-3"],
      ["pi-1 is back in a new life", "pi-2", "pi-3"],
    ]);
    expect(happenings([seen(5, "pi-3", accused("pi-2"))], [], 8)).toMatchObject([
      { nodes: ["pi-3"], text: "pi-1 is suspected by pi-2" },
    ]);
  });

  it("is a line again when the same is told again, though the group said it between", () => {
    const events = [
      seen(5, "pi-2", suspected(150_000)),
      seen(5.1, "pi-2", accused("pi-3")),
      seen(5.2, "pi-2", suspected(150_000)),
    ];
    expect(happenings(events, [], 8)).toHaveLength(2);
  });

  it("is without what only doubles another line, and who leads, whom nobody sees act", () => {
    const events = [
      seen(5, "pi-1", { kind: "leader-changed", leader: pi1 }),
      seen(5, "pi-1", { kind: "verdicts-suspended", by: millis(90) }),
      seen(5, "pi-1", { kind: "accusation-refuted", by: nodeId("pi-2"), incarnation: 1 }),
      seen(5, "pi-2", accused("pi-2")),
    ];
    expect(happenings(events, [], 8)).toEqual([]);
    const late = { kind: "was-late", by: millis(90) } as const;
    expect(happenings([seen(5, "pi-1", late)], [], 8)).toHaveLength(1);
  });

  it("is in order of time, notes among the events, the newest kept", () => {
    const events = [seen(3, "pi-1", drives), seen(1, "pi-2", drives)];
    const notes = [{ atS: 2, text: "pi-2 killed while it drove" }];
    expect(happenings(events, notes, 8).map(({ atS }) => atS)).toEqual([1, 2, 3]);
    expect(happenings(events, notes, 2).map(({ atS }) => atS)).toEqual([2, 3]);
    expect(happenings(events, notes, 0)).toEqual([]);
    expect(happenings([], [], 8)).toEqual([]);
  });
});
