/** The events of one watch until the program takes them. */
import type { WatchEvent } from "../../replication/service/ports.js";
import { StateRefusal, type Watch } from "./client-ports.js";

/** Events that wait for the program; at this many the watch ends, as after any other gap. */
export const eventsWaitingMax = 65_536;

type Taker = {
  readonly resolve: (result: IteratorResult<WatchEvent>) => void;
  readonly reject: (error: StateRefusal) => void;
};

export class EventQueue implements Watch {
  readonly #onClose: () => void;
  #events: WatchEvent[] = [];
  #takers: Taker[] = [];
  /** Undefined while it goes on; null once it was closed. */
  #ending: StateRefusal | null | undefined;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  push(event: WatchEvent): void {
    if (this.#ending !== undefined) return;
    const taker = this.#takers.shift();
    if (taker !== undefined) taker.resolve({ value: event, done: false });
    else if (this.#events.push(event) > eventsWaitingMax) this.#overflow();
  }

  /** What has come is still taken; then the error is thrown, or, with null, it is the end. */
  end(error: StateRefusal | null): void {
    if (this.#ending !== undefined) return;
    this.#ending = error;
    for (const taker of this.#takers) this.#tellEnd(taker);
    this.#takers = [];
  }

  close(): void {
    if (this.#ending !== undefined) return;
    this.#events = [];
    this.end(null);
    this.#onClose();
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchEvent> {
    return {
      next: () => new Promise((resolve, reject) => this.#take({ resolve, reject })),
      return: () => {
        this.close();
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }

  #take(taker: Taker): void {
    const event = this.#events.shift();
    if (event !== undefined) taker.resolve({ value: event, done: false });
    else if (this.#ending === undefined) this.#takers.push(taker);
    else this.#tellEnd(taker);
  }

  #tellEnd({ resolve, reject }: Taker): void {
    if (this.#ending instanceof StateRefusal) reject(this.#ending);
    else resolve({ value: undefined, done: true });
  }

  #overflow(): void {
    const detail = `the program left ${eventsWaitingMax} events waiting`;
    this.end(new StateRefusal("compacted", detail));
    this.#onClose();
  }
}
