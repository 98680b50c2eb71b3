/**
 * How a replica that has just started comes to the health of the channels. At first it trusts every
 * channel, also those that the others have excluded, so what it has voted is not what they have,
 * and must not be rolled forward on their state. It takes the health first, when it and the one
 * that answers have voted the same cycles, and then the state of a cycle voted with that health.
 */
import type { StateReply } from "./messages.js";

export class Joining {
  /** The first cycle that is voted with the health of the others; null before it was taken. */
  #healthyFrom: number | null = null;

  /** The cycles have other numbers now, or what was voted does not count any more. */
  begin(): void {
    this.#healthyFrom = null;
  }

  /** Whether the health of a reply is to be taken, by a replica that voted `votedCycle` last. */
  takesHealth(reply: StateReply, votedCycle: number): boolean {
    if (this.#healthyFrom !== null) return false;
    // A health that did not fit its frame never comes: then the state alone must do.
    if (reply.health === null) this.#healthyFrom = 0;
    else if (reply.healthCycle === votedCycle) this.#healthyFrom = votedCycle + 1;
    return reply.health !== null && this.#healthyFrom !== null;
  }

  /** Whether the cycles after that of the reply were voted with the health of the others. */
  takesState(reply: StateReply): boolean {
    return this.#healthyFrom !== null && reply.cycle + 1 >= this.#healthyFrom;
  }
}
