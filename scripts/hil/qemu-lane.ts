/** The lane with a real watchdog driver: a kernel in an emulated machine, and a replica in it. */
import type { Step } from "../lane-report.js";
import { failedOnce, passedOnce } from "../lane-report.js";
import type { GuestImage } from "./guest-image.js";
import { type GuestTest, guestLane, indented, tell } from "./guest-lane.js";
import type { Lane } from "./lane.js";
import { type GuestEnd, runGuest } from "./machine.js";
import { judgeEnd, type Scenario } from "./scenario.js";
import { storyText } from "./story.js";
import { watchdogScenarios } from "./watchdog-scenarios.js";

/** @param only the scenarios to run; all where it is empty */
export const qemuLane = (only: readonly string[]): Lane =>
  guestLane({
    name: "qemu",
    proves: "a real watchdog driver and a replica, in a machine that is emulated",
    tests: watchdogScenarios.map(testOf),
    only,
    atOnce: 2,
  });

const testOf = (scenario: Scenario): GuestTest => ({
  name: scenario.name,
  run: (image) => runScenario(scenario, image),
});

async function runScenario(scenario: Scenario, image: GuestImage): Promise<Step> {
  const end = await runGuest({ ...scenario, image });
  const complaints = judgeEnd(scenario, end);
  const ok = complaints.length === 0;
  tell(`${ok ? "ok" : "FAILED"}  ${scenario.name}: ${scenario.proves} (${end.seconds} s)`);
  if (!ok) tell(failureText(complaints, end));
  return {
    name: `qemu/${scenario.name}`,
    counts: ok ? passedOnce : failedOnce,
    seconds: end.seconds,
  };
}

const failureText = (complaints: readonly string[], { story, folder }: GuestEnd): string =>
  indented([...complaints, storyText(story), `all that it left is in ${folder}`]);
