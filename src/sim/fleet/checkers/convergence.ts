/**
 * Convergence: since when every live member's view is true: it trusts all that are up and nobody
 * that is down.
 *
 * Invariant: `#wrong` is the number of pairs of a live viewer and another member that it is wrong
 * about.
 */
import type { NodeId } from "../../../kernel/ids.js";
import type { Instant } from "../../../kernel/time.js";
import type { FleetTruth } from "../truth.js";
import type { FleetViews } from "../views.js";

export class ConvergenceChecker {
  readonly #truth: FleetTruth;
  readonly #views: FleetViews;
  #wrong = 0;
  #since: Instant | null;

  constructor(truth: FleetTruth, views: FleetViews, begins: Instant) {
    this.#truth = truth;
    this.#views = views;
    this.#since = begins;
    views.onChange(({ at, viewer, subject, from, to }) => {
      const was = this.#isWrong(subject, from === "trusted");
      const is = this.#isWrong(subject, to === "trusted");
      if (truth.isUp(viewer) && was !== is) this.#count(at, is ? 1 : -1);
    });
  }

  /** Since when all views have been true; null while one is not. */
  get since(): Instant | null {
    return this.#since;
  }

  /** How many views are wrong, of pairs of a viewer and a member. */
  get wrong(): number {
    return this.#wrong;
  }

  /** Told after truth and views were: a member crashed, or began a life in which it trusts all. */
  changed(at: Instant): void {
    const { members, up } = this.#truth;
    const wrongOf = (viewer: NodeId): number =>
      members.filter(
        (subject) =>
          subject !== viewer &&
          this.#isWrong(subject, this.#views.regard(viewer, subject) === "trusted"),
      ).length;
    const wrong = up.reduce((sum, viewer) => sum + wrongOf(viewer), 0);
    this.#count(at, wrong - this.#wrong);
  }

  #isWrong(subject: NodeId, isTrusted: boolean): boolean {
    return this.#truth.isUp(subject) !== isTrusted;
  }

  #count(at: Instant, more: number): void {
    const before = this.#wrong;
    this.#wrong += more;
    if (this.#wrong > 0) this.#since = null;
    else if (before > 0) this.#since = at;
  }
}
