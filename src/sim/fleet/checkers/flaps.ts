/**
 * Flaps: how often a live member came back into somebody's view as trusted. Each one is a mistake
 * that was told to the world and taken back: whoever acts on views has acted twice for nothing.
 */
import type { Instant } from "../../../kernel/time.js";
import type { FleetTruth } from "../truth.js";
import type { FleetViews } from "../views.js";

export class FlapChecker {
  #flaps = 0;

  constructor(truth: FleetTruth, views: FleetViews, begins: Instant) {
    views.onChange(({ at, subject, to }) => {
      if (at >= begins && to === "trusted" && truth.isWell(subject)) this.#flaps += 1;
    });
  }

  get flaps(): number {
    return this.#flaps;
  }
}
