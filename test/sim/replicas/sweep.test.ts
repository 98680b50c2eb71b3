/**
 * Groups of replicas by seed, under any faults; see src/sim/replicas/run.ts. A few seeds by
 * default. As many as one likes, from any seed on:
 *
 *     HOLDFAST_SEEDS=2000 npx vitest run --config test/vitest.config.ts test/sim/replicas/sweep
 *     HOLDFAST_SEED=17 HOLDFAST_SEEDS=1 HOLDFAST_TRACE=1 npx vitest run ... (what happens in one)
 */
import { describe, expect, it } from "vitest";
import { type RunReport, runSeed } from "../../../src/sim/replicas/run.js";
import { type FaultKind, faultKinds } from "../../../src/sim/replicas/swarm.js";

const seeds = Number(process.env["HOLDFAST_SEEDS"] ?? 6);
const first = Number(process.env["HOLDFAST_SEED"] ?? 1);
const traced = process.env["HOLDFAST_TRACE"] === "1";

/** Of so many seeds each kind of fault must have touched something. */
const seedsOfAllFaults = 200;

const again = (seed: number): string =>
  `HOLDFAST_SEED=${seed} HOLDFAST_SEEDS=1 npm test -- test/sim/replicas/sweep`;

function findings({ seed, violations, unjudged }: RunReport): readonly string[] {
  const untold = unjudged.map((text) => `no verdict, so nothing was shown: ${text}`);
  return [...violations, ...untold].map((text) => `${text}\n  ${again(seed)}`);
}

/** What a sweep must have done, lest it finds nothing because nothing happened. */
class Tally {
  readonly effects = new Map<FaultKind, number>();
  readonly happened = new Map<string, number>();

  add({ effects, happened }: RunReport): void {
    for (const [kind, count] of effects) this.#count(this.effects, kind, count);
    for (const [what, count] of Object.entries(happened)) this.#count(this.happened, what, count);
  }

  #count<Key>(counts: Map<Key, number>, key: Key, more: number): void {
    counts.set(key, (counts.get(key) ?? 0) + more);
  }
}

describe("a sweep over groups of replicas", () => {
  it(`SIM-26: ${seeds} seeds from ${first} on lose, double and mistake nothing, and go on`, {
    timeout: 120_000 + seeds * 20_000,
  }, () => {
    const tally = new Tally();
    const found: string[] = [];
    for (let seed = first; seed < first + seeds; seed += 1) {
      const trace = traced ? { trace: (line: string) => console.log(line) } : {};
      const report = runSeed({ seed, ...trace });
      tally.add(report);
      found.push(...findings(report));
    }
    expect(found.slice(0, 20)).toEqual([]);
    const told = [...tally.happened].map(([what, count]) => `${count} ${what}`);
    if (seeds > 100) console.log(told.sort().join("\n"));
    if (seeds < seedsOfAllFaults) return;
    const idle = faultKinds.filter((kind) => (tally.effects.get(kind) ?? 0) === 0);
    expect(idle, "faults that never touched anything").toEqual([]);
  });

  it("SIM-13: the same seed gives the same run", () => {
    const lines = (): readonly string[] => {
      const told: string[] = [];
      const report = runSeed({ seed: first, trace: (line) => told.push(line) });
      return [...told, JSON.stringify(report.happened)];
    };
    const once = lines();
    expect(once.length).toBeGreaterThan(100);
    expect(lines()).toEqual(once);
  });
});
