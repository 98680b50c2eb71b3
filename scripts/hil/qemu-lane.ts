/** The lane with an emulated machine: a real kernel, and the drivers of real hardware. */
import type { Step } from "../lane-report.js";
import { failedOnce, passedOnce } from "../lane-report.js";
import { Unavailable } from "./debian.js";
import { type GuestImage, prepareGuest } from "./guest-image.js";
import type { Lane, LaneRun } from "./lane.js";
import { type GuestEnd, runGuest } from "./machine.js";
import { judgeEnd, type Scenario } from "./scenario.js";
import { storyText } from "./story.js";
import { watchdogScenarios } from "./watchdog-scenarios.js";

/** An emulated processor takes a whole one. */
const guestsAtOnce = 2;

const tell = (line: string): void => console.log(line);

/** @param only the scenarios to run; all where it is empty */
export const qemuLane = (only: readonly string[]): Lane => ({
  name: "qemu",
  proves: "a real watchdog driver and a replica, in a machine that is emulated",
  run: () =>
    runAll(watchdogScenarios.filter(({ name }) => only.length === 0 || only.includes(name))),
});

async function runAll(scenarios: readonly Scenario[]): Promise<LaneRun> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { kind: "skipped", reason: "the guest shares the programs of an x64 Linux" };
  }
  try {
    const image = await prepareGuest(tell);
    tell(`the guest runs Linux ${image.version}`);
    return { kind: "ran", steps: await severalAtOnce(scenarios, image) };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { kind: "skipped", reason: error.message };
  }
}

/** In the order of the table, whichever ended first. */
async function severalAtOnce(scenarios: readonly Scenario[], image: GuestImage): Promise<Step[]> {
  const steps: Step[] = [];
  const waiting = [...scenarios.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, scenario] = next;
      steps[index] = await runScenario(scenario, image);
    }
  };
  await Promise.all(Array.from({ length: guestsAtOnce }, work));
  return steps;
}

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
  [...complaints, ...storyText(story).split("\n"), `all that it left is in ${folder}`]
    .map((line) => `        ${line}`)
    .join("\n");
