/**
 * Newer lives of members that are alive as far as we have heard ourselves. Others tell of them; the
 * member is asked, and its own frame settles the matter. A member that answers in the life that we
 * know has been lied about; one that does not answer at all is the detector's business.
 */
import type { Speaking } from "./speaking.js";
import type { View } from "./view.js";

/** Leads that are followed at once; another one is dropped, and comes again with the next sync. */
export const leadsMax = 64;

/** How often a member is asked, once a period. */
export const asksMax = 3;

interface Lead {
  readonly life: number;
  readonly address: string | null;
  asked: number;
}

export class Leads {
  readonly #view: View;
  readonly #speaking: Speaking;
  readonly #leads: Map<number, Lead>;

  constructor(view: View, speaking: Speaking) {
    this.#view = view;
    this.#speaking = speaking;
    this.#leads = view.about(new Map());
  }

  add(number: number, life: number, address: string | null): void {
    if (this.#leads.has(number) || this.#leads.size >= leadsMax) return;
    this.#leads.set(number, { life, address, asked: 0 });
  }

  /** The member itself was heard. */
  settled(number: number): void {
    this.#leads.delete(number);
  }

  /** Once a period. */
  follow(): void {
    for (const [number, lead] of this.#leads) {
      if (lead.asked >= asksMax) this.#leads.delete(number);
      else this.#ask(number, lead);
    }
  }

  #ask(number: number, lead: Lead): void {
    lead.asked += 1;
    this.#speaking.tell(number, { kind: "ask" });
    const known = this.#view.addresses.addressOf(number);
    if (lead.address === null || lead.address === known) return;
    this.#speaking.sayToAddress(lead.address, { kind: "ask" }, []);
  }
}
