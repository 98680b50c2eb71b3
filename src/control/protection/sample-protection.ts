/**
 * End-to-end protection of samples (AUTOSAR E2E, see src/codes/e2e): the replica that reads a
 * channel protects each value, and every replica checks it where it takes it into a vote, its own
 * values too. Whatever lies between, a changed value is known for what it is instead of being taken
 * for the sensor's.
 *
 * A frame is judged by itself: by its CRC, its data id and the cycle within it. The counter and the
 * state machine of the standard are kept, and told to people; a vote must not hang on what this
 * replica happens to have heard before (see README.md).
 */
import type { E2eProfileName } from "../../codes/e2e/profile.js";
import { type E2eCheck, type E2eReceiver, e2eReceiver } from "../../codes/e2e/receiver.js";
import { type E2eSender, e2eSender } from "../../codes/e2e/sender.js";
import type { E2eState } from "../../codes/e2e/state-machine.js";
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { SampleFault } from "../../voting/voter.js";
import { type ChannelMap, channelsOf } from "../channels.js";
import { payloadBytes, protectedBytes, type StreamIds, sampleIds } from "./protection.js";
import { cycleStamps, readSample, type SampleContent, writeSample } from "./sample-payload.js";

/** What a frame says of its sample. */
export type SampleFinding =
  | { readonly ok: true; readonly content: SampleContent }
  | { readonly ok: false; readonly fault: SampleFault };

/** What is known of the stream of one channel. */
export interface ProtectedChannel {
  readonly channel: string;
  /** As the standard has it; for people. */
  readonly state: E2eState;
}

export class SampleProtection {
  readonly #profile: E2eProfileName;
  readonly #ids: ReadonlyMap<string, StreamIds>;
  readonly #senders: readonly E2eSender[];
  readonly #payload = new Uint8Array(payloadBytes);

  constructor(profile: E2eProfileName, self: NodeId, channels: ChannelMap) {
    this.#profile = profile;
    this.#ids = sampleIds(channels, profile);
    this.#senders = channelsOf(channels, self).map(({ id }) =>
      e2eSender({ profile, payloadBytes, dataId: this.#idsOf(id).dataId }),
    );
  }

  /** @param place of the channel among those of its node. The frame is fresh. */
  protect(place: number, content: SampleContent, cycle: number): Uint8Array {
    writeSample(this.#payload, content, cycle);
    const protection = this.#senders[place]?.protect(this.#payload);
    assert(protection?.ok === true, `no protection for the channel at ${place}`);
    return protection.frame;
  }

  /** The checks of one channel; to be asked once in each vote. */
  reader(channel: string): SampleReader {
    const ids = this.#idsOf(channel);
    return new SampleReader(channel, this.#profile, ids);
  }

  #idsOf(channel: string): StreamIds {
    const ids = this.#ids.get(channel);
    assert(ids !== undefined, `channel ${channel} has no data id`);
    return ids;
  }
}

export class SampleReader {
  readonly #channel: string;
  readonly #receiver: E2eReceiver;
  readonly #headerBytes: number;

  constructor(channel: string, profile: E2eProfileName, ids: StreamIds) {
    this.#channel = channel;
    this.#receiver = e2eReceiver({ profile, payloadBytes, ...ids });
    this.#headerBytes = protectedBytes(profile) - payloadBytes;
  }

  standing(): ProtectedChannel {
    return { channel: this.#channel, state: this.#receiver.state };
  }

  /** The vote has no frame of this channel. */
  miss(): void {
    this.#receiver.check(null);
  }

  /** @param cycle of the message that the frame came in */
  check(frame: Uint8Array, cycle: number): SampleFinding {
    const fault = faultOf(this.#receiver.check(frame));
    if (fault !== null) return { ok: false, fault };
    const content = readSample(frame.subarray(this.#headerBytes));
    if (content === null) return { ok: false, fault: "CORRUPT" };
    const isOfCycle = content.cycleStamp === cycle % cycleStamps;
    return isOfCycle ? { ok: true, content } : { ok: false, fault: "STALE_TIMESTAMP" };
  }
}

/** A frame out of sequence is whole: whether it is old, the cycle within it says for all alike. */
function faultOf(check: E2eCheck): SampleFault | null {
  if (check.status !== "ERROR") return null;
  return check.reason === "data-id" ? "MASQUERADE" : "CORRUPT";
}
