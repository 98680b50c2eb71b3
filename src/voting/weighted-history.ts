/**
 * Weighted average by history: a ballot weighs by the square of its channel's record of agreement,
 * and nothing where that record is below the average (Latif-Shabgahi, Bass and Bennett 2001: state
 * indicators, with the elimination of bad modules). The records are those of records.ts.
 *
 * Only ballots with a majority around them are averaged, and the average of records is theirs: a
 * channel that lies for the first time has the best of records, and would take the mean anywhere.
 * So a liar farther than the tolerance from every healthy ballot has no say; a nearer one has,
 * until it has dissented.
 */

import { weightedMean } from "./average.js";
import type { Ballots } from "./ballots.js";
import { Records } from "./records.js";
import { type Ranking, rankInto, rankingOf } from "./sorted.js";
import { isSupported } from "./supported.js";
import type { Voter, Voting, VotingOptions } from "./voter.js";

export const weightedHistory: Voter = {
  name: "weighted-history",
  support: "majority",
  exact: false,
  open({ channels, tolerance }: VotingOptions): Voting {
    const records = new Records(channels);
    const ranking = rankingOf(channels);
    const weights = new Float64Array(channels);
    return {
      valueOf(ballots: Ballots): number {
        rankInto(ranking, ballots);
        weigh(weights, ranking, ballots.count, tolerance, records);
        return weightedMean(ranking.values, weights, ballots.count);
      },
      learn: (ballots, value) => records.learn(ballots, value, tolerance),
      memory: () => records.memory(),
      recall: (memory) => records.recall(memory),
    };
  },
};

function weigh(
  weights: Float64Array,
  { values, channels }: Ranking,
  count: number,
  tolerance: number,
  records: Records,
): void {
  let total = 0;
  let supported = 0;
  for (let at = 0; at < count; at += 1) {
    const record = records.counts[channels[at] as number] as number;
    weights[at] = isSupported(values, count, at, tolerance) ? record : 0;
    total += weights[at] as number;
    supported += weights[at] === 0 ? 0 : 1;
  }
  for (let at = 0; at < count; at += 1) {
    const record = weights[at] as number;
    // In whole numbers: an average that is rounded up would leave equal records with no weight.
    weights[at] = record * supported < total ? 0 : record * record;
  }
}
