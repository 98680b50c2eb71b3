/**
 * The stable log under the crash explorer: everything that was acknowledged is there after any loss
 * of power, and nothing is refused that was only torn. `EXPLORE_SEED=17 npx vitest run
 * test/sim/disk/log-store` runs that seed alone; `EXPLORE_SEEDS=200` that many.
 */
import { describe, expect, it } from "vitest";
import { micros, millis } from "../../../src/kernel/time.js";
import { LogStore } from "../../../src/recovery/log/log-store.js";
import { logStoreDefaults } from "../../../src/recovery/log/options.js";
import {
  type Exploration,
  type ExploreOptions,
  explore,
} from "../../../src/sim/disk/explorer/explore.js";
import { type DiskLatency, ssdLatency } from "../../../src/sim/disk/latency.js";
import { later } from "../../../src/sim/true-time.js";
import { logWorkload } from "./support/log-workload.js";
import { failureIgnored, type Sabotage, Sabotaged, sabotages } from "./support/sabotage.js";

/** Snapshots that are slower than saves, so that these go between. */
const latency: DiskLatency = {
  ...ssdLatency,
  write: { kind: "uniform", min: micros(5), max: micros(400) },
};

const storeOptions = {
  ...logStoreDefaults,
  segmentBytes: 8_192,
  groupBytesMax: 4_096,
  snapshotPieceBytes: 1_024,
  retryAfter: millis(20),
};

const usual: ExploreOptions = { seed: 1, latency, imagesMax: 6, secondCrashes: 1 };

function exploreLog(
  seed: number,
  more: Partial<ExploreOptions> = {},
  sabotage: Sabotage = { name: "none" },
): Exploration {
  const boot = (now: Parameters<typeof makeStore>[0]) => new Sabotaged(makeStore(now), sabotage);
  const workload = logWorkload(boot, {
    seed,
    asks: 14,
    pendingMax: 1 + (seed % 4),
    dataBytesMax: 1_500,
    snapshotBytesMax: 3_000,
    asFollower: seed % 2 === 0,
  });
  return explore(workload, { ...usual, seed, ...more });
}

const makeStore = (now: ConstructorParameters<typeof LogStore>[0]): LogStore =>
  new LogStore(now, storeOptions);

const only = process.env["EXPLORE_SEED"];
const count = Number(process.env["EXPLORE_SEEDS"] ?? 2);
const seeds =
  only === undefined ? Array.from({ length: count }, (_, at) => at + 1) : [Number(only)];

const nothingWrong = (seed: number, { violations, end }: Exploration): void => {
  const replay = `EXPLORE_SEED=${seed} npx vitest run test/sim/disk/log-store`;
  expect(violations, replay).toEqual([]);
  expect(end, replay).toBe("done");
};

const fewer: Partial<ExploreOptions> = { imagesMax: 2 };

/** Switched on before the `nth` request that the pattern fits. */
function once(
  nth: number,
  begin: NonNullable<ExploreOptions["faults"]>,
): NonNullable<ExploreOptions["faults"]> {
  return (disk, request, at) => {
    if (at === nth) begin(disk, request, at);
  };
}

describe("a power loss at every point of the work of a stable log", () => {
  it.each(seeds)("loses nothing that was acknowledged (seed %i)", (seed) => {
    const exploration = exploreLog(seed);
    nothingWrong(seed, exploration);
    expect(exploration.points).toBeGreaterThan(40);
  });

  // It was refused as a log that has lost its records: a snapshot was there, and no record yet.
  it("nor is a log refused whose first is the snapshot of another", () => {
    nothingWrong(102, exploreLog(102, fewer));
  });

  it.each(sabotages)("is found to lose something where $name", (sabotage) => {
    expect(exploreLog(1, fewer, sabotage).violationCount).toBeGreaterThan(0);
  });
});

describe("on a disk that fails", () => {
  it.each(seeds)("a failed sync loses nothing that was acknowledged (seed %i)", (seed) => {
    for (let nth = 4 + (seed % 5); nth < 60; nth += 19) {
      const faults = once(nth, (disk) => disk.faults.failSyncs(1));
      nothingWrong(seed, exploreLog(seed, { ...fewer, faults }));
    }
  });

  it("a log that takes a failed sync for a good one is found", () => {
    const found = [12, 16, 20, 24, 28, 32].some((nth) => {
      const faults = once(nth, (disk) => disk.faults.failSyncs(2));
      return exploreLog(1, { ...fewer, faults }, failureIgnored).violationCount > 0;
    });
    expect(found).toBe(true);
  });

  it.each(seeds)("nor does one that is full, or read-only, for a while (seed %i)", (seed) => {
    for (const nth of [15, 30]) {
      const full = once(nth, (disk) => disk.faults.fill());
      const readOnly = once(nth, (disk) => disk.faults.makeReadOnly(true));
      const healed = once(nth + 8, (disk) => {
        disk.faults.fill(null);
        disk.faults.makeReadOnly(false);
      });
      for (const begin of [full, readOnly]) {
        const faults: typeof begin = (...given) => {
          begin(...given);
          healed(...given);
        };
        nothingWrong(seed, exploreLog(seed, { ...fewer, faults, damage: heal }));
      }
    }
  });

  it.each(seeds)("nor one that stalls (seed %i)", (seed) => {
    const faults = once(25, (disk) => disk.faults.stall(later(disk.now, millis(3_000))));
    nothingWrong(seed, exploreLog(seed, { ...fewer, faults }));
  });

  const heal: NonNullable<ExploreOptions["damage"]> = (disk) => {
    disk.faults.fill(null);
    disk.faults.makeReadOnly(false);
  };
});

describe("on a disk that breaks its promises", () => {
  const damaged = { ...fewer, honesty: "damaged" } as const;

  it.each(seeds)("bit rot is refused, or what is left is a log that was (seed %i)", (seed) => {
    const damage: ExploreOptions["damage"] = (disk) => disk.faults.rot(disk.now);
    nothingWrong(seed, exploreLog(seed, { ...damaged, damage }));
  });

  it("which is no empty promise: of a log that is only torn, all that would be wrong", () => {
    const damage: ExploreOptions["damage"] = (disk) => disk.faults.rot(disk.now);
    expect(exploreLog(1, { ...fewer, damage }).violationCount).toBeGreaterThan(20);
    const faults = once(20, (disk) => disk.faults.lie(true));
    expect(exploreLog(1, { ...fewer, faults }).violationCount).toBeGreaterThan(20);
  });

  it.each(seeds)("so is a sector that cannot be read (seed %i)", (seed) => {
    const damage: ExploreOptions["damage"] = (disk) => disk.faults.makeUnreadable(disk.now);
    nothingWrong(seed, exploreLog(seed, { ...damaged, damage }));
  });

  it.each(seeds)("and what a card lost that lied about its syncs (seed %i)", (seed) => {
    const faults = once(20, (disk) => disk.faults.lie(true));
    nothingWrong(seed, exploreLog(seed, { ...damaged, faults }));
  });
});
