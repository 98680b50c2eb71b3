/**
 * A fleet of bare detectors: no membership carries their bodies or makes them forget anybody. They
 * all share one list of the members, and each finds itself in it.
 */
import type {
  Detector,
  DetectorInput,
  DetectorKind,
  DetectorOutput,
  DetectorSettings,
} from "../../../../src/detection/detector.js";
import { type NodeId, nodeId } from "../../../../src/kernel/ids.js";
import { Prng } from "../../../../src/kernel/prng.js";
import { type Duration, type Instant, instant, millis } from "../../../../src/kernel/time.js";
import type { DelayModel } from "../../../../src/sim/delay.js";
import { Fleet, type FleetProtocol } from "../../../../src/sim/fleet/fleet.js";
import { worldBegins } from "../../../../src/sim/true-time.js";

export type DetectorFleet = Fleet<DetectorInput, DetectorOutput>;

export interface DetectorFleetOptions {
  readonly kind: DetectorKind;
  readonly members: number;
  readonly seed: number;
  readonly loss?: number;
  readonly delay?: DelayModel;
  readonly settings?: Partial<DetectorSettings>;
}

export const period: Duration = millis(100);

export const swimSettings: DetectorSettings = {
  period,
  suspectAfter: millis(300),
  ackTimeout: millis(30),
  relays: 3,
  phi: 8,
  lifeguard: false,
};

/** A round trip through a relay takes at most 8 ms: far less than any time-out. */
const shortDelay: DelayModel = { kind: "uniform", min: millis(1), max: millis(2) };

/** Names in the order of `<`. */
export const memberNames = (count: number): readonly NodeId[] =>
  Array.from({ length: count }, (_, index) => nodeId(`m-${String(index).padStart(5, "0")}`));

/** When a fleet has run for so many periods, a fraction too. */
export const atPeriod = (count: number): Instant =>
  instant(worldBegins + Math.round(count * period));

function protocolOf(
  kind: DetectorKind,
  settings: DetectorSettings,
  members: readonly NodeId[],
): FleetProtocol<DetectorInput, DetectorOutput> {
  return {
    make: ({ id, dice }, life, now): Detector => {
      const own = dice.split(`life ${life}`);
      return kind.make({ ...settings, now, self: id, peers: members, dice: own });
    },
    received: ({ from, body }) => ({ kind: "message", from, body }),
    late: (by) => ({ kind: "was-late", by }),
    sent: (output) => (output.kind === "send" ? output : null),
  };
}

/** All members are up. */
export function detectorFleet(options: DetectorFleetOptions): DetectorFleet {
  const { kind, seed, loss = 0, delay = shortDelay } = options;
  const members = memberNames(options.members);
  const settings = { ...swimSettings, ...options.settings };
  const protocol = protocolOf(kind, settings, members);
  const dice = new Prng(seed);
  const fleet = new Fleet({ members, dice, delay, loss, latenessMax: millis(10), protocol });
  for (const member of members) fleet.boot(member);
  return fleet;
}

export const detectorOf = (fleet: DetectorFleet, member: NodeId): Detector =>
  fleet.machine(member) as Detector;
