/**
 * Names and the small integers that stand for them. The seats of the roster are numbered once for
 * all machines that share the roster: in a simulation of ten thousand members, a map of names in
 * each of them would fill the memory by itself. Who joins later is numbered locally, after them.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";

/** The roster and the number of each name in it. Never changes, so machines may share it. */
export class RosterIndex {
  readonly names: readonly NodeId[];
  readonly #numbers: ReadonlyMap<NodeId, number>;

  /** @param names sorted by `<`, each once */
  constructor(names: readonly NodeId[]) {
    const isSorted = names.every((name, at) => at === 0 || (names[at - 1] as NodeId) < name);
    assert(isSorted, "a roster must be sorted, and name each member once");
    this.names = names;
    this.#numbers = new Map(names.map((name, at) => [name, at]));
  }

  numberOf(name: NodeId): number | undefined {
    return this.#numbers.get(name);
  }
}

/** One machine's numbers: the seats of the roster, then those that came later. */
export class Names {
  readonly #roster: RosterIndex;
  readonly #later: (NodeId | null)[] = [];
  readonly #laterNumbers = new Map<NodeId, number>();
  readonly #freed: number[] = [];

  constructor(roster: RosterIndex) {
    this.#roster = roster;
  }

  /** Numbers are below this; some may be free. */
  get slots(): number {
    return this.seats + this.#later.length;
  }

  get seats(): number {
    return this.#roster.names.length;
  }

  /** Does the number belong to the roster? Such names are never removed. */
  isSeat(number: number): boolean {
    return number < this.seats;
  }

  numberOf(name: NodeId): number | undefined {
    return this.#roster.numberOf(name) ?? this.#laterNumbers.get(name);
  }

  nameOf(number: number): NodeId {
    const name = this.isSeat(number)
      ? this.#roster.names[number]
      : this.#later[number - this.seats];
    assert(name !== undefined && name !== null, `nobody has the number ${number}`);
    return name;
  }

  add(name: NodeId): number {
    assert(this.numberOf(name) === undefined, `${name} has a number already`);
    const number = this.#freed.pop() ?? this.slots;
    this.#later[number - this.seats] = name;
    this.#laterNumbers.set(name, number);
    return number;
  }

  remove(number: number): void {
    assert(!this.isSeat(number), "a seat of the roster stays");
    this.#laterNumbers.delete(this.nameOf(number));
    this.#later[number - this.seats] = null;
    this.#freed.push(number);
  }
}
