import { describe, expect, it } from "vitest";
import { EventLog, type EventLogger, linesPerSecondMax } from "../../src/host/event-log.js";
import { nodeId } from "../../src/kernel/ids.js";
import type { NodeEvent } from "../../src/node/events.js";
import { evidenceOf } from "../support/evidence.js";
import { ManualClock } from "./support/manual-clock.js";

interface Line {
  readonly level: string;
  readonly heldBack?: number;
  readonly text: string;
}

const order = ["trace", "debug", "info", "warn", "error"];

function rig(least = "info") {
  const clock = new ManualClock();
  const lines: Line[] = [];
  const put = (level: string) => (fields: object, text: string) => {
    lines.push({ level, text, ...(fields as { heldBack?: number }) });
  };
  const methods = Object.fromEntries(order.map((level) => [level, put(level)]));
  const isLevelEnabled = (level: string) => order.indexOf(level) >= order.indexOf(least);
  const log = new EventLog({ ...methods, isLevelEnabled } as unknown as EventLogger);
  const tell = (event: NodeEvent, times = 1) => {
    for (let index = 0; index < times; index += 1) log.tell(clock.now(), event);
  };
  return { clock, lines, tell };
}

const refused = (reason: string): NodeEvent => ({ kind: "refused", reason, source: null });

describe("the event log", () => {
  it("limits a flood of one reason, and counts what it held back (LOG-1)", () => {
    const { clock, lines, tell } = rig();
    tell(refused("bad-tag"), 1_000);
    expect(lines).toHaveLength(linesPerSecondMax);
    clock.advance(1_000_000);
    tell(refused("bad-tag"));
    expect(lines.at(-1)).toMatchObject({ level: "warn", heldBack: 1_000 - linesPerSecondMax });
    tell(refused("bad-tag"));
    expect(lines.at(-1)).not.toHaveProperty("heldBack");
  });

  it("does not let a flood of one reason hide another, or another kind (LOG-1)", () => {
    const { lines, tell } = rig();
    tell(refused("bad-tag"), 100);
    tell(refused("stranger"));
    tell({ kind: "peer-suspected", peer: nodeId("b"), evidence: evidenceOf(1) });
    expect(lines.slice(linesPerSecondMax).map(({ text }) => text)).toEqual([
      "refused a datagram of nobody known: stranger",
      "suspects b, silent for 0.0 ms",
    ]);
  });

  it("bounds the reasons that it counts apart (LOG-1)", () => {
    const { lines, tell } = rig();
    for (let index = 0; index < 10_000; index += 1) tell(refused(`reason-${index}`));
    expect(lines.length).toBeLessThan(100);
  });

  it("tells votes and repeated frames only to those who ask", () => {
    const quiet = rig("info");
    quiet.tell(refused("replayed"));
    expect(quiet.lines).toEqual([]);
    const curious = rig("debug");
    curious.tell(refused("replayed"));
    expect(curious.lines).toMatchObject([{ level: "debug" }]);
  });

  it.each([
    [{ kind: "app-faulted", reason: "threw", message: "x" }, "error"],
    [{ kind: "supervision-stopped", entities: [] }, "error"],
    [{ kind: "supervision-began" }, "info"],
    [{ kind: "peer-trusted", peer: nodeId("b") }, "info"],
  ] as [NodeEvent, string][])("gives %j its urgency", (event, level) => {
    const { lines, tell } = rig();
    tell(event);
    expect(lines).toMatchObject([{ level }]);
  });
});
