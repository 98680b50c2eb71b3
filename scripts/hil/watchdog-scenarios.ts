/** What a real watchdog driver does to a machine: the tests of the lane `qemu`. */
import { neverReset, resetByWatchdog, type Scenario, said } from "./scenario.js";

/** The driver's own timeout, where nobody sets another; in seconds. */
const modules = ["i6300esb:heartbeat=4"];

export const watchdogScenarios: readonly Scenario[] = [
  {
    name: "closed-without-word",
    proves: "a watchdog that is armed and closed without its magic word resets the machine",
    script: "closed-without-word.sh",
    variables: {},
    modules,
    secondsMax: 90,
    judge: (end) => [...resetByWatchdog(end), ...said(end, 1, "closed, state active")],
  },
  {
    name: "closed-with-word",
    proves: "one that is closed with it does not",
    script: "closed-with-word.sh",
    variables: {},
    modules,
    secondsMax: 90,
    judge: (end) => [...neverReset(end), ...said(end, 1, "still here, state inactive")],
  },
  {
    name: "panic",
    proves: "a kernel that panics while a process pets is reset",
    script: "panic.sh",
    variables: {},
    modules,
    secondsMax: 90,
    judge: (end) => [...resetByWatchdog(end), ...said(end, 1, "petted for 8 s")],
  },
];
