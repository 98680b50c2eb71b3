/** The bodies of ping and ack: `[0, round]` and `[1, round]`. */
import { asInteger, asList } from "../../wire/shape.js";

export interface PingAckMessage {
  readonly kind: "ping" | "ack";
  /** The round of the node that pings, from 1; an ack gives back that of its ping. */
  readonly round: number;
}

export const pingBody = (round: number): unknown => [0, round];
export const ackBody = (round: number): unknown => [1, round];

/** Null for a body that is neither. */
export function parsePingAck(body: unknown): PingAckMessage | null {
  const fields = asList(body, 2);
  if (fields === null) return null;
  const kind = asInteger(fields[0], 0, 1);
  const round = asInteger(fields[1], 1, Number.MAX_SAFE_INTEGER);
  if (kind === null || round === null) return null;
  return { kind: kind === 0 ? "ping" : "ack", round };
}
