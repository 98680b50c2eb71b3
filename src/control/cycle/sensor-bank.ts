/** The voters of all sensors of the app, side by side, each behind its channel health. */
import { assert } from "../../kernel/assert.js";
import type { Duration, Instant } from "../../kernel/time.js";
import { type Closing, type HealthOptions, SensorVoter } from "../../voting/sensor-voter.js";
import type { Sample, Voter } from "../../voting/voter.js";
import { encodeBody } from "../../wire/cbor.js";
import type { App } from "../app.js";
import type { ChannelMap } from "../channels.js";
import type { ChannelCommand, CommandRefusal } from "./overrides.js";
import type { WatchedSensor } from "./voter-watch.js";

/** How one sensor is voted; what is absent is the app's own choice, or the voting room's. */
export interface SensorVoting {
  readonly voter?: Voter;
  /** In the sensor's unit, more than 0. */
  readonly tolerance?: number;
  readonly health?: Partial<HealthOptions>;
}

/** By sensor of the app; a sensor may be missing. */
export type VotingMap = ReadonlyMap<string, SensorVoting>;

export interface SensorBankOptions {
  readonly app: App;
  readonly channels: ChannelMap;
  readonly ageMax: Duration;
  readonly voting: VotingMap;
}

/**
 * What snapshots may weigh together on the wire, so that a reply with the largest state fits its
 * frame: six sensors of three channels, at their heaviest. Beyond, a starting replica begins with
 * channels of which it knows nothing.
 */
const snapshotBytesMax = 3_072;

export class SensorBank {
  readonly #voters = new Map<string, SensorVoter>();

  constructor(options: SensorBankOptions) {
    for (const [name, sensor] of Object.entries(options.app.sensors)) {
      const channels = options.channels.get(name);
      assert(channels !== undefined, `the settings name no channels for sensor ${name}`);
      const voterOptions = {
        channels: channels.map((channel) => channel.id),
        min: sensor.min,
        max: sensor.max,
        tolerance: sensor.tolerance,
        ageMax: options.ageMax,
        ...options.voting.get(name),
      };
      this.#voters.set(name, new SensorVoter(voterOptions));
    }
  }

  get size(): number {
    return this.#voters.size;
  }

  /** Votes every sensor on the samples of its channels; `voterLate` when we were late ourselves. */
  close(
    now: Instant,
    samplesOf: (sensor: string) => readonly Sample[],
    voterLate: boolean,
  ): ReadonlyMap<string, Closing> {
    const closings = new Map<string, Closing>();
    for (const [name, voter] of this.#voters) {
      closings.set(name, voter.close(now, samplesOf(name), voterLate));
    }
    return closings;
  }

  standing(): ReadonlyMap<string, ReturnType<SensorVoter["standing"]>> {
    return new Map([...this.#voters].map(([name, voter]) => [name, voter.standing()]));
  }

  /** Takes a person's word. False where nothing changed, as when it is repeated. */
  take({ sensor, channel, word }: ChannelCommand): boolean {
    const voter = this.#voters.get(sensor);
    assert(voter !== undefined, `no sensor ${sensor}`);
    if (word !== "release") return voter.override(channel, word);
    // It was said where no other word held; whoever still holds one has missed that it was not.
    voter.override(channel, "auto");
    return voter.release(channel);
  }

  /** Why a person's word makes no sense; null where it does. */
  whyNot({ sensor, channel, word }: ChannelCommand): CommandRefusal | null {
    const standing = this.#voters.get(sensor)?.standing();
    if (standing === undefined) return "unknown-sensor";
    const one = standing.find((candidate) => candidate.channel === channel);
    if (one === undefined) return "unknown-channel";
    return word === "release" && one.state !== "latched" ? "not-latched" : null;
  }

  /** The health of all channels, for a replica that has none; null when it would not fit. */
  snapshot(): readonly unknown[] | null {
    const snapshots = [...this.#voters.values()].map((voter) => voter.snapshot());
    return encodeBody(snapshots).length > snapshotBytesMax ? null : snapshots;
  }

  /** Takes the health that a peer sent; a sensor whose part does not fit keeps its own. */
  restore(snapshots: readonly unknown[]): void {
    let index = 0;
    for (const voter of this.#voters.values()) {
      voter.restore(snapshots[index]);
      index += 1;
    }
  }
}

/** The sensors as their voters are compared between replicas. */
export function watchedSensors(app: App, voting: VotingMap): WatchedSensor[] {
  return Object.entries(app.sensors).map(([name, sensor]) => {
    const { voter, tolerance = sensor.tolerance } = voting.get(name) ?? {};
    return { name, tolerance, exact: voter?.exact ?? false };
  });
}
