/**
 * Lets microcontrollers run as fast as the clock on the wall, a step every few milliseconds. A
 * machine that is too slow, or was asleep, does not catch up for ever: what it is behind beyond
 * `behindMax` is left out and counted, so the firmware's time then goes slower than the true one.
 */

import type { Clock } from "../../src/host/monotonic-clock.js";
import { type Duration, micros, millis } from "../../src/kernel/time.js";

export interface Runnable {
  runFor(duration: Duration): void;
}

/** Time that is made up for; the rest is left out. */
export const behindMax: Duration = millis(500);

/** The longest a timer is waited for. A byte is heard so much later than on a true wire. */
const stepMilliseconds = 2;

export interface Pacing {
  stop(): void;
  /** What was left out so far. */
  leftOut(): Duration;
}

/** @param onStep after each step, for instance to hand over what the firmware has said */
export function runPaced(
  microcontrollers: readonly Runnable[],
  clock: Clock,
  onStep: () => void = () => {},
): Pacing {
  let reached = clock.now();
  let leftOut = 0;
  const step = (): void => {
    const now = clock.now();
    const behind = now - reached;
    const run = Math.min(behind, behindMax);
    leftOut += behind - run;
    reached = now;
    // In slices, so that two which are wired to each other hear one another in time.
    for (let done = 0; done < run; done += sliceMax) {
      const slice = micros(Math.min(sliceMax, run - done));
      for (const microcontroller of microcontrollers) microcontroller.runFor(slice);
    }
    onStep();
  };
  const timer = setInterval(step, stepMilliseconds);
  return { stop: () => clearInterval(timer), leftOut: () => micros(leftOut) };
}

const sliceMax = 1_000;
