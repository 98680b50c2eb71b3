/**
 * The bodies of probes: small arrays whose first field says what they are, because they travel once
 * a period for as long as the fleet lives.
 *
 *     ping      [0, seq, target]  or  [0, seq, target, origin], sent by a relay for `origin`
 *     ack       [1, seq]          or  [1, seq, heard], the answer to the second form
 *     ping-req  [2, seq, target]
 *     nack      [3, seq]
 *
 * `seq` is the number that the receiver of an ack, or the sender of a request, gave to its probe.
 * `heard` is 1 where the target had heard `origin` itself lately, and 0 where it had not. Fields
 * after these are for later versions and are not looked at.
 */
import { type NodeId, parseNodeId } from "../../kernel/ids.js";
import { asInteger, asList } from "../../wire/shape.js";

export type ProbeMessage =
  /** `origin` is who asked for it; null where the sender asks for itself. */
  | {
      readonly kind: "ping";
      readonly seq: number;
      readonly target: NodeId;
      readonly origin: NodeId | null;
    }
  /** `heard` is null where the sender does not say. */
  | { readonly kind: "ack"; readonly seq: number; readonly heard: boolean | null }
  | { readonly kind: "ping-req"; readonly seq: number; readonly target: NodeId }
  | { readonly kind: "nack"; readonly seq: number };

/**
 * The number after this one is 0 again. It takes three bytes at most on the wire, and no number
 * comes back while an answer to it can still be on its way.
 */
export const seqMax = 0xffff;

/** A body with more fields than this is refused. */
export const probeFieldsMax = 8;

const pingCode = 0;
const ackCode = 1;
const pingReqCode = 2;
const nackCode = 3;

export const pingBody = (seq: number, target: NodeId, origin: NodeId | null): unknown =>
  origin === null ? [pingCode, seq, target] : [pingCode, seq, target, origin];

export const ackBody = (seq: number, heard: boolean | null): unknown =>
  heard === null ? [ackCode, seq] : [ackCode, seq, heard ? 1 : 0];

export const pingReqBody = (seq: number, target: NodeId): unknown => [pingReqCode, seq, target];

export const nackBody = (seq: number): unknown => [nackCode, seq];

/** The message, or null for a body that is none; then nothing has changed. */
export function parseProbeMessage(body: unknown): ProbeMessage | null {
  const fields = asList(body, probeFieldsMax);
  const seq = asInteger(fields?.[1], 0, seqMax);
  if (fields === null || seq === null) return null;
  switch (fields[0]) {
    case pingCode:
      return parsePing(seq, fields[2], fields[3]);
    case ackCode:
      return parseAck(seq, fields[2]);
    case pingReqCode:
      return parsePingReq(seq, fields[2]);
    case nackCode:
      return { kind: "nack", seq };
    default:
      return null;
  }
}

function parsePing(seq: number, target: unknown, origin: unknown): ProbeMessage | null {
  const named = parseNodeId(target);
  if (named === null) return null;
  if (origin === undefined) return { kind: "ping", seq, target: named, origin: null };
  const asker = parseNodeId(origin);
  return asker === null ? null : { kind: "ping", seq, target: named, origin: asker };
}

function parseAck(seq: number, heard: unknown): ProbeMessage | null {
  if (heard === undefined) return { kind: "ack", seq, heard: null };
  const flag = asInteger(heard, 0, 1);
  return flag === null ? null : { kind: "ack", seq, heard: flag === 1 };
}

function parsePingReq(seq: number, target: unknown): ProbeMessage | null {
  const named = parseNodeId(target);
  return named === null ? null : { kind: "ping-req", seq, target: named };
}
