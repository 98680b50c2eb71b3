/**
 * What the others say about a channel. One that counts in the vote is judged by the vote itself.
 * One that does not is heard by those that do, as if it counted; and where they cannot say, because
 * too few are left or they differ, by all channels that speak, if a majority of the configured ones
 * agree.
 *
 * The last rule is what keeps several faults from excluding channels for ever: when one of two that
 * are left goes wrong as well, the channel that recovered breaks the tie, and is not made to wait
 * until all are healthy (PX4 #15224). It needs as many honest channels as any vote does.
 *
 * Where there is no majority, nobody is blamed.
 */
import { majorityOf } from "../../kernel/ids.js";
import { noMajority } from "../outcome.js";
import type { Ballot, Outcome, Voter } from "../voter.js";
import type { Evidence } from "./evidence.js";

export interface JuryOptions {
  readonly channels: readonly string[];
  readonly voter: Voter;
  readonly tolerance: number;
}

export class Jury {
  readonly #options: JuryOptions;
  /** With fewer ballots than this there is no vote: 2, or 1 where there is one channel only. */
  readonly quorum: number;

  constructor(options: JuryOptions) {
    this.#options = options;
    this.quorum = Math.min(2, options.channels.length);
  }

  /** The vote; no majority where there are fewer ballots than the quorum. */
  vote(ballots: readonly Ballot[]): Outcome {
    if (ballots.length < this.quorum) return noMajority;
    return this.#options.voter.vote(ballots, this.#options.tolerance);
  }

  /** What a vote says about a channel whose ballot was in it. */
  evidenceOn(channel: string, outcome: Outcome, agreeingMin: number): Evidence {
    if (outcome.value === null || outcome.agreeing.length < agreeingMin) return "NO_VERDICT";
    return outcome.agreeing.includes(channel) ? "AGREES" : "DISAGREE";
  }

  /**
   * What the others say about a channel that does not count.
   *
   * @param values by channel, what all of them say; NaN for nothing
   * @param counts by channel, whether it counts in the vote
   */
  hear(index: number, values: readonly number[], counts: (other: number) => boolean): Evidence {
    const channel = this.#options.channels[index] as string;
    const trusted = this.ballots(values, (other) => other === index || counts(other));
    const first = this.#try(channel, trusted, this.quorum);
    if (first !== "NO_VERDICT") return first;
    const agreeingMin = Math.max(this.quorum, majorityOf(this.#options.channels.length));
    const all = this.ballots(values, () => true);
    return this.#try(channel, all, agreeingMin);
  }

  /** The ballots of those that speak and are `admitted`, in the order of the channels. */
  ballots(values: readonly number[], admitted: (index: number) => boolean): Ballot[] {
    const { channels } = this.#options;
    const ballots: Ballot[] = [];
    for (let index = 0; index < channels.length; index += 1) {
      const value = values[index] as number;
      if (Number.isNaN(value) || !admitted(index)) continue;
      ballots.push({ channel: channels[index] as string, value });
    }
    return ballots;
  }

  #try(channel: string, ballots: readonly Ballot[], agreeingMin: number): Evidence {
    if (ballots.length < agreeingMin) return "NO_VERDICT";
    return this.evidenceOn(channel, this.vote(ballots), agreeingMin);
  }
}
