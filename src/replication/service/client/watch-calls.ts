/** A client's watches: asking for them, again after each reconnection, and what becomes of them. */
import { after, type Instant, seconds } from "../../../kernel/time.js";
import { watchesOfClientMax } from "../limits.js";
import type { WatchEvent } from "../ports.js";
import { type CallOutcome, refusedBy } from "./calls.js";
import { type ClientWatch, ClientWatches } from "./client-watches.js";
import type { Desk } from "./desk.js";
import { never } from "./job.js";
import type { Settled } from "./requests.js";

export const tooManyWatches = refusedBy(
  "too-many-calls",
  `${watchesOfClientMax} watches are open, or waits for locks`,
);

/** The end of a connection ends its watches too, so this need not be tried for long. */
const unwatchMax = seconds(1);

export class WatchCalls {
  readonly #desk: Desk;
  readonly #watches = new ClientWatches();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** False where there are too many already. */
  begin(now: Instant, watch: ClientWatch, givenUpAt: Instant): boolean {
    if (this.#watches.size >= watchesOfClientMax) return false;
    this.#watches.add(watch);
    this.#ask(now, watch, givenUpAt);
    return true;
  }

  /** Ends a watch without a word to whoever asked for it. */
  end(now: Instant, call: number): boolean {
    const watch = this.#watches.get(call);
    if (watch === undefined) return false;
    if (watch.id !== 0) this.#unwatch(now, watch.id);
    this.#watches.remove(watch);
    return true;
  }

  onUnwatch(now: Instant, call: number, watch: number): void {
    const found = this.#watches.get(watch)?.owner.kind === "user" && this.end(now, watch);
    const outcome: CallOutcome = found
      ? { kind: "ok", detail: null }
      : refusedBy("wrong-call", `there is no watch ${watch}`);
    this.#desk.tell(call, outcome);
  }

  onConnected(now: Instant): void {
    for (const watch of this.#watches.all) if (!watch.asking) this.#ask(now, watch, never);
  }

  onDisconnected(): void {
    this.#watches.onDisconnected();
  }

  /** The watch that is to be told of this event. */
  onEvent(id: number, event: WatchEvent): ClientWatch | null {
    return this.#watches.onEvent(id, event);
  }

  /** @returns the watch, where it has ended by this */
  onSettled(now: Instant, settled: Settled, call: number): ClientWatch | null {
    const watch = this.#watches.get(call);
    const { outcome, attempt, others } = settled;
    // A replica that was only slow has taken the others as well, or will.
    for (const id of others) this.#unwatch(now, id);
    if (watch === undefined) {
      // It was ended while it was asked for.
      if (outcome.kind === "ok" && attempt !== null) this.#unwatch(now, attempt.id);
      return null;
    }
    watch.asking = false;
    if (outcome.kind !== "ok" || attempt === null) {
      this.#watches.remove(watch);
      return watch;
    }
    const first = !watch.begun;
    this.#watches.accepted(watch, attempt.id, asIndex(outcome.detail));
    if (first && watch.owner.kind === "user") this.#desk.tell(call, outcome);
    return null;
  }

  /** A replica says of a watch that is running that it has ended. */
  onEnded(id: number): ClientWatch | null {
    const watch = this.#watches.withId(id);
    if (watch === undefined) return null;
    this.#watches.remove(watch);
    return watch;
  }

  #ask(now: Instant, watch: ClientWatch, givenUpAt: Instant): void {
    const { call, target } = watch;
    watch.asking = true;
    const after = this.#watches.resumesAfter(watch);
    this.#desk.send(
      now,
      { kind: "watch", watch: call },
      { kind: "watch", target, after },
      givenUpAt,
    );
  }

  #unwatch(now: Instant, watch: number): void {
    const draft = { kind: "unwatch", watch } as const;
    this.#desk.send(now, { kind: "none" }, draft, after(now, unwatchMax));
  }
}

/** A broken replica may say anything; from 0 on everything is seen. */
const asIndex = (detail: unknown): number =>
  typeof detail === "number" && Number.isSafeInteger(detail) && detail >= 0 ? detail : 0;
