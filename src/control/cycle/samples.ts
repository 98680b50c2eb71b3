/**
 * The way of the values: from this replica's readings into its sample message, and from the
 * messages of a vector back to the samples of each sensor. Where samples are protected, this is
 * where the protection begins and ends: see ../protection.
 */
import type { Reading } from "../../../boards/board.js";
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { type Duration, elapsed, type Instant, micros } from "../../kernel/time.js";
import type { Sample } from "../../voting/voter.js";
import { type Channel, type ChannelMap, channelsOf } from "../channels.js";
import type { ProfileChoice } from "../protection/protection.js";
import {
  type ProtectedChannel,
  SampleProtection,
  type SampleReader,
} from "../protection/sample-protection.js";
import { isFrame, type SentItem, type SentValue, sentAgeMax } from "./messages.js";
import type { Arrival, Vector } from "./vector.js";

/** Where a channel's value stands in the message of its node. */
interface Place {
  readonly id: string;
  readonly node: NodeId;
  readonly index: number;
  /** Checks what the channel's node has protected; null where nothing is protected. */
  readonly reader: SampleReader | null;
}

export class Samples {
  readonly #own: readonly Channel[];
  readonly #protection: SampleProtection | null;
  readonly #places = new Map<string, readonly Place[]>();

  constructor(self: NodeId, map: ChannelMap, profile: ProfileChoice) {
    this.#own = channelsOf(map, self);
    const protection = profile === null ? null : new SampleProtection(profile, self, map);
    this.#protection = protection;
    for (const [sensor, channels] of map) {
      this.#places.set(
        sensor,
        channels.map((channel) => placeOf(channel, map, protection)),
      );
    }
  }

  /** What to send in a cycle of what the board said. */
  sentValues(now: Instant, cycle: number, readings: readonly Reading[]): SentItem[] {
    return this.#own.map(({ boardChannel }, place) => {
      const reading = readings.find((candidate) => candidate.channel === boardChannel);
      const sent = reading === undefined ? omission : sentValue(now, reading);
      return this.#protection?.protect(place, sent, cycle) ?? sent;
    });
  }

  /** What is known of each protected stream; nothing where none is protected. */
  protectedChannels(): ProtectedChannel[] {
    const readers = [...this.#places.values()].flat().map(({ reader }) => reader);
    return readers.flatMap((reader) => (reader === null ? [] : [reader.standing()]));
  }

  /**
   * What the channels of a sensor say in a vector. A channel whose node is missing is left out, or
   * is `LATE` where the node's sample of the cycle before came after that vector was closed: a slow
   * link is another fault than a dead one, and is mended elsewhere.
   *
   * To be asked once for each vote: the protection counts.
   */
  of(sensor: string, vector: Vector, now: Instant): Sample[] {
    const samples: Sample[] = [];
    for (const place of this.#places.get(sensor) ?? []) {
      const sample = sampleAt(place, vector.get(place.node), now) ?? lateAt(place, vector, now);
      if (sample !== null) samples.push(sample);
    }
    return samples;
  }
}

/** Null where the channel's node sent nothing for this vector. */
function sampleAt(place: Place, arrival: Arrival | undefined, now: Instant): Sample | null {
  const { id: channel, index, reader } = place;
  const sent = arrival?.message.values[index];
  if (arrival === undefined || sent === undefined) {
    reader?.miss();
    return null;
  }
  const way = elapsed(arrival.at, now);
  if (!isFrame(sent)) {
    assert(reader === null, `a sample of ${channel} that should be protected is not`);
    return { channel, value: sent.value, age: aged(sent.age, way) };
  }
  assert(reader !== null, `a protected sample of ${channel}, and nothing to check it`);
  const finding = reader.check(sent, arrival.message.cycle);
  if (!finding.ok) return { channel, value: null, age: way, fault: finding.fault };
  return { channel, value: finding.content.value, age: aged(finding.content.age, way) };
}

/** What was sent is not looked at: it was for a vector that is closed. */
function lateAt({ id: channel, node }: Place, vector: Vector, now: Instant): Sample | null {
  const late = vector.lateOf(node);
  if (late === undefined) return null;
  return { channel, value: null, age: elapsed(late.at, now), fault: "LATE" };
}

const aged = (age: Duration, way: Duration): Duration => (age + way) as Duration;

const omission: SentValue = { value: null, age: micros(0) };

/**
 * A board is hardware: a reading from the future, or without a number or a time, is no reading.
 * What is sent is what a reader will see: the wire knows no negative zero, and no age above its
 * maximum, or a sensor that died two weeks ago would have the whole sample refused.
 */
function sentValue(now: Instant, reading: Reading): SentValue {
  const { value, sourceTime } = reading;
  if (value === null || !Number.isFinite(value)) return omission;
  if (!Number.isSafeInteger(sourceTime) || sourceTime > now) return omission;
  return { value: value === 0 ? 0 : value, age: micros(Math.min(now - sourceTime, sentAgeMax)) };
}

function placeOf(channel: Channel, map: ChannelMap, protection: SampleProtection | null): Place {
  const index = channelsOf(map, channel.node).findIndex(({ id }) => id === channel.id);
  assert(index >= 0, `channel ${channel.id} is not among its node's`);
  const reader = protection?.reader(channel.id) ?? null;
  return { id: channel.id, node: channel.node, index, reader };
}
