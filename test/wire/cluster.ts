/** Sealers and openers of one small cluster, and frames that are made by hand. */
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import {
  clusterCode,
  counterLimit,
  headerBytes,
  writeNumber,
  writeSource,
} from "../../src/wire/envelope.js";
import { hmacSha256 } from "../../src/wire/mac.js";
import { Opener, type Refusal } from "../../src/wire/opener.js";
import type { WireOptions } from "../../src/wire/sealer.js";

export const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
export const nodes: readonly NodeId[] = [n1, n2, n3];
export const cluster = "boiler-house";
export const mac = hmacSha256(new Uint8Array(32).fill(0x5a));

export const bootOf = (self: NodeId): number => 1_763_843_990_000 + nodes.indexOf(self);

export function optionsOf(self: NodeId, changes: Partial<WireOptions> = {}): WireOptions {
  const peers = nodes.filter((node) => node !== self);
  return { cluster, self, bootId: bootOf(self), peers, mac, ...changes };
}

export const openerOf = (self: NodeId): Opener => new Opener(optionsOf(self));

/** How often each reason was given, without the reasons that were not. */
export function given(opener: Opener): Partial<Record<Refusal, number>> {
  return Object.fromEntries([...opener.refusals()].filter(([, count]) => count > 0));
}

/** Everything that a refused frame must leave as it was: all but the counts of repetitions. */
export const windowsOf = (opener: Opener) =>
  opener.peers().map(({ peer, bootId, received, lost, reordered }) => ({
    ...{ peer, bootId, received, lost, reordered },
  }));

export interface Forged {
  readonly source?: string;
  readonly bootId?: number;
  readonly sequence?: number;
  readonly kindCode?: number;
  readonly body?: Uint8Array;
}

/** A frame with a right tag, and anything at all before it. */
export function forge(forged: Forged): Uint8Array {
  const { source = n1, bootId = bootOf(n1), sequence = 1, kindCode = 1 } = forged;
  const body = forged.body ?? new Uint8Array([0xf6]);
  const frame = new Uint8Array(headerBytes(source) + body.length + mac.bytes);
  writeSource(frame, clusterCode(cluster), bootId % counterLimit, source);
  writeNumber(frame, kindCode, "everyone", sequence % counterLimit);
  frame.set(body, headerBytes(source));
  return tagAgain(frame);
}

/** Puts a right tag behind what comes before it. */
export function tagAgain(frame: Uint8Array): Uint8Array {
  const end = frame.length - mac.bytes;
  frame.set(mac.tag(frame.subarray(0, end)), end);
  return frame;
}
