/**
 * Wakes a loop at an instant, as `WakeTimer` does, but by a real-time thread. It rings a moment
 * early, and the rest is spent looking at the clock between two looks at sockets: the way from
 * thread to loop takes longer than the spread of it.
 *
 * An ordinary timeout stands behind it: a thread that died costs two milliseconds, not the cycle.
 */
import type { Instant } from "../../kernel/time.js";
import type { Clock } from "../monotonic-clock.js";
import { type LoopTimer, WakeTimer } from "../wake-timer.js";
import type { Alarm } from "./alarm.js";

/** How much later than the deadline the timeout behind it is set, in microseconds. */
const behind = 2_000;

/** No nearer than this does the loop look at the clock all the time, in microseconds. */
const lookMax = 1_000;

export class AlarmTimer implements LoopTimer {
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #wake: () => void;
  readonly #behind: WakeTimer;
  readonly #look = () => this.#lookAtClock();
  #deadline: Instant | null = null;
  #missed = 0;
  #immediate: NodeJS.Immediate | null = null;

  constructor(clock: Clock, alarm: Alarm, wake: () => void) {
    this.#clock = clock;
    this.#alarm = alarm;
    this.#wake = wake;
    this.#behind = new WakeTimer(clock, () => this.#onBehind());
    alarm.onRing(this.#look);
  }

  /** How often the timeout was first. */
  get missed(): number {
    return this.#missed;
  }

  set(deadline: Instant | null): void {
    const before = this.#deadline;
    this.#deadline = deadline;
    if (deadline === before) return;
    if (deadline === null) {
      this.#disarm();
      return;
    }
    this.#arm(deadline);
  }

  #arm(deadline: Instant): void {
    if (deadline <= this.#clock.now()) {
      this.#immediate ??= setImmediate(this.#look);
      return;
    }
    this.#alarm.set(deadline);
    const later = this.#alarm.failed ? 0 : behind;
    this.#behind.set((deadline + later) as Instant);
  }

  #disarm(): void {
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
    this.#behind.set(null);
    this.#alarm.set(null);
  }

  #onBehind(): void {
    if (this.#deadline !== null) this.#missed += 1;
    this.#lookAtClock();
  }

  #lookAtClock(): void {
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
    const deadline = this.#deadline;
    if (deadline === null) return;
    const left = deadline - this.#clock.now();
    if (left > lookMax) return;
    if (left > 0) {
      this.#immediate = setImmediate(this.#look);
      return;
    }
    this.#deadline = null;
    this.#wake();
  }
}
