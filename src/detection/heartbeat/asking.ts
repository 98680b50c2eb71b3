/**
 * Beats that ask for beats, where not everybody beats to everybody: `[count, asks]`.
 *
 * Two nodes need not see a topology alike: one has found its neighbour silent, and the other
 * cannot know. So a beat says with `asks` = 1 that its sender wants to hear from whom it is sent
 * to, and who is asked beats back, at once and then with each of its beats, for as long as the
 * asking goes on. A beat back does not ask, or two nodes would keep each other beating for ever.
 *
 * To a detector of an earlier version it is a plain beat, by its first field (messages.ts).
 */
import type { NodeId } from "../../kernel/ids.js";
import { after, type Duration, type Instant } from "../../kernel/time.js";
import { asInteger, asList } from "../../wire/shape.js";
import { beatFieldsMax, parseBeat } from "./messages.js";

export const askingBody = (count: number, asks: boolean): unknown => [count, asks ? 1 : 0];

/** Null for a body that is no such beat. */
export function parseAsking(body: unknown): { readonly asks: boolean } | null {
  if (parseBeat(body) === null) return null;
  const asks = asInteger(asList(body, beatFieldsMax)?.[1], 0, 1);
  return asks === null ? null : { asks: asks === 1 };
}

/** Who has asked lately. At most one entry for each watched peer: strangers are not noted. */
export class Askers {
  readonly #lasting: Duration;
  readonly #until = new Map<NodeId, Instant>();

  /** @param lasting how long one asking is remembered: more than a period */
  constructor(lasting: Duration) {
    this.#lasting = lasting;
  }

  /** Whether it is the first asking in a while, and so is answered at once. */
  note(peer: NodeId, now: Instant): boolean {
    const until = this.#until.get(peer);
    this.#until.set(peer, after(now, this.#lasting));
    return until === undefined || until <= now;
  }

  forget(peer: NodeId): void {
    this.#until.delete(peer);
  }

  /** Drops whose asking was too long ago. */
  lately(now: Instant): readonly NodeId[] {
    for (const [peer, until] of this.#until) if (until <= now) this.#until.delete(peer);
    return [...this.#until.keys()];
  }
}
