/** Evidence as a file and in words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant } from "../../../src/kernel/time.js";
import {
  encodeEvidence,
  evidenceBytesMax,
  parseEvidence,
} from "../../../src/watchdog/evidence/format.js";
import { causeText, evidenceLines } from "../../../src/watchdog/evidence/text.js";
import { type EvidenceRecord, entriesMax } from "../../../src/watchdog/evidence.js";
import { evidence } from "./support/records.js";

const pathfinder: EvidenceRecord = evidence({
  cause: "supervision",
  at: instant(5_000_000),
  entities: [
    {
      ...{ entity: "bus", status: "failed", fault: "deadline of 125 ms missed" },
      lastCheckpoint: instant(4_800_000),
    },
    { entity: "heartbeat", status: "ok", fault: null, lastCheckpoint: null },
  ],
  tasks: [
    {
      ...{ task: "high", state: "blocked", base: 30, effective: 30 },
      ...{ holds: [], waitsFor: "information-bus" },
    },
    { task: "medium", state: "running", base: 20, effective: 20, holds: [], waitsFor: null },
    {
      ...{ task: "low", state: "ready", base: 10, effective: 30 },
      ...{ holds: ["information-bus"], waitsFor: null },
    },
  ],
  entries: ["+1.000000 timeout -> read"],
});

describe("an evidence record", () => {
  it("EVID-1: is read back as it was written", () => {
    expect(parseEvidence(encodeEvidence(pathfinder))).toEqual({ ok: true, record: pathfinder });
  });

  it("EVID-2: is bounded whatever it is given, and keeps the newest steps", () => {
    const long = "x".repeat(50_000);
    const many = Array.from({ length: 500 }, (_, index) => `${index} ${long}`);
    const task = { task: long, state: "ready", base: 1, effective: 1, holds: many, waitsFor: long };
    const entity = { entity: long, status: "ok", fault: long, lastCheckpoint: null };
    const text = encodeEvidence(
      evidence({
        ...{ error: long, recording: long, entries: many },
        entities: Array(500).fill(entity),
        tasks: Array(3).fill(task),
      }),
    );
    expect(text.length).toBeLessThan(evidenceBytesMax);
    const reading = parseEvidence(text);
    expect(reading.ok && reading.record.entries).toHaveLength(entriesMax);
    expect(reading.ok && reading.record.entries.at(-1)).toMatch(/^499 x/);
  });

  const good = encodeEvidence(evidence({}));
  const refusals: Readonly<Record<string, [text: string, expected: RegExp]>> = {
    "an empty file": ["", /one object of JSON/],
    "one that was cut": [good.slice(0, good.length / 2), /cut by a power failure/],
    "another schema": [good.replace("evidence/1", "evidence/2"), /the schema/],
    "a cause that is none": [good.replace('"hang"', '"moon"'), /the cause/],
    "no time": [good.replace('"at": 5000000', '"at": -1'), /the time/],
    "a file that is too large": [good + " ".repeat(evidenceBytesMax), /at most/],
  };
  it.each(Object.entries(refusals))("EVID-3: %s is refused", (_name, [text, expected]) => {
    expect(parseEvidence(text)).toEqual({ ok: false, expected: expect.stringMatching(expected) });
  });

  it("EVID-3: leaves out what cannot be read, and never throws", () => {
    const spoiled = good.replace('"entities": []', '"entities": [{"entity": 7}, null, "x"]');
    expect(spoiled).not.toBe(good);
    expect(parseEvidence(spoiled)).toMatchObject({ ok: true, record: { entities: [] } });
    fc.assert(fc.property(fc.json(), (text) => parseEvidence(text).ok === false));
    fc.assert(
      fc.property(
        fc.json(),
        fc.constantFrom("running", "tasks", "entries", "error"),
        (json, key) =>
          parseEvidence(JSON.stringify({ ...JSON.parse(good), [key]: JSON.parse(json) as unknown }))
            .ok,
      ),
    );
  });

  it("EVID-4: names who was late, the lock, its holder, and whom that kept waiting", () => {
    const lines = evidenceLines(pathfinder);
    expect(lines[0]).toBe(
      "a, boot 7, 2026-01-01T00:00:00.000Z: bus failed, and the pets were withheld",
    );
    expect(lines).toContain(
      "bus: failed (deadline of 125 ms missed), last checkpoint 0.200 s before",
    );
    expect(lines).toContain("heartbeat: ok, last checkpoint never");
    expect(lines).toContain(
      "task high: blocked, priority 30; waits for information-bus, which low holds",
    );
    expect(lines).toContain(
      "task low: ready, priority 10, runs at 30; holds information-bus, for which high waits",
    );
    expect(lines.slice(-2)).toEqual(["last 1 steps:", "  +1.000000 timeout -> read"]);
  });

  it("EVID-4: says where it hung, from outside to inside, and what threw", () => {
    const since = instant(4_000_000);
    const hung = evidence({
      running: [
        { kind: "input", what: "readings", since },
        { kind: "entity", what: "control-cycle", since },
      ],
    });
    expect(causeText(hung)).toBe("it hung in control-cycle");
    expect(evidenceLines(hung).slice(1, 3)).toEqual([
      "the machine was fed with readings for 1.000 s",
      "  it ran the code of control-cycle",
    ]);
    expect(causeText(evidence({}))).toBe("it did not pet");
    const crash = evidenceLines(evidence({ cause: "crash", error: "a bug: no\n at x" }));
    expect(crash.slice(0, 3)).toEqual([
      expect.stringMatching(/it crashed$/),
      "a bug: no",
      "   at x",
    ]);
  });
});
