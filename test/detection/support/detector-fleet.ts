/** Fleets of detectors alone, without membership above them, and what they have told. */
import type {
  Detector,
  DetectorInput,
  DetectorKind,
  DetectorOutput,
  DetectorSettings,
} from "../../../src/detection/detector.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { Prng } from "../../../src/kernel/prng.js";
import { after, type Duration, type Instant, instant, millis } from "../../../src/kernel/time.js";
import type { DelayModel } from "../../../src/sim/delay.js";
import { Fleet, type FleetProtocol } from "../../../src/sim/fleet/fleet.js";

export interface DetectorFleetOptions {
  readonly kind: DetectorKind;
  readonly settings: DetectorSettings;
  readonly members: number;
  readonly seed: number;
  readonly delay: DelayModel;
  readonly loss?: number;
}

export interface Told {
  readonly at: Instant;
  readonly by: NodeId;
  readonly output: DetectorOutput;
}

export interface Suspicion {
  readonly at: Instant;
  readonly by: NodeId;
  readonly peer: NodeId;
}

/** `pi-01`, `pi-02`, ...: in the order of their names. */
export const memberNames = (count: number): NodeId[] =>
  Array.from({ length: count }, (_, index) => nodeId(`pi-${String(index + 1).padStart(2, "0")}`));

export const always = (delay: Duration): DelayModel => ({
  kind: "uniform",
  min: delay,
  max: delay,
});

/** Settings that suit every kind, and make the arithmetic of tests easy. */
export const usual: DetectorSettings = {
  period: millis(100),
  suspectAfter: millis(300),
  ackTimeout: millis(100),
  relays: 3,
  phi: 8,
  lifeguard: true,
};

/** What a detector makes of the fleet; each of its lives knows all other members from the start. */
function protocol(
  options: DetectorFleetOptions,
  members: readonly NodeId[],
  peersOf: (id: NodeId) => readonly NodeId[],
): FleetProtocol<DetectorInput, DetectorOutput> {
  return {
    make: ({ id, dice }, life, now) => {
      const peers = life === 1 ? peersOf(id) : members.filter((other) => other !== id);
      return options.kind.make({ ...options.settings, now, self: id, peers, dice });
    },
    received: ({ from, body }) => ({ kind: "message", from, body }),
    late: (by) => ({ kind: "was-late", by }),
    sent: (output) => (output.kind === "send" ? output : null),
  };
}

export class DetectorFleet {
  readonly members: readonly NodeId[];
  readonly fleet: Fleet<DetectorInput, DetectorOutput>;
  readonly told: Told[] = [];
  /** Draws for the test itself; what it draws moves nothing in the fleet. */
  readonly dice: Prng;

  private constructor(options: DetectorFleetOptions, startsAlone: boolean) {
    const dice = new Prng(options.seed);
    this.members = memberNames(options.members);
    this.dice = dice.split("test");
    this.fleet = new Fleet({
      members: this.members,
      dice,
      delay: options.delay,
      loss: options.loss ?? 0,
      latenessMax: millis(1),
      protocol: protocol(options, this.members, (id) => (startsAlone ? [] : this.othersThan(id))),
    });
    this.fleet.watch({ output: (at, by, output) => this.told.push({ at, by, output }) });
  }

  /** All at one instant, and so with one grid of periods. */
  static inStep(options: DetectorFleetOptions): DetectorFleet {
    const started = new DetectorFleet(options, false);
    for (const id of started.members) started.fleet.boot(id);
    return started;
  }

  /** Each at an instant of its own within the first period; they meet after it. */
  static inAnyPhase(options: DetectorFleetOptions): DetectorFleet {
    const started = new DetectorFleet(options, true);
    const { fleet, dice, members } = started;
    const { period } = options.settings;
    for (const id of members) {
      const at = instant(fleet.now + dice.below(period));
      fleet.schedule(at, () => fleet.boot(id));
    }
    fleet.run(after(fleet.now, period));
    for (const id of members) {
      for (const peer of started.othersThan(id)) fleet.say(id, { kind: "watch", peer });
    }
    return started;
  }

  othersThan(id: NodeId): NodeId[] {
    return this.members.filter((other) => other !== id);
  }

  detector(id: NodeId): Detector | null {
    return this.fleet.machine(id) as Detector | null;
  }

  runFor(wait: Duration): void {
    this.fleet.run(after(this.fleet.now, wait));
  }

  /** By anybody, in the order of time. */
  suspicions(): Suspicion[] {
    return this.told.flatMap(({ at, by, output }) =>
      output.kind === "peer-suspected" ? [{ at, by, peer: output.peer }] : [],
    );
  }

  /** When each of the others has first suspected the member from `since` on. */
  suspectedAt(peer: NodeId, since: Instant): Map<NodeId, Instant> {
    const first = new Map<NodeId, Instant>();
    for (const suspicion of this.suspicions()) {
      if (suspicion.peer !== peer || suspicion.at < since || first.has(suspicion.by)) continue;
      first.set(suspicion.by, suspicion.at);
    }
    return first;
  }

  /** Who is suspected by whom now, by what was told: `pi-02 by pi-01`. */
  suspectedNow(): string[] {
    const now = new Set<string>();
    for (const { by, output } of this.told) {
      if (output.kind === "peer-suspected") now.add(`${output.peer} by ${by}`);
      if (output.kind === "peer-trusted") now.delete(`${output.peer} by ${by}`);
    }
    return [...now];
  }
}
