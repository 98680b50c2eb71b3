/**
 * Timings of a fleet for a kind of network, under one name each. The figures are those with which
 * memberlist is shipped (one machine, one site, many sites), so that what is known of fleets that
 * run it holds here too. So is the number of confirmations, two less than alpha: the paper's three
 * (Lifeguard, section 4.2) come late where few probe, and 10 members took 8 s for what takes 5.
 */
import type { DetectorSettings } from "../detection/detector.js";
import { type Duration, micros, millis, seconds } from "../kernel/time.js";
import type { MembershipSettings } from "./ports.js";

export const profileNames = ["local", "lan", "wan"] as const;

export type ProfileName = (typeof profileNames)[number];

interface Figures {
  readonly period: Duration;
  readonly ackTimeout: Duration;
  readonly relays: number;
  readonly suspicionAlpha: number;
  readonly lambda: number;
  readonly syncEvery: Duration;
  readonly gossipEvery: Duration;
}

const figures: Readonly<Record<ProfileName, Figures>> = {
  local: {
    ...{ period: seconds(1), ackTimeout: millis(200), relays: 1 },
    ...{ suspicionAlpha: 3, lambda: 2, syncEvery: seconds(15), gossipEvery: millis(100) },
  },
  lan: {
    ...{ period: seconds(1), ackTimeout: millis(500), relays: 3 },
    ...{ suspicionAlpha: 4, lambda: 4, syncEvery: seconds(30), gossipEvery: millis(200) },
  },
  wan: {
    ...{ period: seconds(5), ackTimeout: seconds(3), relays: 3 },
    ...{ suspicionAlpha: 6, lambda: 4, syncEvery: seconds(60), gossipEvery: millis(500) },
  },
};

export interface Profile {
  readonly detectorSettings: DetectorSettings;
  /** Without `admission`, which is no matter of the network. */
  readonly settings: Omit<MembershipSettings, "admission">;
  /** A member woken later than this after its deadline blames itself first. */
  readonly latenessMax: Duration;
}

const confirmationsBelowAlpha = 2;

/** How long a dead or left member is remembered, and can be asked about. */
const tombstoneFor = seconds(3_600);

/**
 * @param period instead of the profile's own; the other times keep their proportion to it. At least
 *   1 ms.
 */
export function profileOf(name: ProfileName, period: Duration = figures[name].period): Profile {
  const { relays, suspicionAlpha, lambda, ...times } = figures[name];
  const confirmations = suspicionAlpha - confirmationsBelowAlpha;
  const scaled = (time: Duration): Duration => micros(Math.round((time * period) / times.period));
  const ackTimeout = scaled(times.ackTimeout);
  return {
    detectorSettings: {
      ...{ period, suspectAfter: micros(3 * period), ackTimeout, relays },
      ...{ phi: 8, lifeguard: true },
    },
    settings: {
      ...{ suspicionAlpha, suspicionBeta: 6, confirmations, unreachableFor: micros(0) },
      ...{ tombstoneFor, lambda, claimsPerMessageMax: 16 },
      ...{ syncEvery: scaled(times.syncEvery), gossipEvery: scaled(times.gossipEvery) },
    },
    // Who wakes later than this may have missed answers that did come in time.
    latenessMax: micros(Math.round(ackTimeout / 2)),
  };
}
