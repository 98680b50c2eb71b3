/** From the invariants of a scenario to the checkers that watch them. */
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Cluster } from "../cluster.js";
import type { Invariant, Scenario } from "../scenario.js";
import { trueTime } from "../true-time.js";
import { Availability } from "./availability.js";
import type { Checker } from "./checker.js";
import { Driven } from "./driven.js";
import { MachineThrows } from "./machine-throws.js";
import { NoFalseExclusion } from "./no-false-exclusion.js";
import { NoFalseReset } from "./no-false-reset.js";
import { NoFalseSuspicion } from "./no-false-suspicion.js";
import { OneDriver } from "./one-driver.js";
import { Progress } from "./progress.js";
import { VotedWithin } from "./voted-within.js";
import { VotesAgree } from "./votes-agree.js";

/** That machines do not throw, and the progress of the core, are watched in every run. */
export function makeCheckers(
  scenario: Scenario,
  cluster: Cluster,
  core: readonly NodeId[],
): readonly Checker[] {
  const checkers: Checker[] = [new MachineThrows()];
  for (const invariant of scenario.invariants) {
    checkers.push(makeChecker(invariant, scenario, cluster));
  }
  const { liveness } = scenario;
  if (liveness !== null) {
    const sensors = [...cluster.settings.channels.keys()];
    const from = trueTime(liveness.at);
    checkers.push(new Progress({ from, within: liveness.within, core, sensors }));
  }
  return checkers;
}

function makeChecker(invariant: Invariant, scenario: Scenario, cluster: Cluster): Checker {
  const startup = trueTime(scenario.startup);
  switch (invariant.kind) {
    case "one-driver":
      return new OneDriver(cluster);
    case "voted-within":
      return new VotedWithin(cluster, invariant);
    case "votes-agree":
      return new VotesAgree(cluster, invariant);
    case "no-false-exclusion":
      return new NoFalseExclusion(cluster);
    case "no-false-suspicion":
      return new NoFalseSuspicion(cluster);
    case "no-false-reset":
      return new NoFalseReset((node, now) => cluster.ledger.wasHitLately(node, now));
    case "availability":
      return new Availability({ ...invariant, startup, cycle: scenario.timing.cycle });
    case "driven":
      return new Driven(cluster, { ...invariant, startup });
    default:
      return unreachable(invariant);
  }
}
