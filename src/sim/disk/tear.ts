/**
 * What a loss of power leaves of everything that was not durable yet. The model names the
 * admissible outcomes, one choice after the other; who chooses is a die, or an explorer that
 * takes them all.
 */
import type { Prng } from "../../kernel/prng.js";

/** Counts the changes of a disk, from 1; 0 stands for what was durable before. */
export type ChangeOrder = number;

export interface Tear {
  /**
   * One of several outcomes of the same thing (a sector, a length, a name), oldest first. `orders`
   * says after which change each of them came about; it has at least one item.
   * @returns an index into `orders`.
   */
  among(orders: readonly ChangeOrder[]): number;
}

const nothing: Tear = { among: () => 0 };
const everything: Tear = { among: (orders) => orders.length - 1 };

const evenly = (dice: Prng): Tear => ({ among: (orders) => dice.below(orders.length) });

/** Nearly all of it is there: the one sector that is missing is what is hard to see. */
const nearlyAll = (dice: Prng): Tear => ({
  among: (orders) => (dice.chance(0.9) ? orders.length - 1 : dice.below(orders.length)),
});

/** The disk did all in order, up to some moment, as a journal does. */
function inOrder(until: ChangeOrder): Tear {
  return { among: (orders) => orders.findLastIndex((order) => order <= until) };
}

/**
 * Even dice alone would hardly ever leave all, or nothing, or a clean prefix of many changes, and
 * these are what disks mostly do: so the die first chooses a kind of disk.
 * @param from the order of the oldest change that is not durable. @param to that of the newest.
 */
export function thrownTear(dice: Prng, from: ChangeOrder, to: ChangeOrder): Tear {
  switch (dice.below(6)) {
    case 0:
      return nothing;
    case 1:
      return everything;
    case 2:
      return nearlyAll(dice);
    case 3:
      return inOrder(from - 1 + dice.below(Math.max(1, to - from + 2)));
    default:
      return evenly(dice);
  }
}
