/**
 * This node in the eyes of others. Nobody else speaks for it: what is claimed of it and is not so,
 * it refutes with a higher incarnation (SWIM, section 4.2). And it takes its place in the order of
 * succession, behind all who have one (leader/README.md).
 */
import type { NodeId } from "../kernel/ids.js";
import { after, type Duration, due, elapsed, type Instant, micros } from "../kernel/time.js";
import {
  type AccusingClaim,
  type AliveClaim,
  type Claim,
  incarnationMax,
  type LeftClaim,
  rankUnassigned,
} from "./claims.js";
import type { View } from "./view.js";
import type { Watching } from "./watching.js";

/** A node that has found nobody in a place does not take one itself before so many periods. */
export const settlePeriods = 10;

/** So many must have heard a newer life of our name before we believe it and stop. */
export const outlivedWitnesses = 2;

/** Or one, if for so many periods nobody says anything else to us. */
export const shunnedPeriods = 10;

export class OwnStanding {
  readonly #view: View;
  readonly #watching: Watching;
  readonly #settlesFrom: Instant;
  readonly #witnesses = new Set<NodeId>();
  readonly #period: Duration;
  /** When a claim beyond our incarnation is followed again: it is a lie, and may come in floods. */
  #leapsFrom: Instant;
  /** Since when we hear nothing but that we are outlived. */
  #shunnedSince: Instant | null = null;

  constructor(view: View, watching: Watching, period: Duration) {
    this.#view = view;
    this.#watching = watching;
    this.#period = period;
    this.#leapsFrom = view.now;
    this.#settlesFrom = after(view.now, micros(settlePeriods * period));
  }

  get life(): number {
    return this.#view.table.lifeOf(this.#view.self);
  }

  get #incarnation(): number {
    return this.#view.table.incarnationOf(this.#view.self);
  }

  get isSettled(): boolean {
    return this.#view.table.rankOf(this.#view.self) !== rankUnassigned;
  }

  /** Young: others may still answer who lead it. */
  get isYoung(): boolean {
    return !this.isSettled && !due(this.#settlesFrom, this.#view.now);
  }

  /** A claim about this node, from whomever. */
  claimed(claim: Claim): void {
    const { rumours, self } = this.#view;
    // Somebody does not know our life, or takes us for an earlier or an invented one.
    if (claim.life !== this.life) rumours.add(self);
    if (claim.life !== this.life && claim.life !== 0) this.#takenForAnother(claim);
    else if (claim.status === "alive") this.#described(claim);
    else if (claim.incarnation >= this.#incarnation) this.#accused(claim);
  }

  /**
   * `witness` has heard a newer life under our name itself. One liar must not stop us, so that two
   * must say so, or all there are; or one for a while, in which nobody else speaks to us.
   */
  isOutlived(witness: NodeId, life: number): boolean {
    if (life <= this.life) return false;
    this.#witnesses.add(witness);
    this.#shunnedSince ??= this.#view.now;
    // Whom a liar has declared dead counts too: it cannot make itself the only witness.
    const others = Math.max(1, this.#view.table.total - 1);
    if (this.#witnesses.size >= Math.min(outlivedWitnesses, others)) return true;
    return elapsed(this.#shunnedSince, this.#view.now) >= shunnedPeriods * this.#period;
  }

  /** Somebody speaks to us as to a member. */
  spokenTo(): void {
    this.#shunnedSince = null;
  }

  /** Takes a place behind all who have one, once somebody alive has one. */
  settle(): void {
    if (this.isSettled || !this.#knowsWhereToStand()) return;
    this.#setRank(nextRank(this.#view.table.rankMax));
    this.#view.rumours.add(this.#view.self);
  }

  /**
   * Where nobody has a place yet, the provisional leader takes the first, when it has waited for
   * those who might have one. The others then stand behind it.
   */
  #knowsWhereToStand(): boolean {
    const { oracle, table, self, now } = this.#view;
    const { leader } = oracle;
    if (leader === null) return false;
    if (leader !== self) return table.rankOf(leader) !== rankUnassigned;
    return table.count("alive") > 1 && due(this.#settlesFrom, now);
  }

  /** A restart shows by an earlier life of ours: who came back does not lead again by its seat. */
  #takenForAnother(claim: Claim): void {
    if (claim.life > this.life || this.#view.table.incarnationOf(this.#view.self) > 0) return;
    const isSeatRank = this.#view.table.rankOf(this.#view.self) === this.#view.self;
    if (isSeatRank && this.isSettled) this.#refute(0, true);
  }

  #described(claim: AliveClaim): void {
    const { table, addresses, self } = this.#view;
    if (claim.incarnation < this.#incarnation) return;
    const place = addresses.placeOf(self);
    const hasAddress = !claim.declared || claim.address === (place?.address ?? null);
    const hasRank = claim.rank === table.rankOf(self) || claim.rank === rankUnassigned;
    const isTrue = claim.incarnation === this.#incarnation && hasAddress && hasRank;
    if (!isTrue) this.#refute(claim.incarnation, false);
  }

  #accused(claim: AccusingClaim | LeftClaim): void {
    if (!this.#refute(claim.incarnation, true)) return;
    const by = claim.status === "left" ? claim.member : claim.accuser;
    this.#watching.feed({ kind: "accused" });
    this.#view.event({ kind: "accusation-refuted", by, incarnation: this.#incarnation });
  }

  /**
   * @param yields whether this node goes to the end of the succession: others may have begun to
   *   trust somebody else, and are not to change back
   */
  #refute(claimed: number, yields: boolean): boolean {
    const { table, self, now, rumours } = this.#view;
    if (claimed > this.#incarnation && !this.#mayLeap()) return false;
    const incarnation = Math.max(this.#incarnation, claimed) + 1;
    // It has no word left to refute with, after four million periods of lies.
    if (incarnation > incarnationMax) return false;
    table.put(self, { ...table.standingOf(self), incarnation }, now);
    if (yields && this.isSettled) this.#setRank(nextRank(table.rankMax));
    rumours.add(self);
    return true;
  }

  /** Nobody but us raises our incarnation: who is ahead of us has lied, or believed a liar. */
  #mayLeap(): boolean {
    const { now } = this.#view;
    if (!due(this.#leapsFrom, now)) return false;
    this.#leapsFrom = after(now, this.#period);
    return true;
  }

  #setRank(rank: number): void {
    this.#view.table.setRank(this.#view.self, rank);
    this.#view.oracle.changed(this.#view.self);
  }
}

/** At the end of the numbers all take the last, and names decide. */
const nextRank = (rankMax: number): number => Math.min(rankMax + 1, rankUnassigned - 1);
