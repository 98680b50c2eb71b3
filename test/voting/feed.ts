/** Feeds a sensor voter one closing after another, the way the control cycle does. */
import { type Duration, type Instant, instant, millis } from "../../src/kernel/time.js";
import {
  type Closing,
  SensorVoter,
  type SensorVoterOptions,
} from "../../src/voting/sensor-voter.js";
import type { ChannelEvent, Sample, SampleFault, SensorEvent } from "../../src/voting/voter.js";

export const cycle = millis(10);

/** What a channel says: a value, nothing, or a value of a certain age. */
export type Word =
  | number
  | null
  | { readonly value: number | null; readonly age: Duration; readonly fault?: SampleFault };

export class Feed {
  readonly voter: SensorVoter;
  readonly channels: readonly string[];
  /** All events so far, each with the number of its closing. */
  readonly events: (ChannelEvent & { readonly closing: number })[] = [];
  readonly step: Duration;
  /** What was told of the sensor as a whole. */
  readonly sensorEvents: (SensorEvent & { readonly closing: number })[] = [];
  closings = 0;
  now: Instant = instant(0);

  constructor(options: Partial<SensorVoterOptions> = {}, step: Duration = cycle) {
    this.channels = options.channels ?? ["a", "b", "c"];
    this.step = step;
    this.voter = new SensorVoter({
      channels: this.channels,
      min: -1_000,
      max: 1_000,
      tolerance: 1,
      ageMax: millis(20),
      ...options,
    });
  }

  /** One closing; `words` in the order of the channels. */
  close(words: readonly Word[], voterLate = false): Closing {
    this.now = instant(this.now + this.step);
    const closing = this.voter.close(this.now, samplesOf(this.channels, words), voterLate);
    const at = { closing: this.closings };
    for (const event of closing.events) {
      if ("channel" in event) this.events.push({ ...event, ...at });
      else this.sensorEvents.push({ ...event, ...at });
    }
    this.closings += 1;
    return closing;
  }

  /** `count` closings; `words` is given the number of each from 0. The last closing is returned. */
  run(count: number, words: (index: number) => readonly Word[]): Closing {
    let last: Closing | null = null;
    for (let index = 0; index < count; index += 1) last = this.close(words(index));
    if (last === null) throw new Error("no closings");
    return last;
  }

  state(channel: string): string {
    return this.voter.standing().find((standing) => standing.channel === channel)?.state ?? "none";
  }

  /** The events as words: `a excluded STUCK`. */
  told(): string[] {
    return this.events.map((event) => {
      const what = `${event.channel} ${event.kind.replace("channel-", "")}`;
      return "reason" in event ? `${what} ${event.reason}` : what;
    });
  }
}

export function samplesOf(channels: readonly string[], words: readonly Word[]): Sample[] {
  return words.map((word, index) => {
    const channel = channels[index] ?? "none";
    if (typeof word === "object" && word !== null) return { channel, ...word };
    return { channel, value: word, age: millis(1) };
  });
}
