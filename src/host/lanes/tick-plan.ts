/**
 * The ticks of a lane lie on a grid: `begins + n * period`. Absolute, so that lateness does not add
 * up to drift. A tick whose instant has passed when the one before it ends is skipped and counted:
 * running it late would only make the next one late.
 */
import { assert } from "../../kernel/assert.js";
import type { Duration } from "../../kernel/time.js";

export class TickPlan {
  readonly #begins: number;
  readonly #period: Duration;
  #tick = 0;
  #skipped = 0;

  /** @param begins the instant of tick 0, in microseconds */
  constructor(begins: number, period: Duration) {
    assert(period > 0, "a lane's period is not positive");
    this.#begins = begins;
    this.#period = period;
  }

  /** The number of the tick that is planned; skipped ones count. */
  get tick(): number {
    return this.#tick;
  }

  get skipped(): number {
    return this.#skipped;
  }

  /** When the tick is planned, in microseconds. */
  get planned(): number {
    return this.#begins + this.#tick * this.#period;
  }

  /** The planned tick ended `now`: plans the next one whose instant is still to come. */
  ended(now: number): void {
    this.#tick += 1;
    const late = now - this.planned;
    if (late <= 0) return;
    const passed = Math.ceil(late / this.#period);
    this.#tick += passed;
    this.#skipped += passed;
  }
}
