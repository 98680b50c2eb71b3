/**
 * Who gets a place in the view. The roster is fixed, or anybody may come while there is room. In a
 * full view a tombstone makes room first; then, for a member that was heard itself, one that is
 * known from hearsay only: invented names must not keep real members out.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Prng } from "../kernel/prng.js";
import { after, type Duration, due, type Instant } from "../kernel/time.js";
import type { MembershipSettings } from "./ports.js";
import type { Transitions } from "./transitions.js";
import type { View } from "./view.js";

export type Place =
  | { readonly ok: true; readonly number: number }
  | { readonly ok: false; readonly reason: "not-in-roster" | "full" };

export class Admission {
  readonly #view: View;
  readonly #transitions: Transitions;
  readonly #admission: MembershipSettings["admission"];
  readonly #period: Duration;
  readonly #dice: Prng;
  #tellsFullFrom: Instant;

  constructor(
    view: View,
    transitions: Transitions,
    settings: MembershipSettings,
    period: Duration,
    dice: Prng,
  ) {
    this.#view = view;
    this.#transitions = transitions;
    this.#admission = settings.admission;
    this.#period = period;
    this.#dice = dice;
    this.#tellsFullFrom = view.now;
    const { admission } = settings;
    const holdsRoster = admission.kind === "roster" || admission.membersMax >= view.names.seats;
    assert(holdsRoster, "membersMax is less than the roster");
  }

  /** A number for a name that has none; the caller puts a member there at once. */
  admit(name: NodeId, isHeard: boolean): Place {
    if (this.#admission.kind === "roster") return { ok: false, reason: "not-in-roster" };
    if (this.#view.table.total >= this.#admission.membersMax && !this.#makeRoom(isHeard)) {
      this.#tellFull(name);
      return { ok: false, reason: "full" };
    }
    return { ok: true, number: this.#view.names.add(name) };
  }

  #makeRoom(isHeard: boolean): boolean {
    const evicted = this.#view.tombstones.oldest() ?? (isHeard ? this.#pickHearsay() : null);
    if (evicted === null) return false;
    this.#transitions.forgotten(evicted);
    return true;
  }

  #pickHearsay(): number | null {
    const { table, names, self } = this.#view;
    return table.pick(
      this.#dice,
      (number) => number !== self && !names.isSeat(number) && !table.isHeard(number),
    );
  }

  #tellFull(member: NodeId): void {
    if (!due(this.#tellsFullFrom, this.#view.now)) return;
    this.#tellsFullFrom = after(this.#view.now, this.#period);
    this.#view.event({ kind: "view-full", member });
  }
}
