/** Makes a voter of a function of the ballots: one that has no memory. */
import type { Ballots } from "./ballots.js";
import type { Support, Voter, Voting, VotingOptions } from "./voter.js";

export interface Memoryless<Scratch> {
  readonly name: string;
  readonly support: Support;
  readonly exact: boolean;
  /** Makes what the voting of a sensor with so many channels works in; once, in `open`. */
  readonly scratch: (channels: number) => Scratch;
  /** @returns NaN where the ballots stand for no value */
  readonly valueOf: (ballots: Ballots, tolerance: number, scratch: Scratch) => number;
}

export function memoryless<Scratch>(definition: Memoryless<Scratch>): Voter {
  const { name, support, exact } = definition;
  return {
    name,
    support,
    exact,
    open({ channels, tolerance }: VotingOptions): Voting {
      const scratch = definition.scratch(channels);
      return {
        valueOf: (ballots) => definition.valueOf(ballots, tolerance, scratch),
        learn: () => undefined,
        memory: () => [],
        recall: (memory) => memory.length === 0,
      };
    },
  };
}

/** A place for the value of each channel: enough for most voters. */
export const columnOf = (channels: number): Float64Array => new Float64Array(channels);
