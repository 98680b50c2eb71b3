/**
 * The way of the values: from this replica's readings into its sample message, and from the
 * messages of a vector back to the samples of each sensor.
 */
import type { Reading } from "../../../boards/board.js";
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { type Duration, elapsed, type Instant, micros } from "../../kernel/time.js";
import type { Sample } from "../../voting/voter.js";
import { type Channel, type ChannelMap, channelsOf } from "../channels.js";
import { type SentValue, sentAgeMax } from "./messages.js";
import type { Vector } from "./vector.js";

/** Where a channel's value stands in the message of its node. */
interface Place {
  readonly id: string;
  readonly node: NodeId;
  readonly index: number;
}

export class Samples {
  readonly #own: readonly Channel[];
  readonly #places = new Map<string, readonly Place[]>();

  constructor(self: NodeId, map: ChannelMap) {
    this.#own = channelsOf(map, self);
    for (const [sensor, channels] of map) {
      this.#places.set(
        sensor,
        channels.map((channel) => placeOf(channel, map)),
      );
    }
  }

  /** What to send of what the board said. */
  sentValues(now: Instant, readings: readonly Reading[]): SentValue[] {
    return this.#own.map(({ boardChannel }) => {
      const reading = readings.find((candidate) => candidate.channel === boardChannel);
      return reading === undefined ? omission : sentValue(now, reading);
    });
  }

  /**
   * What the channels of a sensor say in a vector. A channel whose node is missing is left out, or
   * is `LATE` where the node's sample of the cycle before came after that vector was closed: a slow
   * link is another fault than a dead one, and is mended elsewhere.
   */
  of(sensor: string, vector: Vector, now: Instant): Sample[] {
    const samples: Sample[] = [];
    for (const { id, node, index } of this.#places.get(sensor) ?? []) {
      const late = vector.lateOf(node);
      const arrival = vector.get(node) ?? late;
      const sent = arrival?.message.values[index];
      if (arrival === undefined || sent === undefined) continue;
      const age = (sent.age + elapsed(arrival.at, now)) as Duration;
      if (late === undefined) samples.push({ channel: id, value: sent.value, age });
      else samples.push({ channel: id, value: null, age, fault: "LATE" });
    }
    return samples;
  }
}

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

function placeOf(channel: Channel, map: ChannelMap): Place {
  const index = channelsOf(map, channel.node).findIndex(({ id }) => id === channel.id);
  assert(index >= 0, `channel ${channel.id} is not among its node's`);
  return { id: channel.id, node: channel.node, index };
}
