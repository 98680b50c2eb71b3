/**
 * Whose turn it is to take a lock that is free. If all who see it free asked for it, each change of
 * hands would cost an opening and an end of a session for each of them. So the one after the last
 * holder begins, in the order of the nodes, and each further one waits a moment longer: it may ask
 * when those before it are dead or do not want it.
 *
 * This is politeness. That one has the lock at a time is the lock's work.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { after, type Duration, due, type Instant, micros } from "../../kernel/time.js";

export class Turn {
  readonly #self: NodeId;
  readonly #nodes: readonly NodeId[];
  readonly #apart: Duration;
  #holder: NodeId | null = null;
  #last: NodeId | null = null;
  #seen = false;
  /** Null when it has come, or nobody knows when. */
  #comesAt: Instant | null = null;

  /** @param apart how much longer each waits than the one before it */
  constructor(self: NodeId, nodes: readonly NodeId[], apart: Duration) {
    assert(nodes.includes(self), `${self} is none of those that take turns`);
    this.#self = self;
    this.#nodes = nodes;
    this.#apart = apart;
  }

  /** Who has the lock now; null where nobody has. */
  see(now: Instant, holder: NodeId | null): void {
    if (this.#seen && holder === this.#holder) return;
    this.#seen = true;
    this.#holder = holder;
    if (holder !== null) {
      this.#last = holder;
      this.#comesAt = null;
    } else {
      const wait = this.#place() * this.#apart;
      this.#comesAt = wait === 0 ? null : after(now, micros(wait));
    }
  }

  step(now: Instant): void {
    if (due(this.#comesAt, now)) this.#comesAt = null;
  }

  /** Of a lock that is free, or was ours in an earlier life. */
  get hasCome(): boolean {
    return this.#seen && this.#comesAt === null;
  }

  deadline(): Instant | null {
    return this.#comesAt;
  }

  /** How many come before us. */
  #place(): number {
    const { length } = this.#nodes;
    const last = this.#last === null ? -1 : this.#nodes.indexOf(this.#last);
    return (this.#nodes.indexOf(this.#self) - last - 1 + length) % length;
  }
}
