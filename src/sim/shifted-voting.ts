/** The voters of one simulated node, so that they can be made faulty while it runs. */
import type { SensorVoting, VotingMap } from "../control/cycle/sensor-bank.js";
import { shiftedVoter } from "../faults/voter-fault.js";
import { midValueSelect } from "../voting/mid-value-select.js";

/** By how much a vote is off, in the sensor's unit; asked at every vote. */
export type Shift = () => number;

/** By sensor. It outlives boots: flash that was written wrongly is read wrongly again. */
export type Shifts = Map<string, Shift>;

/** The voting of a node whose voters suffer what `shifts` holds when they vote. */
export function shiftedVoting(
  voting: VotingMap,
  sensors: readonly string[],
  shifts: ReadonlyMap<string, Shift>,
): VotingMap {
  return new Map(
    sensors.map((sensor): [string, SensorVoting] => {
      const healthy = voting.get(sensor) ?? {};
      const shift = () => shifts.get(sensor)?.() ?? 0;
      return [sensor, { ...healthy, voter: shiftedVoter(healthy.voter ?? midValueSelect, shift) }];
    }),
  );
}
