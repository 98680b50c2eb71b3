/** Studies for the tests: a period of 100 ms, and networks from perfect to bad. */
import { type Duration, micros, millis } from "../../../../src/kernel/time.js";
import type { DelayModel } from "../../../../src/sim/delay.js";
import { contenders } from "../../../../src/sim/fleet/contenders.js";
import {
  type Contender,
  type FleetStudy,
  studiedMembership,
} from "../../../../src/sim/fleet/study.js";

export const period = millis(100);

const uniform = (min: Duration, max: Duration): DelayModel => ({ kind: "uniform", min, max });

/** Synchronous: messages are not lost, and an answer is always there before anybody despairs. */
export const synchronous = uniform(millis(1), millis(10));

/** Asynchronous as far as the detectors know: many a message takes longer than their time-outs. */
export const jittery = uniform(millis(1), millis(400));

export function studyOf(nodes: number, given: Partial<FleetStudy> = {}): FleetStudy {
  return {
    nodes,
    loss: 0,
    delay: synchronous,
    detector: {
      period,
      suspectAfter: micros(3 * period),
      ackTimeout: micros(period / 2),
      relays: 3,
      phi: 8,
    },
    membership: studiedMembership(period),
    tellsLateness: false,
    ...given,
  };
}

export function contender(name: string): Contender {
  const found = contenders.get(name);
  if (found === undefined) throw new Error(`no contender ${name}`);
  return found;
}
