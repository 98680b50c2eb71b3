/**
 * Does a value stand? What all voters of this room share: how agreement with a value is counted,
 * and how much of it makes the value believed.
 *
 * Agreement is measured from the value and not between the ballots: approximate equality is not
 * transitive, so two that agree with the value may be up to twice the tolerance apart (Parhami
 * 1994). That alone would let a mean stand between two camps where nobody is. So one of the ballots
 * itself must have a majority around it as well, the formal majority of Lorczak, Caglayan and
 * Eckhardt (1989), unless the voter vouches otherwise (see `Support`).
 *
 * Sets of channels are bit masks: channel k is in the set when bit k is.
 */
import { majorityOf } from "../kernel/ids.js";
import type { Ballots } from "./ballots.js";
import { isSupported } from "./supported.js";
import type { Voter } from "./voter.js";

export class Tally {
  /** NaN where no value stands; then nobody agrees. */
  value = Number.NaN;
  /** The channels whose ballots agree with the value. */
  agreeing = 0;
  agreeingCount = 0;

  get stands(): boolean {
    return !Number.isNaN(this.value);
  }

  agrees(channel: number): boolean {
    return ((this.agreeing >>> channel) & 1) === 1;
  }

  clear(): void {
    this.value = Number.NaN;
    this.agreeing = 0;
    this.agreeingCount = 0;
  }

  /**
   * Counts who agrees with `value`, and keeps it if it stands.
   *
   * @param value what the voter said; NaN for nothing
   * @param tolerance the sensor's; a voter that is `exact` takes none
   */
  count(voter: Voter, ballots: Ballots, value: number, tolerance: number): void {
    this.clear();
    if (Number.isNaN(value)) return;
    const reach = voter.exact ? 0 : tolerance;
    let agreeing = 0;
    let agreeingCount = 0;
    let isBallot = false;
    for (let index = 0; index < ballots.count; index += 1) {
      const distance = Math.abs((ballots.values[index] as number) - value);
      if (distance > reach) continue;
      isBallot ||= distance === 0;
      agreeing |= 1 << (ballots.channels[index] as number);
      agreeingCount += 1;
    }
    if (!isEnough(voter, ballots, agreeingCount, isBallot, reach)) return;
    // A zero has no sign: two that are equal must not differ as bytes.
    this.value = value + 0;
    this.agreeing = agreeing;
    this.agreeingCount = agreeingCount;
  }
}

function isEnough(
  voter: Voter,
  ballots: Ballots,
  agreeingCount: number,
  isBallot: boolean,
  reach: number,
): boolean {
  if (ballots.count <= 2 || voter.support === "majority") {
    if (agreeingCount < majorityOf(ballots.count)) return false;
    // A value that is a ballot is its own pivot: those who agree with it are around it.
    return isBallot || hasPivot(ballots, reach);
  }
  return agreeingCount >= (voter.support === "plurality" ? 2 : 1);
}

/** Whether one of the ballots has a majority around it, itself counted. */
function hasPivot({ values, count }: Ballots, reach: number): boolean {
  for (let pivot = 0; pivot < count; pivot += 1) {
    if (isSupported(values, count, pivot, reach)) return true;
  }
  return false;
}
