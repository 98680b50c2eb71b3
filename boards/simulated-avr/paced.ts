/**
 * Lets microcontrollers run as fast as the clock on the wall, a step every few milliseconds. What a
 * busy machine has not got done it makes up for afterwards, so that the firmware's clock stays true
 * in the long run: whoever reckons by it would take its samples for old ones else. Only what it is
 * behind beyond `behindMax` is left out, and counted.
 */
import type { Clock } from "../../src/host/monotonic-clock.js";
import { type Duration, micros, seconds } from "../../src/kernel/time.js";

export interface Runnable {
  runFor(duration: Duration): void;
}

/** Time that is made up for; the rest is left out. */
export const behindMax: Duration = seconds(5);

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
  let reached: number = clock.now();
  let leftOut = 0;
  let timer: NodeJS.Timeout;
  const step = (): void => {
    const behind = clock.now() - reached;
    const tooMuch = Math.max(0, behind - behindMax);
    const run = Math.min(behind - tooMuch, stepMax);
    leftOut += tooMuch;
    reached += tooMuch + run;
    // In slices, so that all of them are at about the same time.
    for (let done = 0; done < run; done += sliceMax) {
      const slice = micros(Math.min(sliceMax, run - done));
      for (const microcontroller of microcontrollers) microcontroller.runFor(slice);
    }
    onStep();
    // Even while it catches up, what others say to it is heard in between.
    timer = setTimeout(step, clock.now() - reached > stepMax ? 0 : stepMilliseconds);
  };
  timer = setTimeout(step, stepMilliseconds);
  return { stop: () => clearTimeout(timer), leftOut: () => micros(leftOut) };
}

const sliceMax = 1_000;

/** In microseconds, of the microcontrollers' time: what is done before others are heard again. */
const stepMax = 10_000;
