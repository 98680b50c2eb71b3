/**
 * The replicated state of a simulated cluster, and the disks below it. Where a scenario says
 * nothing it is as a config has it, on solid-state disks, and nobody writes settings: what is kept
 * then is the right to drive.
 */

import type { NodeId } from "../kernel/ids.js";
import { type Duration, micros, millis, seconds } from "../kernel/time.js";
import type { StateSettings } from "../node/state-settings.js";
import { sdCardLatency, ssdLatency } from "../sim/disk/latency.js";
import type { ScenarioState } from "../sim/scenario.js";
import type { KeyPath } from "./problem.js";
import { formatDuration } from "./quantity.js";
import type { ScenarioFile } from "./scenario-schema.js";
import { electionOf, heartbeatDefault, heartbeatsMin } from "./state.js";

/** As a config has them where nobody says otherwise; every node is a voter. */
const defaults: Omit<StateSettings, "group" | "heartbeat" | "election"> = {
  leaseReads: false,
  stallAfter: millis(500),
  snapshotEvery: seconds(3_600),
  bytesPerHourMax: null,
};

export function scenarioStateOf(
  { state = {} }: ScenarioFile,
  nodes: readonly NodeId[],
  complain: (path: KeyPath, message: string) => void,
): ScenarioState {
  const { heartbeat = heartbeatDefault } = state;
  const { election = electionOf(heartbeat) } = state;
  complainOfElection(heartbeat, election, complain);
  return {
    settings: {
      ...defaults,
      ...{ heartbeat, election },
      group: new Map(nodes.map((node) => [node, "voter"])),
    },
    disk: state.disk === "card" ? sdCardLatency : ssdLatency,
    writeEvery: state.writes ?? null,
  };
}

function complainOfElection(
  heartbeat: Duration,
  election: Duration,
  complain: (path: KeyPath, message: string) => void,
): void {
  const least = micros(heartbeatsMin * heartbeat);
  if (election >= least) return;
  const expected = `${formatDuration(least)} (${heartbeatsMin} heartbeats) or more`;
  complain(["state", "election"], `expected ${expected}, got ${formatDuration(election)}`);
}
