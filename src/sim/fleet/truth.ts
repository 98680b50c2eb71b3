/**
 * What is true of the members of a fleet, whatever they think: who is up, who ever crashed, and who
 * cannot hear whom. Checkers measure what the members say against it.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";

export class FleetTruth {
  /** Sorted by `<`, each once. */
  readonly members: readonly NodeId[];
  readonly #down = new Set<NodeId>();
  readonly #crashed = new Set<NodeId>();
  #cut: (source: NodeId, target: NodeId) => boolean = () => false;

  constructor(members: readonly NodeId[]) {
    this.members = members;
  }

  isUp(id: NodeId): boolean {
    return !this.#down.has(id);
  }

  /** It has never crashed. A paused one is well: it is slow, and no more. */
  isWell(id: NodeId): boolean {
    return !this.#crashed.has(id);
  }

  /** Nothing passes from the one to the other, or nothing comes back. */
  areCut(one: NodeId, other: NodeId): boolean {
    return this.#cut(one, other) || this.#cut(other, one);
  }

  get up(): readonly NodeId[] {
    return this.members.filter((id) => this.isUp(id));
  }

  get down(): readonly NodeId[] {
    return this.members.filter((id) => !this.isUp(id));
  }

  crashes(id: NodeId): void {
    assert(this.isUp(id), `${id} crashes twice`);
    this.#down.add(id);
    this.#crashed.add(id);
  }

  restarts(id: NodeId): void {
    assert(!this.isUp(id), `${id} starts while it is up`);
    this.#down.delete(id);
  }

  /** From now on; for ever whole again with a function that is never true. */
  isCutBy(cut: (source: NodeId, target: NodeId) => boolean): void {
    this.#cut = cut;
  }
}
