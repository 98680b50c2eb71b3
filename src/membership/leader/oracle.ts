/**
 * The leader oracle Omega (Chandra, Hadzilacos and Toueg 1996): it names one member whom it trusts,
 * and eventually all correct members name the same correct one for ever. Ours names the member
 * that is alive, and not suspected, with the lowest rank; among equal ranks the lowest name. Why
 * that is stable is in README.md.
 *
 * The whole table is looked through only when the leader itself is lost; any other change is
 * compared with the leader alone.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { MemberTable } from "../member-table.js";
import type { Names } from "../roster-index.js";

export class LeaderOracle {
  readonly #table: MemberTable;
  readonly #names: Names;
  #leader: number | null = null;

  constructor(table: MemberTable, names: Names) {
    this.#table = table;
    this.#names = names;
    this.#search();
  }

  /** The number of the trusted member; null while nobody is alive. */
  get leader(): number | null {
    return this.#leader;
  }

  /** To be called after each change of a member's state or rank, and after its removal. */
  changed(number: number): void {
    if (number === this.#leader) this.#search();
    else if (this.#isCandidate(number) && this.#precedesLeader(number)) this.#leader = number;
  }

  #search(): void {
    this.#leader = null;
    for (let number = 0; number < this.#table.slots; number += 1) {
      if (this.#isCandidate(number) && this.#precedesLeader(number)) this.#leader = number;
    }
  }

  #isCandidate(number: number): boolean {
    return this.#table.has(number) && this.#table.stateOf(number) === "alive";
  }

  #precedesLeader(number: number): boolean {
    if (this.#leader === null) return true;
    const rank = this.#table.rankOf(number);
    const leaderRank = this.#table.rankOf(this.#leader);
    if (rank !== leaderRank) return rank < leaderRank;
    return this.#nameOf(number) < this.#nameOf(this.#leader);
  }

  #nameOf(number: number): NodeId {
    return this.#names.nameOf(number);
  }
}
