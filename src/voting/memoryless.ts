/** Makes a voter of a function of the ballots: one that has no memory. */
import type { Ballots } from "./ballots.js";
import type { Support, Voter, Voting, VotingOptions } from "./voter.js";

export interface Memoryless {
  readonly name: string;
  readonly support: Support;
  readonly exact: boolean;
  /**
   * @param scratch an array of the sensor's own with a place for each channel, to work in
   * @returns NaN where the ballots stand for no value
   */
  readonly valueOf: (ballots: Ballots, tolerance: number, scratch: Float64Array) => number;
}

export function memoryless(rule: Memoryless): Voter {
  const { name, support, exact } = rule;
  return {
    name,
    support,
    exact,
    open({ channels, tolerance }: VotingOptions): Voting {
      const scratch = new Float64Array(channels);
      return {
        valueOf: (ballots) => rule.valueOf(ballots, tolerance, scratch),
        learn: () => undefined,
        memory: () => [],
        recall: (memory) => memory.length === 0,
      };
    },
  };
}
