/**
 * The bodies of the lease's frames, as arrays. The boot of the sender travels in every envelope and
 * is not repeated; a grant carries the boot of the claimant that it is for.
 *
 *     lease-request  [round]
 *     lease-grant    [round, claimant's boot id]
 *     lease-release  [round]
 *
 * A body that does not fit is refused whole: `null`, and nothing has changed.
 */
import { counterLimit } from "../../wire/envelope.js";
import { asInteger, asList } from "../../wire/shape.js";

/** Of rounds and boot ids: at a thousand rounds a second it lasts 8,900 years. */
const numberMax = counterLimit - 1;

export interface Grant {
  readonly round: number;
  readonly bootId: number;
}

export const requestBody = (round: number): unknown => [round];
export const grantBody = (grant: Grant): unknown => [grant.round, grant.bootId];
export const releaseBody = (round: number): unknown => [round];

export const parseRequest = (body: unknown): number | null => parseRound(body);
export const parseRelease = (body: unknown): number | null => parseRound(body);

export function parseGrant(body: unknown): Grant | null {
  const fields = asList(body, 2);
  if (fields === null || fields.length !== 2) return null;
  const round = asInteger(fields[0], 1, numberMax);
  const bootId = asInteger(fields[1], 0, numberMax);
  return round === null || bootId === null ? null : { round, bootId };
}

function parseRound(body: unknown): number | null {
  const fields = asList(body, 1);
  return fields === null || fields.length !== 1 ? null : asInteger(fields[0], 1, numberMax);
}
