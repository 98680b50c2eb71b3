import { describe, expect, it } from "vitest";
import { lock, pause, unlock } from "../../../src/scheduling/executive/requests.js";
import { lasting, Rig } from "./rig.js";

/**
 * The Mars Pathfinder incident: low holds what high wants, medium wants nothing but the processor.
 */
function pathfinder(protocol: "none" | "inheritance" | number): Rig {
  const rig = new Rig().lock("bus", protocol);
  return rig
    .task("low", 10, function* () {
      yield lock("bus");
      for (let part = 0; part < 40; part += 1) {
        rig.spend(1);
        yield pause;
      }
      yield unlock("bus");
    })
    .task(
      "medium",
      20,
      function* () {
        for (let part = 0; part < 300; part += 1) {
          rig.spend(1);
          yield pause;
        }
      },
      { releases: { kind: "once", offset: lasting(15) } },
    )
    .task(
      "high",
      30,
      function* (task) {
        yield lock("bus");
        rig.note(`high has the bus after ${(task.now() - task.release) / 1_000}`);
        yield unlock("bus");
      },
      { releases: { kind: "once", offset: lasting(10) } },
    );
}

describe("the executive's locks", () => {
  it.each([
    ["none", 330],
    ["inheritance", 30],
    [30, 30],
  ] as const)("EXEC-20: under %s, high waits %i ms", (protocol, wait) => {
    const rig = pathfinder(protocol);
    expect(rig.run()).toBe("idle");
    expect(rig.notes[0]).toContain(`after ${wait}`);
  });
});
