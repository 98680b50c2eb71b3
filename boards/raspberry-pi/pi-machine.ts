/** What a machine is made of, for the boards of this room: tests bring their own. */
import { LocalMachine, type MachineView } from "../../src/host/doctor/machine-view.js";
import type { Clock } from "../../src/host/monotonic-clock.js";
import { type LoopTimer, WakeTimer } from "../../src/host/wake-timer.js";
import { everyPeriod, readSensorFile, type SensorParts } from "./analog/sensor-pins.js";
import { type GpioCalls, systemGpioCalls } from "./chardev/gpio-calls.js";
import { type PwmFiles, systemPwmFiles } from "./pwm/pwm-files.js";
import { loadOnoff, type OnoffResult } from "./sysfs/onoff-module.js";

export interface PiMachine {
  readonly view: MachineView;
  readonly gpio: GpioCalls;
  readonly pwm: PwmFiles;
  readonly loadOnoff: () => OnoffResult;
  readonly timer: (wake: () => void) => LoopTimer;
  readonly readText: SensorParts["readText"];
  readonly every: SensorParts["every"];
}

/** This machine. */
export const thisMachine = (clock: Clock): PiMachine => ({
  view: new LocalMachine(),
  gpio: systemGpioCalls(),
  pwm: systemPwmFiles,
  loadOnoff,
  timer: (wake) => new WakeTimer(clock, wake),
  readText: readSensorFile,
  every: everyPeriod,
});
