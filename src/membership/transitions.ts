/**
 * What happens when a member's state changes: its suspicion, its tombstone and its case file, what
 * is told to others, to the detector and to the outside. One method per state. Whether it may
 * change was settled before, in precedence.ts.
 */
import type { Evidence } from "../detection/evidence.js";
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { after, type Duration, micros } from "../kernel/time.js";
import type { Standing } from "./member-table.js";
import type { CaseFile, MembershipSettings } from "./ports.js";
import { suspicionLeast } from "./scales.js";
import { Suspicion } from "./suspicion.js";
import type { View } from "./view.js";
import type { Watching } from "./watching.js";

/** A life and how often it was refuted in it. */
export interface Age {
  readonly life: number;
  readonly incarnation: number;
}

export interface Accuser {
  readonly accuser: NodeId;
  readonly evidence: Evidence | null;
}

export class Transitions {
  readonly #view: View;
  readonly #watching: Watching;
  readonly #settings: MembershipSettings;
  readonly #period: Duration;

  constructor(view: View, watching: Watching, settings: MembershipSettings, period: Duration) {
    this.#view = view;
    this.#watching = watching;
    this.#settings = settings;
    this.#period = period;
  }

  /** How long a suspicion lasts at least, among those who are members now. */
  suspicionLeast(): Duration {
    return suspicionLeast(this.#settings.suspicionAlpha, this.#view.table.live, this.#period);
  }

  /** @param heard the member itself was heard in this life */
  alive(number: number, age: Age, rank: number, heard: boolean): void {
    const { table, waits, tombstones, rumours, now } = this.#view;
    const former = table.has(number) ? table.standingOf(number) : null;
    const wasHeard = former?.life === age.life && former.heard;
    table.put(number, { state: "alive", ...age, heard: heard || wasHeard }, now);
    table.setRank(number, rank);
    waits.delete(number);
    tombstones.delete(number);
    // At the start everybody counts as alive in a life yet unknown; to learn it is no news.
    const isUsual = former?.state === "alive" && former.life === 0 && age.incarnation === 0;
    if (!isUsual) rumours.add(number);
    if (former === null || former.state === "expected") this.#appeared(number, age, former);
    else if (former.life === 0 || former.life === age.life) this.#returned(number, former);
    else this.#replaced(number, age, former);
    this.#changed(number);
  }

  suspected(number: number, age: Age, { accuser, evidence }: Accuser): void {
    const { table, waits, cases, rumours, now } = this.#view;
    const former = table.standingOf(number);
    this.#putDown(number, "suspected", age);
    if (isGone(former)) this.#watching.watch(number);
    this.#openCase(number, age);
    cases.accuse(number, accuser, evidence, now);
    const suspicion = this.#suspicion(accuser);
    waits.set(number, { kind: "suspicion", suspicion });
    cases.lasts(number, suspicion.length);
    rumours.add(number);
    this.#changed(number);
    if (former.state === "suspected") return;
    this.#view.event({ kind: "member-suspected", member: this.#nameOf(number), accuser });
  }

  /** One more says so of a member that is suspected already. */
  confirmed(number: number, { accuser, evidence }: Accuser): void {
    const { waits, cases, rumours, now } = this.#view;
    cases.accuse(number, accuser, evidence, now);
    const suspicion = waits.suspicionOf(number);
    if (suspicion === null || !suspicion.confirm(accuser)) return;
    waits.changed();
    cases.lasts(number, suspicion.length);
    rumours.add(number);
  }

  /** Its suspicion, or its time as unreachable, has run out. */
  timeRanOut(number: number): void {
    const { table, waits, now } = this.#view;
    const { unreachableFor } = this.#settings;
    const age = table.standingOf(number);
    const self = this.#nameOf(this.#view.self);
    if (waits.get(number)?.kind === "unreachable" || unreachableFor === 0) {
      this.dead(number, age, { accuser: self, evidence: null });
      return;
    }
    // Where more are accused than have files, its own may have made room.
    this.#openCase(number, age);
    this.#putDown(number, "unreachable", age);
    waits.set(number, { kind: "unreachable", endsAt: after(now, unreachableFor) });
    this.#declare(number, self);
    const caseFile = this.#caseOf(number);
    const member = this.#nameOf(number);
    this.#view.event({ kind: "member-unreachable", member, case: caseFile });
  }

  dead(number: number, age: Age, { accuser, evidence }: Accuser): void {
    const { cases, now } = this.#view;
    this.#openCase(number, age);
    if (evidence !== null) cases.accuse(number, accuser, evidence, now);
    this.#putDown(number, "dead", age);
    this.#declare(number, accuser);
    this.#gone(number);
    const caseFile = this.#caseOf(number);
    this.#view.event({ kind: "member-died", member: this.#nameOf(number), case: caseFile });
  }

  left(number: number, age: Age): void {
    this.#putDown(number, "left", age);
    this.#gone(number);
    this.#view.event({ kind: "member-left", member: this.#nameOf(number) });
  }

  /** Nothing is known of the name any more. A seat of the roster is never forgotten. */
  forgotten(number: number): void {
    const member = this.#nameOf(number);
    assert(number !== this.#view.self, "a node does not forget itself");
    this.#watching.forget(number);
    if (this.#view.addresses.placeOf(number) !== null) {
      this.#view.tell({ kind: "route", member, address: null });
    }
    this.#view.remove(number);
    this.#view.event({ kind: "member-forgotten", member });
  }

  #appeared(number: number, { life }: Age, former: Standing | null): void {
    if (former === null) this.#watching.watch(number);
    this.#view.event({ kind: "member-joined", member: this.#nameOf(number), life });
  }

  #returned(number: number, former: Standing): void {
    if (former.state === "alive") return;
    if (isGone(former)) this.#watching.watch(number);
    else this.#watching.refuted(number);
    if (former.state !== "left") this.#cameBack(number, former.life, isGone(former));
    const member = this.#nameOf(number);
    this.#view.event({ kind: "member-returned", member, former: former.state });
  }

  #replaced(number: number, { life }: Age, former: Standing): void {
    const member = this.#nameOf(number);
    this.#watching.watch(number);
    const hadLeft = former.state === "left";
    if (!hadLeft && former.state !== "alive") this.#cameBack(number, life, isGone(former));
    if (hadLeft) this.#view.event({ kind: "member-joined", member, life });
    else this.#view.event({ kind: "member-replaced", member, life, formerLife: former.life });
  }

  #cameBack(number: number, life: number, wasGone: boolean): void {
    this.#view.flaps.returned(number, this.#view.now, wasGone);
    this.#view.cases.refute(number, life, this.#view.now);
  }

  #gone(number: number): void {
    const { waits, tombstones, rumours, names, now } = this.#view;
    waits.delete(number);
    if (!names.isSeat(number)) tombstones.set(number, now);
    this.#watching.forget(number);
    rumours.add(number);
    this.#changed(number);
  }

  /** No rank is known of an accused; it keeps the last, which counts no more. */
  #putDown(number: number, state: Standing["state"], age: Age): void {
    const { table, now } = this.#view;
    const heard = table.isHeard(number) && table.lifeOf(number) === age.life;
    const { life, incarnation } = age;
    table.put(number, { state, life, incarnation, heard }, now);
  }

  #suspicion(accuser: NodeId): Suspicion {
    const { suspicionBeta, confirmations } = this.#settings;
    const least = this.suspicionLeast();
    const most = micros(Math.floor(Math.max(1, suspicionBeta) * least));
    // Where so many cannot confirm it, nobody is waited for; we and the suspect do not count.
    const wanted = this.#view.table.live - 2 < confirmations ? 0 : confirmations;
    return new Suspicion({ now: this.#view.now, accuser, least, most, wanted });
  }

  #openCase(number: number, { life, incarnation }: Age): void {
    const { cases } = this.#view;
    if (cases.isOpen(number) && cases.get(number)?.life === life) return;
    cases.open(number, { member: this.#nameOf(number), life, incarnation });
  }

  #declare(number: number, by: NodeId): void {
    const { cases, now, lateAt } = this.#view;
    const healthScore = this.#watching.healthScore();
    cases.declare(number, { by, at: now, healthScore, lateAt });
  }

  #caseOf(number: number): CaseFile {
    const caseFile = this.#view.cases.get(number);
    assert(caseFile !== null, "a verdict without a case file");
    return { ...caseFile };
  }

  #changed(number: number): void {
    this.#view.oracle.changed(number);
  }

  #nameOf(number: number): NodeId {
    return this.#view.names.nameOf(number);
  }
}

const isGone = ({ state }: Standing): boolean => state === "dead" || state === "left";
