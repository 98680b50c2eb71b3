/**
 * What a frame of a member changes. The frame itself is its sender's own word that it is alive, in
 * the life of its envelope; nobody else's word about that counts as much. The claims on it are what
 * the sender says of others, and any of them may be wrong.
 */
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { elapsed, micros } from "../kernel/time.js";
import type { Accusing } from "./accusing.js";
import { parseAddress } from "./address.js";
import type { Place } from "./address-book.js";
import type { Admission } from "./admission.js";
import {
  type AliveClaim,
  type Claim,
  incarnationLeapMax,
  rankLeapMax,
  rankUnassigned,
} from "./claims.js";
import type { Leads } from "./leads.js";
import type { Standing } from "./member-table.js";
import type { Message } from "./messages.js";
import type { OwnStanding } from "./own-standing.js";
import type { RefusedReason } from "./ports.js";
import { ruling } from "./precedence.js";
import type { Age, Transitions } from "./transitions.js";
import type { View } from "./view.js";

export interface Frame {
  readonly from: NodeId;
  readonly life: number;
  readonly origin: string | null;
}

export interface HearingParts {
  readonly view: View;
  readonly transitions: Transitions;
  readonly admission: Admission;
  readonly accusing: Accusing;
  readonly own: OwnStanding;
  readonly leads: Leads;
}

export type Heard =
  | { readonly kind: "member"; readonly number: number; readonly isBehind: boolean }
  /** A frame of a life that is over. */
  | { readonly kind: "outlived"; readonly number: number }
  | { readonly kind: "refused"; readonly reason: RefusedReason };

export class Hearing {
  readonly #parts: HearingParts;
  readonly #view: View;

  constructor(parts: HearingParts) {
    this.#parts = parts;
    this.#view = parts.view;
  }

  /** The frame as such. Its claims may be looked at only where its sender is a member. */
  hear(frame: Frame, message: Message): Heard {
    const { from, life } = frame;
    const number = this.#view.names.numberOf(from);
    if (number === undefined) return this.#heardFirst(frame, message);
    const known = this.#view.table.standingOf(number);
    if (life < known.life && known.heard) return { kind: "outlived", number };
    const isNewer = life !== known.life || message.incarnation > known.incarnation;
    // So far ahead is nobody's word but liars', whose leaps add up; the member could not answer it.
    const isLeap = known.incarnation > message.incarnation + incarnationLeapMax;
    if (isNewer || isLeap) this.#aliveByItself(number, frame, message);
    else this.#heardAgain(number, known, message);
    this.#parts.leads.settled(number);
    const isBehind = !isNewer && !isLeap && message.incarnation < known.incarnation;
    return { kind: "member", number, isBehind };
  }

  /**
   * @param isList a claim of death is then one of suspicion: it may be old, and the member shall
   *   have the chance to refute (memberlist's rule for push/pull)
   * @returns why a claim was refused, the first reason; null where none was
   */
  takeClaims(frame: Frame, claims: readonly Claim[], isList: boolean): RefusedReason | null {
    let refused: RefusedReason | null = null;
    for (const claim of claims) refused = this.#take(frame, claim, isList) ?? refused;
    return refused;
  }

  /**
   * Where the frame came from. To be told after its claims: an address that the member has said
   * itself stands over where its frames seem to come from.
   */
  seen(number: number, origin: string | null): void {
    const address = parseAddress(origin);
    const place = this.#view.addresses.placeOf(number);
    if (address === null || place?.declared === true) return;
    this.#move(number, { address, declared: false }, true);
  }

  #heardFirst(frame: Frame, message: Message): Heard {
    const place = this.#parts.admission.admit(frame.from, true);
    if (!place.ok) return { kind: "refused", reason: place.reason };
    this.#aliveByItself(place.number, frame, message);
    return { kind: "member", number: place.number, isBehind: false };
  }

  #aliveByItself(number: number, { life }: Frame, { incarnation, rank }: Message): void {
    this.#parts.transitions.alive(number, { life, incarnation }, rank, true);
  }

  /** Its own word about its rank stands over what others said. */
  #heardAgain(number: number, known: Standing, message: Message): void {
    const { table, now } = this.#view;
    if (!known.heard) table.put(number, { ...known, heard: true }, now);
    const isCurrent = known.state === "alive" && message.incarnation === known.incarnation;
    if (isCurrent) this.#fillRank(number, message.rank);
  }

  #take(frame: Frame, claim: Claim, isList: boolean): RefusedReason | null {
    const { names, self } = this.#view;
    const isOwnWord = claim.member === frame.from;
    if (isOwnWord && claim.life !== frame.life) return null;
    const number = names.numberOf(claim.member);
    if (!isOwnWord && this.#leaps(number, claim)) return "incarnation-leap";
    if (number === self) this.#parts.own.claimed(claim);
    if (number === self) return null;
    return this.#weigh(
      number,
      this.#softened(number, claim, isList || this.#wasCutOff(frame.from)),
      isOwnWord,
    );
  }

  #leaps(number: number | undefined, claim: Claim): boolean {
    const { table } = this.#view;
    const isKnownLife = number !== undefined && table.lifeOf(number) === claim.life;
    const known = isKnownLife ? table.incarnationOf(number) : 0;
    if (claim.incarnation > known + incarnationLeapMax) return true;
    if (claim.status !== "alive" || claim.rank === rankUnassigned) return false;
    return claim.rank > table.rankMax + rankLeapMax;
  }

  /**
   * A death that is read from a list may be long past, whoever was cut off gave everybody up, and
   * whoever does not know in which life it saw the member cannot give it up for those who do: they
   * only suspect.
   */
  #softened(number: number | undefined, claim: Claim, isStale: boolean): Claim {
    if (claim.status !== "dead") return claim;
    const isVague = claim.life === 0 && number !== undefined && this.#view.table.lifeOf(number) > 0;
    return isStale || isVague ? { ...claim, status: "suspect" } : claim;
  }

  /** It was given up here until a moment ago, and so may have given up those who were with us. */
  #wasCutOff(from: NodeId): boolean {
    const { names, flaps, now } = this.#view;
    const number = names.numberOf(from);
    const backAt = number === undefined ? null : flaps.backFromGoneAt(number);
    return backAt !== null && elapsed(backAt, now) < this.#parts.transitions.suspicionLeast();
  }

  #weigh(number: number | undefined, claim: Claim, isOwnWord: boolean): RefusedReason | null {
    if (number === undefined) return this.#newcomer(claim);
    const { table, now } = this.#view;
    const known = table.standingOf(number);
    const { transitions, leads } = this.#parts;
    switch (ruling(known, claim)) {
      case "ignore":
        break;
      case "apply":
        this.#apply(number, known, claim, isOwnWord);
        break;
      case "confirm":
        if (claim.status === "suspect") transitions.confirmed(number, claim);
        break;
      case "fill":
        if (claim.status === "alive") this.#fill(number, known, claim, isOwnWord);
        break;
      case "raise":
        table.put(number, { ...known, incarnation: claim.incarnation }, now);
        break;
      case "lead":
        leads.add(number, claim.life, claim.status === "alive" ? claim.address : null);
        break;
    }
    return null;
  }

  #newcomer(claim: Claim): RefusedReason | null {
    if (ruling(null, claim) !== "apply" || claim.status !== "alive") return null;
    const place = this.#parts.admission.admit(claim.member, false);
    if (!place.ok) return place.reason;
    this.#parts.transitions.alive(place.number, claim, claim.rank, false);
    this.#toldAt(place.number, claim, false);
    return null;
  }

  #apply(number: number, known: Standing, claim: Claim, isOwnWord: boolean): void {
    const { transitions } = this.#parts;
    const age = ageOf(known, claim);
    switch (claim.status) {
      case "alive":
        transitions.alive(number, age, claim.rank, isOwnWord);
        this.#toldAt(number, claim, isOwnWord);
        break;
      case "suspect":
        transitions.suspected(number, age, claim);
        break;
      case "dead":
        transitions.dead(number, age, claim);
        break;
      case "left":
        transitions.left(number, age);
        break;
      default:
        unreachable(claim);
    }
  }

  #fill(number: number, known: Standing, claim: AliveClaim, isOwnWord: boolean): void {
    // Where one is that was given up, it says itself: it may not know, for we look elsewhere.
    if (isOwnWord) this.#toldAt(number, claim, true);
    if (known.state !== "alive") return;
    const isUnassigned = this.#view.table.rankOf(number) === rankUnassigned;
    if (isUnassigned || isOwnWord) this.#fillRank(number, claim.rank);
    const place = this.#view.addresses.placeOf(number);
    const isBetter = place === null || (claim.declared && !place.declared);
    if (isBetter && !isOwnWord) this.#toldAt(number, claim, false);
  }

  #fillRank(number: number, rank: number): void {
    const { table, oracle, rumours } = this.#view;
    if (rank === rankUnassigned || rank === table.rankOf(number)) return;
    table.setRank(number, rank);
    oracle.changed(number);
    rumours.add(number);
  }

  /**
   * Of a member that was heard in this life nobody else's word counts. Were our frames led astray,
   * it could neither answer us nor know; and a place that is declared does not change in a life.
   */
  #toldAt(number: number, { address, declared }: AliveClaim, isOwnWord: boolean): void {
    const place = this.#view.addresses.placeOf(number);
    if (!isOwnWord && place !== null && this.#view.table.isHeard(number)) return;
    if (address !== null && (declared || place === null)) {
      this.#move(number, { address, declared }, isOwnWord);
    } else if (address === null && place?.declared === true) {
      // It says no more where it is: from now on its frames show it.
      this.#view.addresses.put(number, { ...place, declared: false });
    }
  }

  #move(number: number, place: Place, isHeard: boolean): void {
    const { addresses, names } = this.#view;
    const { address } = place;
    const former = addresses.placeOf(number);
    const holder = addresses.holderOf(address);
    addresses.put(number, place);
    if (former?.address === address) return;
    const member = names.nameOf(number);
    this.#view.tell({ kind: "route", member, address });
    // Who was only seen somewhere, and now says where it is, has not moved.
    if (former !== null && (former.declared || !place.declared)) {
      const formerAddress = former.address;
      this.#view.event({ kind: "member-moved", member, address, formerAddress });
    }
    if (isHeard && holder !== null && holder !== number) this.#addressTaken(number, holder);
  }

  /** Somebody newer lives where it was: it has gone, or its board has got another name. */
  #addressTaken(number: number, holder: number): void {
    const { table, self, now } = this.#view;
    if (holder === self || table.lifeOf(holder) >= table.lifeOf(number)) return;
    this.#parts.accusing.accuse(holder, {
      detector: "address-taken",
      at: now,
      silence: micros(0),
      attempts: [],
      healthScore: 0,
    });
  }
}

const ageOf = (known: Standing, { life, incarnation }: Claim): Age =>
  life === 0 ? known : { life, incarnation };
