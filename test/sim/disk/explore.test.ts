/** The crash explorer finds what is wrong with a machine, and finds nothing where all is right. */
import { describe, expect, it } from "vitest";
import {
  type Exploration,
  type ExploreOptions,
  explore,
} from "../../../src/sim/disk/explorer/explore.js";
import { ssdLatency } from "../../../src/sim/disk/latency.js";
import { type Bug, keptValue } from "./support/kept-value.js";

const options: ExploreOptions = { seed: 1, latency: ssdLatency, imagesMax: 200, secondCrashes: 1 };

const failingSync = (nth: number): NonNullable<ExploreOptions["faults"]> => {
  let syncs = 0;
  return (disk, { operation }) => {
    if (operation.kind !== "sync") return;
    syncs += 1;
    if (syncs === nth) disk.faults.failSyncs(1);
  };
};

const of = (bug: Bug, more: Partial<ExploreOptions> = {}): Exploration =>
  explore(keptValue(bug), { ...options, ...more });

describe("a machine that does it right", () => {
  it("EXPLORE-1: every image of every point is tried, and none is wrong", () => {
    const exploration = of("none");
    expect(exploration.violations).toEqual([]);
    expect(exploration.end).toBe("done");
    expect(exploration.points).toBeGreaterThan(20);
    expect(exploration.exhaustedPoints).toBe(exploration.points);
    expect(exploration.images).toBeGreaterThan(2 * exploration.points);
    expect(exploration.secondCrashes).toBe(exploration.images);
  });

  it("also where a sync fails", () => {
    for (const nth of [1, 2, 3]) {
      expect(of("none", { faults: failingSync(nth) }).violations).toEqual([]);
    }
  });

  it("EXPLORE-3: a damaged image may be refused, and only a damaged one", () => {
    const damage: ExploreOptions["damage"] = (disk, dice) => {
      disk.faults.rot(disk.now, { file: "value", offset: dice.below(1_200), bit: dice.below(8) });
    };
    expect(of("none", { damage, honesty: "damaged" }).violations).toEqual([]);
    expect(of("none", { damage }).violationCount).toBeGreaterThan(0);
  });
});

describe("EXPLORE-2: planted bugs are found", () => {
  it.each<Bug>(["no-sync", "no-folder-sync", "said-too-early", "in-place"])("%s", (bug) => {
    const { violations, violationCount } = of(bug);
    expect(violationCount).toBeGreaterThan(0);
    expect(violations[0]).toMatchObject({ secondCrash: null });
  });

  it("a second sync that is trusted after a failed one", () => {
    expect(of("trusts-second-sync").violations).toEqual([]);
    expect(of("trusts-second-sync", { faults: failingSync(2) }).violationCount).toBeGreaterThan(0);
  });

  it("EXPLORE-5: a recovery that cannot bear a crash of its own", () => {
    expect(of("recovery-moves-away", { secondCrashes: 0 }).violations).toEqual([]);
    const { violations } = of("recovery-moves-away", { secondCrashes: 4 });
    expect(violations.length).toBeGreaterThan(0);
    for (const { secondCrash } of violations) expect(secondCrash).not.toBeNull();
  });
});

describe("what is not tried is told", () => {
  it("EXPLORE-4: beyond the bound images are drawn, and the point is not exhausted", () => {
    const exploration = of("none", { imagesMax: 3 });
    expect(exploration.exhaustedPoints).toBeLessThan(exploration.points);
    expect(exploration.images).toBeLessThanOrEqual(3 * exploration.points);
  });

  it("the same seed explores the same", () => {
    expect(of("no-sync", { imagesMax: 5 })).toEqual(of("no-sync", { imagesMax: 5 }));
  });
});
