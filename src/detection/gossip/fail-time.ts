/**
 * How long a counter may stand still before its owner is suspected: T_fail.
 *
 * A counter spreads by chance, so the pause between two rises that a node sees has no bound, only
 * a tail: about log2 n rounds until a new counter is everywhere, and then a factor of about 1/e for
 * each round more (for a node to which nobody has sent). `gossipRounds` is so large that in a
 * synchronous network a pause is longer with a probability of less than 1e-9 for a given pair and
 * round, for groups of up to 50; test/detection/gossip/fail-time.test.ts computes it exactly.
 */
import { type Duration, micros } from "../../kernel/time.js";

/** For the tail. */
const tailRounds = 14;
/** For each doubling of the group. */
const doublingRounds = 3;

/** @param members of the whole group, this node among them */
export function gossipRounds(members: number): number {
  // With one peer there is nothing to draw: each round reaches it.
  if (members <= 2) return 0;
  const log2Ceil = 32 - Math.clz32(members - 1);
  return tailRounds + doublingRounds * log2Ceil;
}

/**
 * The silence that any listener grants, and the rounds that a counter may be on its way.
 */
export const failTime = (suspectAfter: Duration, period: Duration, members: number): Duration =>
  micros(suspectAfter + gossipRounds(members) * period);
