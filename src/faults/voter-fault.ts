/**
 * A voter that is faulty itself: memory in which a bit has flipped, a compiler that miscounts. All
 * ballots reach it shifted, so it votes with full agreement, and its value is off: nothing in its
 * own verdict shows it, and only the other replicas can.
 */
import type { Ballots } from "../voting/ballots.js";
import type { Voter } from "../voting/voter.js";

/** @param shift asked at every vote, in the sensor's unit; 0 leaves the vote as it is */
export function shiftedVoter(voter: Voter, shift: () => number): Voter {
  return {
    ...voter,
    open: (options) => {
      const voting = voter.open(options);
      return {
        valueOf: (ballots) => {
          moveAll(ballots, shift());
          return voting.valueOf(ballots);
        },
        learn: (ballots, value) => voting.learn(ballots, value),
        memory: () => voting.memory(),
        recall: (memory) => voting.recall(memory),
      };
    },
  };
}

function moveAll({ values, count }: Ballots, by: number): void {
  if (by === 0) return;
  for (let index = 0; index < count; index += 1) values[index] = (values[index] as number) + by;
}
