/**
 * Claims on the wire: arrays whose first field says what is claimed.
 *
 *     alive    [0, member, life, incarnation, rank, address?, declared?]
 *     suspect  [1, member, life, incarnation, accuser, evidence?]
 *     dead     [2, member, life, incarnation, accuser, evidence?]
 *     left     [3, member, life, incarnation]
 *     evidence [detector, at, silence, healthScore, [[via | null, sentAt, outcome], ...]]
 *
 * Fields after these are for later versions and are not looked at.
 */
import { type Attempt, attemptsMax, type Evidence } from "../detection/evidence.js";
import { unreachable } from "../kernel/assert.js";
import { parseNodeId } from "../kernel/ids.js";
import { instant, micros } from "../kernel/time.js";
import { asInteger, asList, asText } from "../wire/shape.js";
import { parseAddress } from "./address.js";
import {
  type AccusingClaim,
  type AliveClaim,
  type Claim,
  incarnationMax,
  type LeftClaim,
  lifeMax,
  rankUnassigned,
} from "./claims.js";

const claimFieldsMax = 10;
const evidenceFieldsMax = 8;
const detectorNameLengthMax = 32;
const healthScoreMax = 1_000;
const timeMax = Number.MAX_SAFE_INTEGER;

/** A claim tells so many of the attempts that failed, so that several fit into a message. */
export const attemptsToldMax = 4;

const aliveCode = 0;
const suspectCode = 1;
const deadCode = 2;
const leftCode = 3;

export function claimBody(claim: Claim): unknown[] {
  const { member, life, incarnation } = claim;
  switch (claim.status) {
    case "alive": {
      const fields = [aliveCode, member, life, incarnation, claim.rank];
      return claim.address === null ? fields : [...fields, claim.address, claim.declared ? 1 : 0];
    }
    case "suspect":
    case "dead": {
      const code = claim.status === "suspect" ? suspectCode : deadCode;
      const fields = [code, member, life, incarnation, claim.accuser];
      return claim.evidence === null ? fields : [...fields, evidenceBody(claim.evidence)];
    }
    case "left":
      return [leftCode, member, life, incarnation];
    default:
      return unreachable(claim);
  }
}

function evidenceBody({ detector, at, silence, healthScore, attempts }: Evidence): unknown[] {
  const told = attempts.slice(0, attemptsToldMax);
  const list = told.map(({ via, sentAt, outcome }) => [via, sentAt, outcome === "nack" ? 1 : 0]);
  return [detector, at, silence, healthScore, list];
}

/** Null for what is no claim. */
export function parseClaim(body: unknown): Claim | null {
  const fields = asList(body, claimFieldsMax);
  if (fields === null) return null;
  switch (fields[0]) {
    case aliveCode:
      return parseAlive(fields);
    case suspectCode:
      return parseAccusing(fields, "suspect");
    case deadCode:
      return parseAccusing(fields, "dead");
    case leftCode:
      return parseLeft(fields);
    default:
      return null;
  }
}

function parseAlive(fields: readonly unknown[]): AliveClaim | null {
  const left = parseLeft(fields);
  const rank = asInteger(fields[4], 0, rankUnassigned);
  if (left === null || rank === null) return null;
  const address = fields[5] === undefined ? null : parseAddress(fields[5]);
  if (fields[5] !== undefined && address === null) return null;
  const { member, life, incarnation } = left;
  const declared = fields[6] === 1;
  return { status: "alive", member, life, incarnation, rank, address, declared };
}

function parseAccusing(
  fields: readonly unknown[],
  status: "suspect" | "dead",
): AccusingClaim | null {
  const member = parseNodeId(fields[1]);
  const accuser = parseNodeId(fields[4]);
  const life = asInteger(fields[2], 0, lifeMax);
  // Who does not know the life has heard no incarnation either.
  const incarnation = asInteger(fields[3], 0, life === 0 ? 0 : incarnationMax);
  const evidence = fields[5] === undefined ? null : parseEvidence(fields[5]);
  if (member === null || accuser === null || life === null || incarnation === null) return null;
  if (accuser === member || (fields[5] !== undefined && evidence === null)) return null;
  return { status, member, life, incarnation, accuser, evidence };
}

function parseLeft(fields: readonly unknown[]): LeftClaim | null {
  const member = parseNodeId(fields[1]);
  const life = asInteger(fields[2], 1, lifeMax);
  const incarnation = asInteger(fields[3], 0, incarnationMax);
  if (member === null || life === null || incarnation === null) return null;
  return { status: "left", member, life, incarnation };
}

export function parseEvidence(body: unknown): Evidence | null {
  const fields = asList(body, evidenceFieldsMax);
  if (fields === null) return null;
  const detector = asText(fields[0], detectorNameLengthMax);
  const at = asInteger(fields[1], 0, timeMax);
  const silence = asInteger(fields[2], 0, timeMax);
  const healthScore = asInteger(fields[3], 0, healthScoreMax);
  const attempts = parseAttempts(fields[4]);
  if (detector === null || at === null || silence === null) return null;
  if (healthScore === null || attempts === null) return null;
  return { detector, at: instant(at), silence: micros(silence), healthScore, attempts };
}

function parseAttempts(body: unknown): readonly Attempt[] | null {
  const list = asList(body, attemptsMax);
  if (list === null) return null;
  const attempts = list.map(parseAttempt).filter((attempt) => attempt !== null);
  return attempts.length === list.length ? attempts : null;
}

function parseAttempt(body: unknown): Attempt | null {
  const fields = asList(body, evidenceFieldsMax);
  if (fields === null) return null;
  const via = fields[0] === null ? null : parseNodeId(fields[0]);
  const sentAt = asInteger(fields[1], 0, timeMax);
  const outcome = asInteger(fields[2], 0, 1);
  if ((via === null && fields[0] !== null) || sentAt === null || outcome === null) return null;
  return { via, sentAt: instant(sentAt), outcome: outcome === 1 ? "nack" : "unanswered" };
}
