/**
 * Load: what a member sends, in messages and in bytes of their frames, the mean of all and the most
 * that one sends. Bodies are encoded to be measured, which is dear, so only one in
 * `sampledOneIn` is; the count of messages is exact.
 */
import type { NodeId } from "../../../kernel/ids.js";
import { type Duration, elapsed, type Instant } from "../../../kernel/time.js";
import type { MembershipOutput } from "../../../membership/ports.js";
import { encodeBody } from "../../../wire/cbor.js";
import { headerBytes } from "../../../wire/envelope.js";
import type { FleetOnlooker } from "../fleet.js";

/** HMAC-SHA-256 as the wire cuts it; see wire/mac.ts. */
export const tagBytes = 16;

/** Prime, so that no pattern of a protocol keeps in step with it. */
export const sampledOneIn = 7;

/** Of one member in one period. */
export interface Load {
  readonly messagesMean: number;
  readonly messagesMax: number;
  /** Of frames; what UDP, IP and Ethernet add is not counted. */
  readonly bytesMean: number;
  readonly bytesMax: number;
}

interface Sent {
  messages: number;
  sampled: number;
  sampledBytes: number;
}

export class LoadChecker implements FleetOnlooker<MembershipOutput> {
  readonly #begins: Instant;
  readonly #sent: ReadonlyMap<NodeId, Sent>;

  constructor(members: readonly NodeId[], begins: Instant) {
    this.#begins = begins;
    const nothing = (): Sent => ({ messages: 0, sampled: 0, sampledBytes: 0 });
    this.#sent = new Map(members.map((id) => [id, nothing()]));
  }

  message(at: Instant, source: NodeId, _target: NodeId, body: unknown): void {
    if (at < this.#begins) return;
    const sent = this.#sent.get(source);
    if (sent === undefined) return;
    sent.messages += 1;
    if (sent.messages % sampledOneIn !== 1) return;
    sent.sampled += 1;
    sent.sampledBytes += headerBytes(source) + encodeBody(body).length + tagBytes;
  }

  result(ends: Instant, period: Duration): Load {
    const periods = elapsed(this.#begins, ends) / period;
    const messages = [...this.#sent.values()].map((sent) => sent.messages / periods);
    const bytes = [...this.#sent.values()].map((sent) => bytesOf(sent) / periods);
    return {
      messagesMean: meanOf(messages),
      messagesMax: Math.max(...messages),
      bytesMean: meanOf(bytes),
      bytesMax: Math.max(...bytes),
    };
  }
}

const bytesOf = ({ messages, sampled, sampledBytes }: Sent): number =>
  sampled === 0 ? 0 : (messages * sampledBytes) / sampled;

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
