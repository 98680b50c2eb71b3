/**
 * What is held against the voter of one replica, for one sensor. Strikes as for channels
 * (voting/health): what is wrong costs much, what is missing costs little, and agreement takes it
 * back. A single difference is honest: vectors are not agreed on, so a replica that lost a datagram
 * may have voted on fewer samples than the others.
 */

/** What one comparison says: the result of the others, none where they have one, another one. */
export type Finding = "agrees" | "omits" | "differs";

/**
 * Three wrong results in a row, or ten that are missing, or any mix that outweighs the agreements.
 * A lost datagram makes a result missing and not wrong. With every tenth datagram lost, and one
 * channel of three wrong, 6 results of 1,000 are missing (measured, as in test/node/voters.test.ts,
 * in 12,000 cycles of three replicas); with three of ten lost, 128. In neither was anybody
 * suspected.
 */
export const voterStrikesMax = 30;
export const strikesPerDifference = 10;
export const strikesPerOmission = 3;
export const strikesPerAgreement = 5;

/** So many agreements in a row clear a suspected voter. */
export const clearingAgreements = 10;

export class VoterRecord {
  #strikes = 0;
  /** How many agreements in a row are still to come; 0 while nothing is suspected. */
  #left = 0;

  get suspected(): boolean {
    return this.#left > 0;
  }

  /** True where the finding changed whether it is suspected. */
  note(finding: Finding): boolean {
    if (this.suspected) {
      this.#left = finding === "agrees" ? this.#left - 1 : clearingAgreements;
      return !this.suspected;
    }
    this.#strikes = Math.max(0, this.#strikes + strikesFor(finding));
    if (this.#strikes < voterStrikesMax) return false;
    this.#strikes = 0;
    this.#left = clearingAgreements;
    return true;
  }
}

function strikesFor(finding: Finding): number {
  if (finding === "agrees") return -strikesPerAgreement;
  return finding === "omits" ? strikesPerOmission : strikesPerDifference;
}
