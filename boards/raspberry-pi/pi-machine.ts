/** What a machine is made of, for the boards of this room: tests bring their own. */
import { LocalMachine, type MachineView } from "../../src/host/doctor/machine-view.js";
import type { Clock } from "../../src/host/monotonic-clock.js";
import { type LoopTimer, WakeTimer } from "../../src/host/wake-timer.js";
import { everyPeriod, readSensorFile, type SensorParts } from "./analog/sensor-pins.js";
import type { LineGuards } from "./chardev/chardev-back-end.js";
import { type GpioCalls, systemGpioCalls } from "./chardev/gpio-calls.js";
import { askGuards, guardFolder } from "./guard/guard-folder.js";
import { pause } from "./pause.js";
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
  readonly guards: LineGuards;
  /** Calls when this process ends by itself; what it returns takes that back. */
  readonly atExit: (act: () => void) => () => void;
  /** Where guards are asked. */
  readonly guardFolder: string;
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
  guards: { ask: (label, offset) => askGuards(guardFolder(), label, offset), pause },
  guardFolder: guardFolder(),
  atExit: (act) => {
    process.on("exit", act);
    return () => process.off("exit", act);
  },
});
