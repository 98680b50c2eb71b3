/** Three replicas' lines to the real output voter, in a simulated ATmega2560 in virtual time. */
import type { OutputSpec } from "../../../../boards/board.js";
import type { Place } from "../../../../boards/bridge/frames.js";
import type { VoterEvent } from "../../../../boards/bridge/voter-events.js";
import {
  declarationsOf,
  type VotedOutput,
  VoterOutputs,
} from "../../../../boards/bridge/voter-outputs.js";
import { VoterSession } from "../../../../boards/bridge/voter-session.js";
import { atmega2560 } from "../../../../boards/simulated-avr/atmega2560.js";
import type { Microcontroller } from "../../../../boards/simulated-avr/microcontroller.js";
import { after, type Instant, micros, millis } from "../../../../src/kernel/time.js";
import { ManualClock } from "../../../host/support/manual-clock.js";
import { FramedLine, flashed } from "./avr-rig.js";

const tickEvery = 20;

const relay: OutputSpec = {
  ...{ name: "relay", unit: "1", min: 0, max: 1 },
  safe: { kind: "value", value: 0 },
};
const heater: OutputSpec = {
  ...{ name: "heater", unit: "%", min: 0, max: 100 },
  safe: { kind: "input" },
};

export const votedOutputs: readonly VotedOutput[] = [
  {
    ...{ spec: relay, number: 0, use: "output", tolerance: 0, byRight: false },
    ...{ grace: millis(60), patience: millis(200) },
  },
  {
    ...{ spec: heater, number: 1, use: "pwm", tolerance: 2, byRight: false },
    ...{ grace: millis(60), patience: millis(200) },
  },
];

export interface ReplicaOptions {
  readonly place: Place;
  readonly cluster?: string;
  readonly expected?: Place | null;
  readonly rebind?: boolean;
  readonly outputs?: readonly VotedOutput[];
}

export class VotingReplica {
  readonly session: VoterSession;
  readonly outputs: VoterOutputs;
  readonly events: VoterEvent[] = [];
  /** It does nothing. */
  stopped = false;

  constructor(
    rig: { readonly clock: ManualClock; readonly mcu: Microcontroller },
    { place, cluster = "boiler", expected = place, rebind = false, outputs }: ReplicaOptions,
  ) {
    const { clock, mcu } = rig;
    const voted = outputs ?? votedOutputs;
    const declared = declarationsOf(voted);
    if (typeof declared === "string") throw new Error(declared);
    const line = new FramedLine(mcu.lines[place + 1], (payload) => {
      if (!this.stopped) this.session.onPayload(clock.now(), payload);
    });
    this.session = new VoterSession(clock.now(), {
      ...{ cluster, rebind, place: expected, declarations: declared.declarations },
      send: (payload) => line.send(payload),
      onEvent: (_, event) => this.events.push(event),
    });
    this.outputs = new VoterOutputs({
      ...{ outputs: voted, session: this.session, lineTime: micros(3_500) },
      lineCounts: () => [],
      endLine: async () => {},
    });
  }
}

export class VoterRig {
  readonly clock = new ManualClock();
  readonly mcu = flashed(atmega2560, "voter.hex");
  readonly replicas: VotingReplica[];
  #millis = 0;

  constructor(replicas: readonly ReplicaOptions[] = [{ place: 0 }, { place: 1 }, { place: 2 }]) {
    this.replicas = replicas.map((options) => new VotingReplica(this, options));
    this.pass(300);
  }

  now(): Instant {
    return this.clock.now();
  }

  /** One more at a line of this voter. */
  join(options: ReplicaOptions): VotingReplica {
    return new VotingReplica(this, options);
  }

  later(ms: number): Instant {
    return after(this.now(), millis(ms));
  }

  at(place: number): VotingReplica {
    const replica = this.replicas[place];
    if (replica === undefined) throw new Error(`no replica ${place}`);
    return replica;
  }

  /** In milliseconds. */
  pass(ms: number): void {
    for (let count = 0; count < ms; count += 1) {
      this.clock.advance(1_000);
      this.mcu.runFor(millis(1));
      this.#millis += 1;
      if (this.#millis % tickEvery !== 0) continue;
      for (const { session, stopped } of this.replicas) if (!stopped) session.tick(this.now());
    }
  }

  /** Cycles of 50 ms, in which each replica votes what it has; null: nothing. */
  vote(
    output: string,
    values: readonly (number | null)[],
    { from, cycles, ahead = [0, 0, 0] }: { from: number; cycles: number; ahead?: number[] },
  ): void {
    for (let cycle = from; cycle < from + cycles; cycle += 1) {
      for (const [place, value] of values.entries()) {
        const number = cycle + (ahead[place] ?? 0);
        if (value === null) continue;
        this.at(place).outputs.write(this.now(), output, value, this.later(150), { cycle: number });
      }
      this.pass(50);
    }
  }

  /** The share of the time in which the pin is high; null where it is let go. */
  duty(pin: string): number | null {
    const probe = this.mcu.probe(pin);
    if (probe.level === null) return null;
    probe.takeDuty();
    this.pass(10);
    return probe.takeDuty();
  }
}
