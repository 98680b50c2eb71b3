/**
 * The body of a gossip: `[own, name, counter, name, counter, ...]`. `own` is the sender's own
 * counter; the others are what it knows of those whom it does not suspect.
 *
 * A table that is larger than a datagram may be is not split: its sender takes a random part, and
 * the next gossip takes another.
 */
import { type NodeId, parseNodeId } from "../../kernel/ids.js";
import type { Prng } from "../../kernel/prng.js";
import { asInteger, asList } from "../../wire/shape.js";

/** Entries on one body, besides the sender's own. */
export const gossipEntriesMax = 40;
/** What a body takes on the wire, in bytes of CBOR. */
export const gossipBytesMax = 1_000;

/** A head of an array up to 255 items, and the own counter as a float of 64 bits. */
const frameBytes = 2 + 9;
/** The longest head of a name and a counter. */
const entryHeadBytes = 2 + 9;

export interface Entry {
  readonly peer: NodeId;
  /** From 1. */
  readonly counter: number;
}

export interface Gossip {
  readonly own: number;
  readonly entries: readonly Entry[];
}

export function gossipBody(own: number, entries: readonly Entry[]): unknown {
  return [own, ...entries.flatMap(({ peer, counter }) => [peer, counter])];
}

/** A random part of the entries that fits on one body: all of them where they fit. */
export function partThatFits(entries: readonly Entry[], dice: Prng): readonly Entry[] {
  const left = [...entries];
  const part: Entry[] = [];
  let bytes = frameBytes;
  while (left.length > 0 && part.length < gossipEntriesMax) {
    const at = dice.below(left.length);
    const [entry, last] = [left[at] as Entry, left.pop() as Entry];
    if (at < left.length) left[at] = last;
    // Names are of ASCII letters, so that their length is in bytes.
    bytes += entryHeadBytes + entry.peer.length;
    if (bytes > gossipBytesMax) break;
    part.push(entry);
  }
  return part;
}

/** Null for a body of which any part is not as it should be. */
export function parseGossip(body: unknown): Gossip | null {
  const fields = asList(body, 1 + 2 * gossipEntriesMax);
  if (fields === null || fields.length % 2 === 0) return null;
  const own = asCounter(fields[0]);
  if (own === null) return null;
  const entries: Entry[] = [];
  for (let at = 1; at < fields.length; at += 2) {
    const peer = parseNodeId(fields[at]);
    const counter = asCounter(fields[at + 1]);
    if (peer === null || counter === null) return null;
    entries.push({ peer, counter });
  }
  return { own, entries };
}

const asCounter = (field: unknown): number | null => asInteger(field, 1, Number.MAX_SAFE_INTEGER);
