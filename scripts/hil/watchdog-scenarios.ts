/** What a real watchdog driver does to a machine: the tests of the lane `qemu`. */
import { neverReset, resetByWatchdog, type Scenario, said } from "./scenario.js";

/** The driver's own timeout, where nobody sets another; in seconds. */
const modules = ["i6300esb:heartbeat=4"];

const chip = "/dev/watchdog0";
const replica = { DEVICES: chip, ON_STOP: "disarm" };

/** On a quiet machine they take a fifth of it: a machine that is shared has slow guests. */
const common = { modules, secondsMax: 900 };

/** Without a replica: the guest, the driver, and the lane itself. */
const chipAlone: readonly Scenario[] = [
  {
    ...common,
    name: "closed-without-word",
    proves: "a watchdog that is armed and closed without its magic word resets the machine",
    script: "closed-without-word.sh",
    variables: {},
    judge: (end) => [...resetByWatchdog(end), ...said(end, 1, "closed, state active")],
  },
  {
    ...common,
    name: "closed-with-word",
    proves: "one that is closed with it does not",
    script: "closed-with-word.sh",
    variables: {},
    judge: (end) => [...neverReset(end), ...said(end, 1, "still here, state inactive")],
  },
  {
    ...common,
    name: "panic",
    proves: "a kernel that panics while a process pets is reset",
    script: "panic.sh",
    variables: {},
    judge: (end) => [...resetByWatchdog(end), ...said(end, 1, "petted for 8 s")],
  },
];

const withReplica: readonly Scenario[] = [
  {
    ...common,
    name: "hang",
    proves: "a replica whose event loop hangs is reset by the hardware, and starts again",
    script: "hang.sh",
    variables: replica,
    judge: (end) => [
      ...resetByWatchdog(end),
      ...said(end, 1, "hangs"),
      ...said(end, 2, "boot reason watchdog"),
      ...said(end, 2, "stopped with 0, state inactive"),
    ],
  },
  {
    ...common,
    name: "hang-with-thread",
    proves: "the same where the thread's watchdog kills the process first",
    script: "hang.sh",
    variables: { ...replica, DEVICES: `thread, ${chip}` },
    judge: (end) => [
      ...resetByWatchdog(end),
      ...said(end, 1, "was killed"),
      ...said(end, 2, "boot reason watchdog"),
      ...said(end, 2, "stopped with 0, state inactive"),
    ],
  },
  {
    ...common,
    name: "killed",
    proves: "SIGKILL of a replica, without the magic word, is followed by a reset",
    script: "killed.sh",
    variables: replica,
    judge: (end) => [...resetByWatchdog(end), ...said(end, 1, "killed")],
  },
  {
    ...common,
    name: "stopped-disarmed",
    proves: "a stop in good order disarms the chip",
    script: "stopped.sh",
    variables: replica,
    judge: (end) => [
      ...neverReset(end),
      ...said(end, 1, "up, state active"),
      ...said(end, 1, "stopped with 0, state inactive"),
      ...said(end, 1, "still here, state inactive"),
    ],
  },
  {
    ...common,
    name: "stopped-kept",
    proves: "and keeps it armed with onStop: keep, so that the machine is reset",
    script: "stopped.sh",
    variables: { ...replica, ON_STOP: "keep" },
    judge: (end) => [...resetByWatchdog(end), ...said(end, 1, "stopped with 0, state active")],
  },
];

/** The longest begins first, so that nobody waits for it alone. */
export const watchdogScenarios: readonly Scenario[] = [
  {
    ...common,
    name: "healthy",
    proves: "a replica that is well for two minutes is not reset",
    script: "healthy.sh",
    variables: replica,
    judge: (end) => [
      ...neverReset(end),
      ...said(end, 1, "well for 120 s, state active"),
      ...said(end, 1, "stopped with 0, state inactive"),
      ...said(end, 1, "still here, state inactive"),
    ],
  },
  ...withReplica,
  ...chipAlone,
];
