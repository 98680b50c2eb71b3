/** What is done once a period, whatever the detector does. */
import type { Prng } from "../kernel/prng.js";
import type { Parts } from "./parts.js";

export class PeriodWork {
  readonly #parts: Parts;
  readonly #dice: Prng;

  constructor(parts: Parts, dice: Prng) {
    this.#parts = parts;
    this.#dice = dice;
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
    this.#gossip();
  }

  /** News does not wait for the detector, which may speak to few, and always to the same. */
  #gossip(): void {
    const { view, speaking } = this.#parts;
    if (view.rumours.size === 0) return;
    const isOther = (number: number): boolean =>
      number !== view.self && view.table.stateOf(number) === "alive";
    const target = view.table.pick(this.#dice, isOther);
    if (target !== null) speaking.gossip(target);
  }
}
