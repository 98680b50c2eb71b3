/**
 * Whether what runs a version is up, and when it is started again. The wait doubles from restart to
 * restart, until the version agrees once: a version that dies at every start costs less and less,
 * and after `restartsMax` nothing.
 *
 *     up --down--> waiting --due--> starting --ready--> up          stopped: until released
 *                     ^----down or overdue----+
 */
import { after, type Duration, due, type Instant, micros } from "../../kernel/time.js";
import type { Patience } from "./options.js";

type LifePhase =
  | { readonly kind: "up" }
  | { readonly kind: "waiting"; readonly restartAt: Instant }
  | { readonly kind: "starting"; readonly startBy: Instant }
  | { readonly kind: "stopped" };

export class VersionLife {
  readonly #patience: Patience;
  #phase: LifePhase = { kind: "up" };
  #restartsInARow = 0;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  get phase(): LifePhase["kind"] {
    return this.#phase.kind;
  }

  get restartsInARow(): number {
    return this.#restartsInARow;
  }

  deadline(): Instant | null {
    if (this.#phase.kind === "waiting") return this.#phase.restartAt;
    return this.#phase.kind === "starting" ? this.#phase.startBy : null;
  }

  isDue(now: Instant): boolean {
    return due(this.deadline(), now);
  }

  /** It has ended. False when it was restarted too often, and stays stopped. */
  down(now: Instant): boolean {
    if (this.#restartsInARow >= this.#patience.restartsMax) {
      this.stop();
      return false;
    }
    this.#phase = { kind: "waiting", restartAt: after(now, this.#wait()) };
    return true;
  }

  start(now: Instant): void {
    this.#restartsInARow += 1;
    this.#phase = { kind: "starting", startBy: after(now, this.#patience.startMax) };
  }

  /** False where nobody was starting. */
  ready(): boolean {
    if (this.#phase.kind !== "starting") return false;
    this.#phase = { kind: "up" };
    return true;
  }

  /** It was up and useful: the next restart is the first again. */
  proved(): void {
    this.#restartsInARow = 0;
  }

  stop(): void {
    this.#phase = { kind: "stopped" };
  }

  #wait(): Duration {
    const { restartAfter, restartAfterMax } = this.#patience;
    return micros(Math.min(restartAfter * 2 ** this.#restartsInARow, restartAfterMax));
  }
}
