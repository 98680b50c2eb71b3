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
import { Ballots } from "../ballots.js";
import { Tally } from "../tally.js";
import type { Voter, Voting } from "../voter.js";
import type { Evidence } from "./evidence.js";

export interface JuryOptions {
  readonly channelCount: number;
  readonly voter: Voter;
  readonly tolerance: number;
}

export class Jury {
  readonly #options: JuryOptions;
  readonly #voting: Voting;
  /** What a hearing is worked out in; nothing of it outlives the hearing. */
  readonly #heard: Ballots;
  readonly #finding = new Tally();
  /** With fewer ballots than this there is no vote: 2, or 1 where there is one channel only. */
  readonly quorum: number;

  constructor(options: JuryOptions) {
    const { channelCount, voter, tolerance } = options;
    this.#options = options;
    this.#voting = voter.open({ channels: channelCount, tolerance });
    this.#heard = new Ballots(channelCount);
    this.quorum = Math.min(2, channelCount);
  }

  /** The vote; nothing stands where there are fewer ballots than the quorum. */
  vote(ballots: Ballots, tally: Tally): void {
    const { voter, tolerance } = this.#options;
    const value = ballots.count < this.quorum ? Number.NaN : this.#voting.valueOf(ballots);
    tally.count(voter, ballots, value, tolerance);
  }

  /** Tells the voter what was voted; it may learn from it. */
  learn(ballots: Ballots, tally: Tally): void {
    this.#voting.learn(ballots, tally.value);
  }

  memory(): readonly number[] {
    return this.#voting.memory();
  }

  /** False, and nothing changed, when the memory is not one of this voter. */
  recall(memory: readonly unknown[]): boolean {
    return this.#voting.recall(memory);
  }

  /**
   * What a vote says about a channel whose ballot, `value`, was in it. Who is within the tolerance
   * is not blamed, though an exact vote goes against it: two readings of a coarse sensor are equal
   * by chance, and the third is healthy for all that.
   */
  evidenceOn(index: number, value: number, tally: Tally, agreeingMin: number): Evidence {
    if (!tally.stands || tally.agreeingCount < agreeingMin) return "NO_VERDICT";
    if (tally.agrees(index)) return "AGREES";
    const isNear = Math.abs(value - tally.value) <= this.#options.tolerance;
    return isNear ? "NO_VERDICT" : "DISAGREE";
  }

  /**
   * What the others say about a channel that does not count.
   *
   * @param values by channel, what all of them say; NaN for nothing
   * @param counts by channel, whether it counts in the vote
   */
  hear(index: number, values: readonly number[], counts: (other: number) => boolean): Evidence {
    fill(this.#heard, values, (other) => other === index || counts(other));
    const value = values[index] as number;
    const first = this.#try(index, value, this.quorum);
    if (first !== "NO_VERDICT") return first;
    fill(this.#heard, values, () => true);
    return this.#try(index, value, Math.max(this.quorum, majorityOf(values.length)));
  }

  #try(index: number, value: number, agreeingMin: number): Evidence {
    if (this.#heard.count < agreeingMin) return "NO_VERDICT";
    this.vote(this.#heard, this.#finding);
    return this.evidenceOn(index, value, this.#finding, agreeingMin);
  }
}

/** The ballots of those that speak and are `admitted`, in the order of the channels. */
export function fill(
  ballots: Ballots,
  values: readonly number[],
  admitted: (index: number) => boolean,
): void {
  ballots.clear();
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (!Number.isNaN(value) && admitted(index)) ballots.add(index, value);
  }
}
