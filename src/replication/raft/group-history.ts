/**
 * Which group counts: the newest one in the log, committed or not (thesis 4.1: a server uses the
 * latest configuration in its log), so a truncated log brings an older one back.
 *
 * Invariant: indices grow, and the first stands for all before it.
 */
import { assert } from "../../kernel/assert.js";
import { quorumOf } from "./group.js";
import type { Group } from "./ports.js";
import type { Quorum } from "./quorum.js";

interface Standing {
  readonly index: number;
  readonly group: Group;
  readonly quorum: Quorum;
}

export class GroupHistory {
  #standings: Standing[];

  /** @param index of the entry, or of the snapshot, that brought the group; 0 before any. */
  constructor(index: number, group: Group) {
    this.#standings = [{ index, group, quorum: quorumOf(group) }];
  }

  get group(): Group {
    return this.#newest.group;
  }

  get quorum(): Quorum {
    return this.#newest.quorum;
  }

  /** Where the newest group stands in the log. */
  get index(): number {
    return this.#newest.index;
  }

  push(index: number, group: Group): void {
    assert(index > this.index, `a group at ${index} after one at ${this.index}`);
    this.#standings.push({ index, group, quorum: quorumOf(group) });
  }

  /** Entries from `index` on are gone. True where the group has changed by that. */
  truncate(index: number): boolean {
    const before = this.#standings.length;
    while (this.#standings.length > 1 && this.index >= index) this.#standings.pop();
    return this.#standings.length !== before;
  }

  /** The group as of `index`, which a snapshot of that index must carry. */
  at(index: number): Group {
    for (let at = this.#standings.length - 1; at > 0; at -= 1) {
      const standing = this.#standings[at] as Standing;
      if (standing.index <= index) return standing.group;
    }
    return (this.#standings[0] as Standing).group;
  }

  /** What stood before the group as of `index` is needed no more. */
  forget(index: number): void {
    while (this.#standings.length > 1 && (this.#standings[1] as Standing).index <= index) {
      this.#standings.shift();
    }
  }

  reset(index: number, group: Group): void {
    this.#standings = [{ index, group, quorum: quorumOf(group) }];
  }

  get #newest(): Standing {
    return this.#standings[this.#standings.length - 1] as Standing;
  }
}
