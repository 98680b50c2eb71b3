import { describe, expect, it } from "vitest";
import { happenings } from "../../../src/cli/demo/happenings.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant } from "../../../src/kernel/time.js";
import type { NodeEvent } from "../../../src/node/events.js";
import { evidenceOf } from "../../support/evidence.js";
import { excluded, seen } from "./support/views.js";

const channel = "pi-2/temperature";
const suspected = (silence: number): NodeEvent => ({
  ...{ kind: "peer-suspected", peer: nodeId("pi-1") },
  evidence: evidenceOf(silence),
});
const drives: NodeEvent = { kind: "lease-acquired", until: instant(1) };

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

  it("is in order of time, notes among the events, the newest kept", () => {
    const events = [seen(3, "pi-1", drives), seen(1, "pi-2", drives)];
    const notes = [{ atS: 2, text: "pi-2 killed while it drove" }];
    expect(happenings(events, notes, 8).map(({ atS }) => atS)).toEqual([1, 2, 3]);
    expect(happenings(events, notes, 2).map(({ atS }) => atS)).toEqual([2, 3]);
    expect(happenings(events, notes, 0)).toEqual([]);
    expect(happenings([], [], 8)).toEqual([]);
  });
});
