/** Members whose time runs out: suspected ones, and unreachable ones on their way to dead. */
import { after, type Duration, due, earlier, type Instant } from "../kernel/time.js";
import type { Suspicion } from "./suspicion.js";

export type Wait =
  | { readonly kind: "suspicion"; readonly suspicion: Suspicion }
  | { readonly kind: "unreachable"; endsAt: Instant };

const endOf = (wait: Wait): Instant =>
  wait.kind === "suspicion" ? wait.suspicion.endsAt : wait.endsAt;

export class Waits {
  readonly #waits = new Map<number, Wait>();
  /** Null while it must be looked for again. */
  #earliest: { readonly at: Instant | null } | null = { at: null };

  get(number: number): Wait | undefined {
    return this.#waits.get(number);
  }

  suspicionOf(number: number): Suspicion | null {
    const wait = this.#waits.get(number);
    return wait?.kind === "suspicion" ? wait.suspicion : null;
  }

  set(number: number, wait: Wait): void {
    this.#waits.set(number, wait);
    this.#earliest = null;
  }

  delete(number: number): void {
    if (this.#waits.delete(number)) this.#earliest = null;
  }

  /** After a wait has become shorter. */
  changed(): void {
    this.#earliest = null;
  }

  postpone(by: Duration): void {
    for (const wait of this.#waits.values()) {
      if (wait.kind === "suspicion") wait.suspicion.postpone(by);
      else wait.endsAt = after(wait.endsAt, by);
    }
    this.#earliest = null;
  }

  deadline(): Instant | null {
    this.#earliest ??= { at: this.#search() };
    return this.#earliest.at;
  }

  /** In the order in which they began. */
  dueAt(now: Instant): readonly number[] {
    if (!due(this.deadline(), now)) return [];
    const ended = [...this.#waits].filter(([, wait]) => due(endOf(wait), now));
    return ended.map(([number]) => number);
  }

  #search(): Instant | null {
    let first: Instant | null = null;
    for (const wait of this.#waits.values()) first = earlier(first, endOf(wait));
    return first;
  }
}
