/**
 * The case of each channel in one closing: what there is to complain of, by its own samples, by how
 * it moves while the others move, and by what the others say. The first complaint that is found is
 * heard; the order is from what says most about the fault to what says least.
 */
import { majorityOf } from "../../kernel/ids.js";
import type { Ballots } from "../ballots.js";
import type { Tally } from "../tally.js";
import { Activity } from "./activity.js";
import type { Complaint, Evidence } from "./evidence.js";
import type { Jury } from "./jury.js";
import type { HealthOptions } from "./options.js";
import { Residuals } from "./residuals.js";
import { Stillness } from "./stillness.js";

export interface HearingOptions {
  readonly count: number;
  readonly tolerance: number;
  readonly health: HealthOptions;
  readonly jury: Jury;
  /** By channel, whether its samples count in the vote. */
  readonly counts: (index: number) => boolean;
}

export class Hearing {
  readonly stillness: Stillness;
  readonly residuals: Residuals;
  readonly activity: Activity;
  readonly #options: HearingOptions;
  /**
   * By whom the others may be judged. Not by a channel that dissents: what it says in a spike must
   * not be remembered as the place from which it then moves.
   */
  readonly #isWitness: (index: number) => boolean;
  #values: readonly number[] = [];
  #tally: Tally | null = null;

  constructor(options: HearingOptions) {
    const { count, tolerance, health, counts } = options;
    const { stuckMove, biasMax, noiseMax, deadRatio } = health;
    // With fewer it cannot be said who is wrong, the one or the other.
    const othersMin = Math.max(2, majorityOf(count - 1));
    this.#options = options;
    this.stillness = new Stillness({ count, stuckMove, tolerance });
    this.residuals = new Residuals({ count, tolerance, biasMax, noiseMax, othersMin });
    this.activity = new Activity({ count, tolerance, deadRatio, othersMin });
    this.#isWitness = (index) => {
      const tally = this.#tally;
      return counts(index) && (tally === null || !tally.stands || tally.agrees(index));
    };
  }

  /** Takes in a closing that was voted; all channels are heard after it. */
  open(values: readonly number[], ballots: Ballots, tally: Tally): void {
    this.#values = values;
    this.#tally = tally;
    this.#options.jury.learn(ballots, tally);
    for (let index = 0; index < values.length; index += 1) {
      const counts = this.#options.counts(index);
      this.activity.observe(index, values[index] as number, tally.value, counts);
    }
    this.residuals.observe(values, tally);
    this.stillness.observe(values, this.#isWitness);
  }

  /** What there is to say about a channel whose sample passed the intake. */
  hear(index: number): Evidence {
    return this.#behaviour(index) ?? this.#judgement(index);
  }

  /** The channel lost its standing by this complaint. */
  hold(index: number, evidence: Evidence): void {
    if (evidence === "STUCK") this.stillness.hold(index);
    if (evidence === "DEAD") this.activity.hold(index);
  }

  /** The channel is trusted again. */
  forget(index: number): void {
    this.stillness.forget(index);
    this.residuals.forget(index);
    this.activity.forget(index);
  }

  /** Where the others have no majority, their moving and their resting say nothing either. */
  #behaviour(index: number): Complaint | null {
    if (this.stillness.isHeld(index)) return "STUCK";
    if (this.activity.isHeld(index)) return "DEAD";
    if (this.#tally?.stands !== true) return null;
    if (this.stillness.isStuck(index, this.#values, this.#isWitness)) return "STUCK";
    const { finestStep } = this.stillness.run(index);
    if (this.activity.isDead(index, finestStep, this.#isWitness)) return "DEAD";
    if (this.residuals.isNoisy(index, this.#isWitness)) return "NOISY";
    return this.residuals.isBiased(index) ? "BIAS" : null;
  }

  #judgement(index: number): Evidence {
    const { jury, counts } = this.#options;
    const tally = this.#tally;
    const evidence =
      tally !== null && counts(index)
        ? jury.evidenceOn(index, this.#values[index] as number, tally, jury.quorum)
        : jury.hear(index, this.#values, counts);
    return evidence === "DISAGREE" ? this.residuals.nameOf(index) : evidence;
  }
}
