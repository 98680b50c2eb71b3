/**
 * How long a counter may stand still before its owner is suspected: T_fail.
 *
 * A counter spreads by chance, so the pause between two rises that a node sees has no bound, only
 * a tail: about log2 n rounds until a new counter is everywhere, and then a factor of about 1/e for
 * each round more (for a node to which nobody has sent). `gossipRounds` is so large that in a
 * synchronous network a pause is longer with a probability of less than 1e-9 for a given pair and
 * round; test/detection/gossip/fail-time.test.ts computes it exactly, for up to 100 members.
 *
 * That holds for names of up to 13 letters, of which a table takes `gossipEntriesMax`.
 */
import { type Duration, micros } from "../../kernel/time.js";
import { gossipEntriesMax } from "./messages.js";

/** For the tail. */
const tailRounds = 14;
/** For each doubling of the group. */
const doublingRounds = 3;

/** @param members of the whole group, this node among them */
export function gossipRounds(members: number): number {
  // With one peer there is nothing to draw: each round reaches it.
  if (members <= 2) return 0;
  const log2Ceil = 32 - Math.clz32(members - 1);
  const rounds = tailRounds + doublingRounds * log2Ceil;
  // What is on every second table only is on its way for up to twice as long.
  const tables = Math.max(1, (members - 2) / gossipEntriesMax);
  return Math.ceil(rounds * tables);
}

/**
 * The silence that any listener grants, and the rounds that a counter may be on its way.
 */
export const failTime = (suspectAfter: Duration, period: Duration, members: number): Duration =>
  micros(suspectAfter + gossipRounds(members) * period);
