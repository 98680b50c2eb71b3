/** What this node knows of the group, and what it has to tell of it. The rules are elsewhere. */
import { assert, unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Instant } from "../kernel/time.js";
import { AddressBook } from "./address-book.js";
import { CaseFiles } from "./case-files.js";
import { type AccusingClaim, type Claim, rankUnassigned } from "./claims.js";
import { Flaps } from "./flaps.js";
import { LeaderOracle } from "./leader/oracle.js";
import { MemberTable } from "./member-table.js";
import type { MembershipOptions } from "./options.js";
import type { Member, MembershipEvent, MembershipOutput, RefusedReason } from "./ports.js";
import { Names, RosterIndex } from "./roster-index.js";
import { Rumours } from "./rumours.js";
import { Tombstones } from "./tombstones.js";
import { Waits } from "./waits.js";

interface Facts {
  delete(number: number): unknown;
}

export class View {
  /** Of the present step. */
  now: Instant;
  /** When this node was last late itself. */
  lateAt: Instant | null = null;
  /** This node's own number. */
  readonly self: number;
  readonly names: Names;
  readonly table: MemberTable;
  readonly oracle: LeaderOracle;
  readonly addresses = new AddressBook();
  readonly waits = new Waits();
  readonly cases = new CaseFiles();
  readonly flaps = new Flaps();
  readonly tombstones: Tombstones;
  readonly rumours = new Rumours();
  #outputs: MembershipOutput[] = [];
  /** Whatever is kept by a member's number: it goes with the member, for the number is reused. */
  readonly #facts: Facts[] = [];

  constructor(options: MembershipOptions) {
    const { now, self, life, roster, rosterStarts, address } = options;
    const index = options.rosterIndex ?? new RosterIndex(roster);
    assert(index.names.length === roster.length, "the index is of another roster");
    this.now = now;
    this.names = new Names(index);
    this.table = new MemberTable(roster.length, rosterStarts, now);
    this.tombstones = new Tombstones(options.settings.tombstoneFor);
    const seat = this.names.numberOf(self);
    assert(seat !== undefined, "this node must be in its own roster");
    assert(life > 0, "a life is a boot id, from 1");
    this.self = seat;
    this.table.put(seat, { state: "alive", life, incarnation: 0, heard: true }, now);
    if (rosterStarts === "expected") this.table.setRank(seat, rankUnassigned);
    if (address !== null) this.addresses.put(seat, { address, declared: true });
    this.oracle = new LeaderOracle(this.table, this.names);
    const { addresses, waits, cases, flaps, rumours, tombstones } = this;
    for (const facts of [addresses, waits, cases, flaps, rumours, tombstones]) this.about(facts);
  }

  /** Registers facts about members; they are dropped with their member. */
  about<Kept extends Facts>(facts: Kept): Kept {
    this.#facts.push(facts);
    return facts;
  }

  /** Nothing is known of the member any more, and its number is free. */
  remove(number: number): void {
    for (const facts of this.#facts) facts.delete(number);
    this.table.remove(number);
    this.oracle.changed(number);
    this.names.remove(number);
  }

  tell(output: MembershipOutput): void {
    this.#outputs.push(output);
  }

  event(event: MembershipEvent): void {
    this.tell({ kind: "event", event });
  }

  refuse(from: NodeId, reason: RefusedReason): void {
    this.tell({ kind: "refused", from, reason });
  }

  takeOutputs(): readonly MembershipOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  memberOf(number: number): Member {
    const { table } = this;
    return {
      member: this.names.nameOf(number),
      state: table.stateOf(number),
      life: table.lifeOf(number),
      incarnation: table.incarnationOf(number),
      rank: table.rankOf(number),
      address: this.addresses.addressOf(number),
      since: table.sinceOf(number),
      flaps: this.flaps.count(number, this.now),
    };
  }

  /** What others are told of the member; null where nothing is known that they could use. */
  claimOf(number: number): Claim | null {
    const member = this.names.nameOf(number);
    const { state, life, incarnation } = this.table.standingOf(number);
    switch (state) {
      case "expected":
        return null;
      case "alive":
        return life === 0 ? null : this.#aliveClaim(number, member);
      case "suspected":
      case "unreachable":
        return { status: "suspect", member, life, incarnation, ...this.#accusationOf(number) };
      case "dead":
        return { status: "dead", member, life, incarnation, ...this.#accusationOf(number) };
      case "left":
        return { status: "left", member, life, incarnation };
      default:
        return unreachable(state);
    }
  }

  #aliveClaim(number: number, member: NodeId): Claim {
    const place = this.addresses.placeOf(number);
    return {
      status: "alive",
      member,
      life: this.table.lifeOf(number),
      incarnation: this.table.incarnationOf(number),
      rank: this.table.rankOf(number),
      address: place?.address ?? null,
      declared: place?.declared ?? false,
    };
  }

  /**
   * Whose word it is: our own where we accuse it ourselves, for nobody else tells that; else the
   * newest accuser's, so that each confirmation travels. Of one that is dead it is the word of
   * whoever declared it. Where the file is gone, it is our own.
   */
  #accusationOf(number: number): Pick<AccusingClaim, "accuser" | "evidence"> {
    const self = this.names.nameOf(this.self);
    const declaredBy = this.cases.get(number)?.declaredBy ?? null;
    if (this.table.stateOf(number) !== "dead" || declaredBy === null) {
      return this.cases.accusationBy(number, self) ?? { accuser: self, evidence: null };
    }
    const word = this.cases.accusationBy(number, declaredBy);
    const evidence = word?.accuser === declaredBy ? word.evidence : null;
    return { accuser: declaredBy, evidence };
  }
}
