/**
 * Votes many vectors at once: the rows of columns of numbers, one column a channel. It is for
 * recordings and for studies of voters. There is no channel health in it: whoever speaks has a
 * ballot.
 *
 * Row by row it says what the voter and the tally say (VOTE-15). Mid-value select of three, which
 * is most of what is voted, has a way of its own, that does the same without a loop.
 */
import { UsageError } from "../kernel/assert.js";
import { Ballots, channelsMax } from "./ballots.js";
import { midValueSelect } from "./mid-value-select.js";
import { Tally } from "./tally.js";
import type { Voter, Voting } from "./voter.js";

export interface Batch {
  readonly voter: Voter;
  /** How far apart two healthy channels may be, in the unit of the columns; at least 0. */
  readonly tolerance: number;
  /** 1 to `channelsMax`, equally long; NaN or an infinite number is an omission. */
  readonly columns: readonly Float64Array[];
  /** Is filled with the voted values, NaN for none; as long as the columns. */
  readonly values: Float64Array;
  /** Is filled with who agrees: channel k does where bit k is set; as long as the columns. */
  readonly agreeing: Uint32Array;
}

/**
 * Votes all rows, the first first: a voter with a memory learns from each. With two columns or
 * more, a row in which fewer than two speak has no value.
 *
 * @throws UsageError for columns that do not fit one another, or a tolerance below 0
 */
export function voteBatch(batch: Batch): void {
  const { voter, tolerance, columns, values } = batch;
  check(batch);
  const rows = new Rows(batch);
  const [one, two, three] = columns;
  const isPlain = voter === midValueSelect && columns.length === 3;
  if (isPlain && one !== undefined && two !== undefined && three !== undefined) {
    voteThree(one, two, three, tolerance, values, batch.agreeing, rows);
    return;
  }
  for (let row = 0; row < values.length; row += 1) rows.vote(row);
}

function check({ tolerance, columns, values, agreeing }: Batch): void {
  const count = columns.length;
  if (count === 0 || count > channelsMax) throw new UsageError(`${count} columns`);
  if (!(tolerance >= 0)) throw new UsageError(`not a tolerance: ${tolerance}`);
  for (const { length } of [...columns, agreeing]) {
    if (length !== values.length) throw new UsageError(`${length} rows beside ${values.length}`);
  }
}

/**
 * Which of three is in the middle, by who is below whom: bit 0 where the first is below the second,
 * bit 1 the second below the third, bit 2 the first below the third. It is a table, because which
 * it is changes from row to row like the noise: a processor would guess every other branch wrong,
 * and that took half of the time.
 */
const middleAt = Uint8Array.of(1, 0, 2, 1, 1, 2, 0, 1);

function voteThree(
  ones: Float64Array,
  twos: Float64Array,
  threes: Float64Array,
  tolerance: number,
  values: Float64Array,
  agreeing: Uint32Array,
  rows: Rows,
): void {
  const said = new Float64Array(3);
  for (let row = 0; row < values.length; row += 1) {
    const one = ones[row] as number;
    const two = twos[row] as number;
    const three = threes[row] as number;
    const sum = one + two + three;
    // Also not a number where one of them is none, or the sum of huge ones is too large.
    if (sum - sum !== 0) {
      rows.vote(row);
      continue;
    }
    said[0] = one;
    said[1] = two;
    said[2] = three;
    const order = Number(one < two) | (Number(two < three) << 1) | (Number(one < three) << 2);
    const middle = said[middleAt[order] as number] as number;
    const first = Number(Math.abs(one - middle) <= tolerance);
    const second = Number(Math.abs(two - middle) <= tolerance) << 1;
    const third = Number(Math.abs(three - middle) <= tolerance) << 2;
    const near = first | second | third;
    // The middle is one of them: with another near it, it is what has a majority around it.
    const stands = (near & (near - 1)) !== 0;
    values[row] = stands ? middle + 0 : Number.NaN;
    agreeing[row] = stands ? near : 0;
  }
}

/** One row at a time, for any voter. */
class Rows {
  readonly #batch: Batch;
  readonly #voting: Voting;
  readonly #ballots: Ballots;
  readonly #tally = new Tally();

  constructor(batch: Batch) {
    const channels = batch.columns.length;
    this.#batch = batch;
    this.#voting = batch.voter.open({ channels, tolerance: batch.tolerance });
    this.#ballots = new Ballots(channels);
  }

  vote(row: number): void {
    const { voter, tolerance, columns, values, agreeing } = this.#batch;
    const ballots = this.#ballots;
    ballots.clear();
    for (let channel = 0; channel < columns.length; channel += 1) {
      const value = (columns[channel] as Float64Array)[row] as number;
      if (Number.isFinite(value)) ballots.add(channel, value);
    }
    const isQuorate = ballots.count >= Math.min(2, columns.length);
    const value = isQuorate ? this.#voting.valueOf(ballots) : Number.NaN;
    this.#tally.count(voter, ballots, value, tolerance);
    this.#voting.learn(ballots, this.#tally.value);
    values[row] = this.#tally.value;
    agreeing[row] = this.#tally.agreeing;
  }
}
