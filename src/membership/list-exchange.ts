/**
 * Two members compare their whole lists (memberlist's push/pull): what gossip has missed is found
 * here, and two halves of a group that were apart find one another. A list goes in pages, each in
 * one datagram; a lost page waits for the next exchange. A request tells the whole list of who
 * asks, a reply the whole list of who answers, and a long list is spread over several periods.
 */
import type { Duration } from "../kernel/time.js";
import { bodyBytes } from "./body-size.js";
import { claimBody } from "./claim-body.js";
import type { Claim } from "./claims.js";
import { claimsMax } from "./messages.js";
import { OncePerPeriod } from "./once-per-period.js";
import { claimsBytesMax, type Speaking } from "./speaking.js";
import type { View } from "./view.js";

/** Lists that are being sent at once; who asks for another asks again later. */
export const listsMax = 8;

/** Pages of one list that are sent in one period. */
export const pagesPerPeriodMax = 8;

interface Sending {
  readonly number: number;
  readonly kind: "sync-request" | "sync-reply";
  /** The number of the member that comes next, and of the page it will be on. */
  next: number;
  page: number;
}

export class ListExchange {
  readonly #view: View;
  readonly #speaking: Speaking;
  readonly #replied: OncePerPeriod;
  #sendings: Sending[] = [];

  constructor(view: View, speaking: Speaking, period: Duration) {
    this.#view = view;
    this.#speaking = speaking;
    this.#replied = view.about(new OncePerPeriod(period));
  }

  request(number: number): void {
    this.#begin(number, "sync-request");
  }

  /** A member has begun to send its list: ours goes back, once a period at most. */
  requested(number: number, page: number): void {
    if (page !== 0 || !this.#replied.take(number, this.#view.now)) return;
    this.#begin(number, "sync-reply");
  }

  /** To an address where somebody should be who lets us in: our own claim is enough. */
  requestAt(address: string): void {
    const own = this.#view.claimOf(this.#view.self);
    const claims = own === null ? [] : [own];
    this.#speaking.sayToAddress(address, { kind: "sync-request", page: 0 }, claims);
  }

  /** Once a period: goes on with the lists that are longer. */
  proceed(): void {
    this.#replied.sweep(this.#view.now);
    for (const sending of this.#sendings) this.#sendPages(sending);
    this.#sendings = this.#sendings.filter(({ next }) => next < this.#view.table.slots);
  }

  #begin(number: number, kind: Sending["kind"]): void {
    if (this.#sendings.length >= listsMax) return;
    const sending: Sending = { number, kind, next: 0, page: 0 };
    this.#sendPages(sending);
    if (sending.next < this.#view.table.slots) this.#sendings.push(sending);
  }

  #sendPages(sending: Sending): void {
    const { table } = this.#view;
    // Its number may be another's by now; the page then is of use to that one.
    if (!table.has(sending.number)) sending.next = table.slots;
    for (let count = 0; count < pagesPerPeriodMax && sending.next < table.slots; count += 1) {
      const claims = this.#fillPage(sending);
      this.#speaking.say(sending.number, { kind: sending.kind, page: sending.page }, claims);
      sending.page += 1;
    }
  }

  /** What accuses the target stands first: it cannot refute what is on a page that was lost. */
  #fillPage(sending: Sending): readonly Claim[] {
    const { table } = this.#view;
    const claims: Claim[] = [];
    let bytes = 0;
    const add = (number: number): boolean => {
      const claim = table.has(number) ? this.#view.claimOf(number) : null;
      if (claim === null) return true;
      const size = bodyBytes(claimBody(claim));
      if (claims.length > 0 && bytes + size > claimsBytesMax) return false;
      bytes += size;
      return claims.push(claim) < claimsMax;
    };
    if (sending.page === 0 && this.#speaking.isAccused(sending.number)) add(sending.number);
    while (sending.next < table.slots && add(sending.next)) sending.next += 1;
    return claims;
  }
}
