/**
 * History: of the ballots with a majority around them, the one whose channel has the best record of
 * agreement stands (records.ts); among equal records the one nearest to the middle of all ballots.
 * It is the voter for those who would rather have one sensor's own reading than a mixture, from the
 * sensor that has earned it (Latif-Shabgahi, Bass and Bennett 2004, section V).
 *
 * While all are healthy all records are full, and the value is the middle. A channel that goes
 * wrong by less than the tolerance keeps its record: if the others have dissented lately, its
 * ballot stands, and the value is off the healthy ones by up to the tolerance.
 */
import type { Ballots } from "./ballots.js";
import { Records } from "./records.js";
import { middleOf, type Ranking, rankInto, rankingOf } from "./sorted.js";
import { isSupported } from "./supported.js";
import type { Voter, Voting, VotingOptions } from "./voter.js";

export const history: Voter = {
  name: "history",
  support: "majority",
  exact: false,
  open({ channels, tolerance }: VotingOptions): Voting {
    const records = new Records(channels);
    const ranking = rankingOf(channels);
    return {
      valueOf(ballots: Ballots): number {
        rankInto(ranking, ballots);
        return bestOf(ranking, ballots.count, tolerance, records);
      },
      learn: (ballots, value) => records.learn(ballots, value, tolerance),
      memory: () => records.memory(),
      recall: (memory) => records.recall(memory),
    };
  },
};

function bestOf(
  { values, channels }: Ranking,
  count: number,
  tolerance: number,
  records: Records,
): number {
  const middle = middleOf(values, 0, count);
  let best = Number.NaN;
  let bestRecord = 0;
  for (let at = 0; at < count; at += 1) {
    if (!isSupported(values, count, at, tolerance)) continue;
    const value = values[at] as number;
    const record = records.counts[channels[at] as number] as number;
    const nearer = Math.abs(value - middle) < Math.abs(best - middle);
    if (record < bestRecord || (record === bestRecord && !nearer)) continue;
    best = value;
    bestRecord = record;
  }
  return best;
}
