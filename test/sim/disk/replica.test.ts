/**
 * A whole replica, alone in its group, under the crash explorer: each command that was answered is
 * there, and each that was asked for once more is applied exactly once. `EXPLORE_SEEDS=50` tries so
 * many seeds, `EXPLORE_SEED=17` that one.
 */
import { describe, expect, it } from "vitest";
import {
  type Exploration,
  type ExploreOptions,
  explore,
} from "../../../src/sim/disk/explorer/explore.js";
import { ssdLatency } from "../../../src/sim/disk/latency.js";
import { replicaWorkload } from "./support/replica-workload.js";
import { type Sabotage, Sabotaged, sabotages } from "./support/sabotage.js";

const only = process.env["EXPLORE_SEED"];
const count = Number(process.env["EXPLORE_SEEDS"] ?? 2);
const seeds =
  only === undefined ? Array.from({ length: count }, (_, at) => at + 1) : [Number(only)];

function exploreReplica(
  seed: number,
  more: Partial<ExploreOptions> = {},
  sabotage: Sabotage = { name: "none" },
): Exploration {
  const work = { seed, sessions: 1 + (seed % 3), commands: 6 };
  const workload = replicaWorkload(work, (replica) => new Sabotaged(replica, sabotage));
  return explore(workload, {
    ...{ seed, latency: ssdLatency, imagesMax: 2, secondCrashes: 1 },
    ...more,
  });
}

function nothingWrong(seed: number, { violations, end, points }: Exploration): void {
  const replay = `EXPLORE_SEED=${seed} npx vitest run test/sim/disk/replica`;
  expect(violations, replay).toEqual([]);
  expect(end, replay).toBe("done");
  expect(points).toBeGreaterThan(40);
}

describe("a power loss at every point of the work of a replica", () => {
  it.each(seeds)("loses no command that was answered, and doubles none (seed %i)", (seed) => {
    nothingWrong(seed, exploreReplica(seed));
  });

  it("the work has what is hard about it: snapshots beside the log", () => {
    const kinds = new Set<string>();
    const faults: ExploreOptions["faults"] = (_, { operation }) => kinds.add(operation.kind);
    exploreReplica(2, { imagesMax: 0, faults });
    for (const kind of ["create", "write", "rename", "sync-folder"]) {
      expect(kinds).toContain(kind);
    }
  });

  it.each(sabotages)("is found to lose something where $name", (sabotage) => {
    expect(
      exploreReplica(1, { imagesMax: 2, secondCrashes: 0 }, sabotage).violationCount,
    ).toBeGreaterThan(0);
  });
});
