/** All that a doctor looks at, in order, and what it makes of it. */
import { type ClockFacts, type ClockTrials, judgeClock, lookAtClock } from "./clock.js";
import type { Finding } from "./finding.js";
import { type GpioFacts, judgeGpio, lookAtGpio } from "./gpio.js";
import { judgeMachine, lookAtMachine, type MachineFacts, type OwnProcess } from "./machine.js";
import type { MachineView } from "./machine-view.js";
import {
  judgeScheduling,
  lookAtScheduling,
  type SchedulingFacts,
  type SchedulingTrials,
} from "./scheduling.js";
import { judgeSerial, lookAtSerial, type SerialFacts, type SerialTrials } from "./serial.js";
import { judgeStorage, lookAtStorage, type StorageFacts, type StorageTrials } from "./storage.js";
import {
  type Environment,
  judgeWatchdogs,
  lookAtWatchdogs,
  type WatchdogReport,
} from "./watchdog.js";

/** What was tried and measured, beside what was read. */
export interface Trials {
  readonly scheduling: SchedulingTrials;
  readonly clock: ClockTrials;
  readonly storage: StorageTrials;
  readonly serial: SerialTrials;
}

export interface DoctorReport {
  readonly machine: MachineFacts;
  readonly scheduling: SchedulingFacts;
  readonly clock: ClockFacts;
  readonly watchdog: WatchdogReport;
  readonly storage: StorageFacts;
  readonly serial: SerialFacts;
  readonly gpio: GpioFacts;
  /** By area, in the order of `doctorAreas`. */
  readonly findings: readonly Finding[];
}

export function examine(
  view: MachineView,
  trials: Trials,
  own: OwnProcess,
  env: Environment,
): DoctorReport {
  const machine = lookAtMachine(view, own);
  const scheduling = lookAtScheduling(view, trials.scheduling);
  const clock = lookAtClock(view, trials.clock);
  const watchdog = lookAtWatchdogs(view, env);
  const storage = lookAtStorage(view, trials.storage);
  const serial = lookAtSerial(view, trials.serial);
  const gpio = lookAtGpio(view);
  const findings = [
    ...judgeMachine(machine),
    ...judgeScheduling(scheduling),
    ...judgeClock(clock),
    ...judgeWatchdogs(watchdog),
    ...judgeStorage(storage),
    ...judgeSerial(serial),
    ...judgeGpio(gpio),
  ];
  return { machine, scheduling, clock, watchdog, storage, serial, gpio, findings };
}
