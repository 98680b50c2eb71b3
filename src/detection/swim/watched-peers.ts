/**
 * The names of the watched peers, and a number for each, by which the rest speaks of them.
 *
 * A simulation has ten thousand machines with ten thousand peers each: a hundred million pairs. So
 * the peers of the start stay in the array of the options, which all machines share, and are found
 * by halving; only who comes later costs this machine an entry.
 *
 * Invariant: a number names the same peer from `add` to `remove`, and is free afterwards.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";

export class WatchedPeers {
  /** Number i is `#first[i]`, unless it was removed: then for ever, whoever comes back. */
  readonly #first: readonly NodeId[];
  readonly #firstRemoved = new Set<number>();
  readonly #later = new Map<NodeId, number>();
  readonly #laterNames: (NodeId | undefined)[] = [];
  readonly #freeNumbers: number[] = [];

  /** @param first sorted by `<`, each once; the array is kept and not changed */
  constructor(first: readonly NodeId[]) {
    for (let index = 1; index < first.length; index += 1) {
      if (!((first[index - 1] as NodeId) < (first[index] as NodeId))) {
        assert(false, `the peers are not sorted: ${first[index - 1]}, ${first[index]}`);
      }
    }
    this.#first = first;
  }

  /** The number of a watched peer; null for a stranger. */
  numberOf(peer: NodeId): number | null {
    const later = this.#later.get(peer);
    if (later !== undefined) return later;
    const number = placeIn(this.#first, peer);
    if (number === null || this.#firstRemoved.has(number)) return null;
    return number;
  }

  nameOf(number: number): NodeId {
    const name = this.#first[number] ?? this.#laterNames[number - this.#first.length];
    assert(name !== undefined, `no peer has the number ${number}`);
    return name;
  }

  /** The newcomer's number, or null where it is watched already. */
  add(peer: NodeId): number | null {
    if (this.numberOf(peer) !== null) return null;
    const number = this.#freeNumbers.pop() ?? this.#first.length + this.#laterNames.length;
    this.#later.set(peer, number);
    this.#laterNames[number - this.#first.length] = peer;
    return number;
  }

  /** The number that the peer had, or null for a stranger. */
  remove(peer: NodeId): number | null {
    const number = this.numberOf(peer);
    if (number === null) return null;
    if (this.#later.delete(peer)) {
      this.#laterNames[number - this.#first.length] = undefined;
      this.#freeNumbers.push(number);
    } else {
      this.#firstRemoved.add(number);
    }
    return number;
  }

  /** In the order in which they were named; who was removed and named again, by the last time. */
  *[Symbol.iterator](): Generator<NodeId> {
    for (const [number, peer] of this.#first.entries()) {
      if (!this.#firstRemoved.has(number)) yield peer;
    }
    yield* this.#later.keys();
  }
}

/** Where `name` stands in a sorted list, or null. */
function placeIn(names: readonly NodeId[], name: NodeId): number | null {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((names[middle] as NodeId) < name) low = middle + 1;
    else high = middle;
  }
  return names[low] === name ? low : null;
}
