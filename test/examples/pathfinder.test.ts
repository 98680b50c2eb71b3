/** The incident, without inheritance and with it: same tasks, same instants, another protocol. */
import { describe, expect, it } from "vitest";
import { fly } from "../../examples/pathfinder/mission.js";
import type { ResourceProtocol } from "../../src/scheduling/contention/ports.js";
import { priority } from "../../src/scheduling/priority.js";
import { isBuilt, startNode } from "../host/support/built.js";

const texts = (mission: ReturnType<typeof fly>): string =>
  mission.entries.map(({ at, text }) => `${at / 1_000} ${text}`).join("\n");

describe("without inheritance", () => {
  const mission = fly({ kind: "none" });

  it("the medium task keeps the low one from running, and the high one misses its deadline", () => {
    expect(mission.deadlinesMissed).toBe(1);
    expect(texts(mission)).toContain(
      "1012 bus-distribution waits for the information-bus, which meteo holds",
    );
    expect(texts(mission)).not.toMatch(/instead of/);
  });

  it("the dog is petted until then, and resets the craft its patience after the last pet", () => {
    expect(mission.pets).toBe(23);
    expect(mission.resetAt).toBe(1_250_000);
  });

  it("the evidence names the task that was late, the one that held it up, and the lock", () => {
    const { evidence } = mission;
    expect(evidence).toMatchObject({ cause: "supervision", at: 1_111_000 });
    expect(evidence?.entities).toEqual([
      {
        entity: "bus-distribution",
        status: "expired",
        fault: expect.stringContaining('"done" has not come'),
        lastCheckpoint: 1_010_000,
      },
    ]);
    expect(evidence?.tasks.filter(({ task }) => task !== "communications")).toEqual([
      {
        task: "bus-distribution",
        state: "waits-for-lock",
        base: 30,
        effective: 30,
        holds: [],
        waitsFor: "information-bus",
      },
      {
        task: "meteo",
        state: "ready",
        base: 10,
        effective: 10,
        holds: ["information-bus"],
        waitsFor: null,
      },
    ]);
    expect(evidence?.entries.at(-2)).toContain("MISSES ITS DEADLINE");
  });
});

describe.each<{ name: string; protocol: ResourceProtocol }>([
  { name: "inheritance", protocol: { kind: "inheritance" } },
  { name: "a ceiling", protocol: { kind: "ceiling", ceiling: priority(30) } },
])("with $name", ({ protocol }) => {
  const mission = fly(protocol);

  it("no deadline is missed, no pet is withheld, and nothing is reset", () => {
    expect(mission.deadlinesMissed).toBe(0);
    expect(mission.evidence).toBeNull();
    expect(mission.resetAt).toBeNull();
    // From the start on, each 50 ms, to the end of the mission.
    expect(mission.pets).toBe(58);
  });

  it("the high task waits for the rest of the low one's work with the bus, and no longer", () => {
    const responses = texts(mission).matchAll(/bus-distribution is done, (\d+) ms/g);
    const worst = Math.max(...[...responses].map(([, response]) => Number(response)));
    // 5 ms of its own, and at most the 20 ms for which the bus is held.
    expect(worst).toBeGreaterThan(5);
    expect(worst).toBeLessThanOrEqual(25);
  });

  it("the low task is raised, and falls back", () => {
    expect(texts(mission)).toMatch(/meteo runs at priority 30 instead of 10/);
    expect(texts(mission)).toMatch(/meteo runs at priority 10 instead of 30/);
  });
});

const built = "examples/pathfinder/main.js";

describe.skipIf(!isBuilt([built]))("main.js", () => {
  const run = (...words: string[]) => startNode([`dist/${built}`, ...words]).ended;

  it("tells both halves", async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(stdout).toContain("meteo: ready, priority 10, runs at 10, holds information-bus");
    expect(stdout).toContain("deadlines missed: 1; pets: 23; RESET at 1250 ms");
    expect(stdout).toContain("deadlines missed: 0; pets: 58; no reset");
  });

  it("knows no other protocol", async () => {
    const { code, stderr } = await run("prayer");
    expect(code).toBe(2);
    expect(stderr).toContain("none, inheritance or ceiling");
  });
});
