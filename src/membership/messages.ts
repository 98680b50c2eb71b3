/**
 * The bodies of membership frames: `[kind, incarnation, rank, claims, extra]`. The sender's own
 * incarnation and rank stand on every one of them, so that each frame is also the word "I am alive"
 * of its sender, and the answer to an accusation arrives with the next frame of whatever kind.
 *
 *     carry         extra: the detector's body, or null
 *     sync-request  extra: the page, from 0; claims: a page of the sender's list
 *     sync-reply    the same
 *     ask           "which life are you in?"; answered with a carry
 *     outlived      extra: `[life, address]` of the newer life under your name that I have heard
 *                   myself; the address may be null
 */
import { unreachable } from "../kernel/assert.js";
import { asInteger, asList } from "../wire/shape.js";
import { parseAddress } from "./address.js";
import { claimBody, parseClaim } from "./claim-body.js";
import { type Claim, incarnationMax, lifeMax, rankUnassigned } from "./claims.js";

/** A message with more claims than this is refused. */
export const claimsMax = 64;

const messageFieldsMax = 8;
const pageMax = 2 ** 20;

export type MessageContent =
  | { readonly kind: "carry"; readonly detector: unknown }
  | { readonly kind: "sync-request"; readonly page: number }
  | { readonly kind: "sync-reply"; readonly page: number }
  | { readonly kind: "ask" }
  | { readonly kind: "outlived"; readonly life: number; readonly address: string | null };

export interface Message {
  readonly incarnation: number;
  readonly rank: number;
  readonly claims: readonly Claim[];
  /** How many of the claims could not be read. */
  readonly malformedClaims: number;
  readonly content: MessageContent;
}

const codes = { carry: 0, "sync-request": 1, "sync-reply": 2, ask: 3, outlived: 4 } as const;

export function messageBody(
  incarnation: number,
  rank: number,
  claims: readonly Claim[],
  content: MessageContent,
): unknown {
  const fields = [codes[content.kind], incarnation, rank, claims.map(claimBody)];
  const extra = extraOf(content);
  return extra === null ? fields : [...fields, extra];
}

function extraOf(content: MessageContent): unknown {
  switch (content.kind) {
    case "carry":
      return content.detector;
    case "sync-request":
    case "sync-reply":
      return content.page;
    case "ask":
      return null;
    case "outlived":
      return [content.life, content.address];
    default:
      return unreachable(content);
  }
}

/** Null for what is no message of ours. A claim that is none is left out, and counted. */
export function parseMessage(body: unknown): Message | null {
  const fields = asList(body, messageFieldsMax);
  if (fields === null) return null;
  const incarnation = asInteger(fields[1], 0, incarnationMax);
  const rank = asInteger(fields[2], 0, rankUnassigned);
  const bodies = asList(fields[3], claimsMax);
  const content = parseContent(fields[0], fields[4]);
  if (incarnation === null || rank === null || bodies === null || content === null) return null;
  const claims = bodies.map(parseClaim).filter((claim) => claim !== null);
  const malformedClaims = bodies.length - claims.length;
  return { incarnation, rank, claims, malformedClaims, content };
}

function parseContent(code: unknown, extra: unknown): MessageContent | null {
  switch (code) {
    case codes.carry:
      return { kind: "carry", detector: extra ?? null };
    case codes["sync-request"]:
    case codes["sync-reply"]: {
      const page = asInteger(extra, 0, pageMax);
      const kind = code === codes["sync-reply"] ? "sync-reply" : "sync-request";
      return page === null ? null : { kind, page };
    }
    case codes.ask:
      return { kind: "ask" };
    case codes.outlived: {
      const [first, second] = asList(extra, messageFieldsMax) ?? [];
      const life = asInteger(first, 1, lifeMax);
      return life === null ? null : { kind: "outlived", life, address: parseAddress(second) };
    }
    default:
      return null;
  }
}
