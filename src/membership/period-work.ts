/** What is done once a period, whatever the detector does. */
import type { Parts } from "./parts.js";

export class PeriodWork {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  run(): void {
    const { view, transitions, lists, sync, joining, accusing, leads, own } = this.#parts;
    for (const number of view.tombstones.expiredAt(view.now)) transitions.forgotten(number);
    own.settle();
    joining.tick();
    lists.proceed();
    sync.tick();
    accusing.again();
    leads.follow();
    this.#parts.speaking.sweep();
    this.#parts.answers.sweep(view.now);
    this.#parts.outlived.sweep(view.now);
    this.#parts.gossiping.tick();
  }
}
