/**
 * The tasks of the craft and the lock that they share. Nothing here knows of watchdogs: each task
 * is written as if it had the computer to itself, and that is how such a fault comes about.
 *
 * Work is done in slices of a millisecond, since tasks of one thread give way only between two
 * yields. Numbers are of the right size, and chosen so that the three meet.
 */
import { millis } from "../../src/kernel/time.js";
import type { ResourceProtocol } from "../../src/scheduling/contention/ports.js";
import type { Executive } from "../../src/scheduling/executive/executive.js";
import {
  lock,
  nextRelease,
  pause,
  type Steps,
  unlock,
} from "../../src/scheduling/executive/requests.js";
import type { VirtualTime } from "../../src/scheduling/executive/run-virtually.js";
import type { TaskSettings } from "../../src/scheduling/executive/task.js";
import { priority } from "../../src/scheduling/priority.js";

/** What instruments and the bus hand their messages over through. */
export const bus = "information-bus";

/** How long the distribution of a bus cycle may take: the next one is set up then. */
export const distributionMax = millis(100);

export interface Craft {
  readonly executive: Executive;
  readonly time: VirtualTime;
  /** Called by the distribution when it begins and when it is done. */
  readonly checkpoint: (name: "begin" | "done") => void;
}

export function equip(craft: Craft, protocol: ResourceProtocol): void {
  const { executive, time } = craft;
  executive.addLock({ name: bus, protocol });
  for (const task of [busDistribution(craft), communications(time), meteo(time)]) {
    const { kind } = executive.add(time.now, task);
    if (kind !== "added") throw new Error(`${task.name} could not be added`);
  }
}

/** High: hands on what came over the bus, 8 times a second. On the craft it was `bc_dist`. */
const busDistribution = ({ time, checkpoint }: Craft): TaskSettings => ({
  name: "bus-distribution",
  base: priority(30),
  releases: { kind: "periodic", period: millis(125), offset: millis(10) },
  deadline: distributionMax,
  *body(): Steps<void> {
    for (;;) {
      checkpoint("begin");
      yield* work(time, 2);
      yield* withBus(() => work(time, 3));
      checkpoint("done");
      yield nextRelease;
    }
  },
});

/** Medium: talks to Earth now and then, for long, and has no business with the bus at all. */
const communications = (time: VirtualTime): TaskSettings => ({
  name: "communications",
  base: priority(20),
  releases: { kind: "periodic", period: millis(1_000), offset: millis(1_013) },
  *body(): Steps<void> {
    for (;;) {
      yield* work(time, 300);
      yield nextRelease;
    }
  },
});

/** Low: hands over what the weather instruments measured. On the craft it was the ASI/MET task. */
const meteo = (time: VirtualTime): TaskSettings => ({
  name: "meteo",
  base: priority(10),
  releases: { kind: "periodic", period: millis(1_000) },
  *body(): Steps<void> {
    for (;;) {
      yield* work(time, 1);
      yield* withBus(() => work(time, 20));
      yield nextRelease;
    }
  },
});

function* work(time: VirtualTime, slices: number): Steps<void> {
  for (let slice = 0; slice < slices; slice += 1) {
    time.spend(millis(1));
    yield pause;
  }
}

function* withBus(inside: () => Steps<void>): Steps<void> {
  const { kind } = yield lock(bus);
  if (kind !== "taken") throw new Error(`the ${bus} was not to be had: ${kind}`);
  yield* inside();
  yield unlock(bus);
}
