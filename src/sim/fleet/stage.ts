/**
 * A fleet with all its checkers around it, and the faults that a trial may do to it: each is told
 * to the fleet, to the truth and to the checkers, in the order in which they need it.
 */
import type { NodeId } from "../../kernel/ids.js";
import { Prng } from "../../kernel/prng.js";
import { after, type Duration, type Instant, instant, micros } from "../../kernel/time.js";
import type { MembershipInput, MembershipOutput } from "../../membership/ports.js";
import { AccuracyChecker } from "./checkers/accuracy.js";
import { ConvergenceChecker } from "./checkers/convergence.js";
import { DetectionChecker } from "./checkers/detection.js";
import { FlapChecker } from "./checkers/flaps.js";
import { LoadChecker } from "./checkers/load.js";
import { Fleet } from "./fleet.js";
import { membershipProtocol } from "./membership-protocol.js";
import { type Contender, type FleetStudy, studiedMembers } from "./study.js";
import { FleetTruth } from "./truth.js";
import { FleetViews } from "./views.js";

/**
 * Members start within the first period; so many later all is calm, whoever learns from beats has
 * heard enough of them, and measuring begins.
 */
const settlingPeriods = 13;

export interface StageOptions {
  readonly seed: number;
  /** The trial's choices are split from the seed by this name; the fleet's are not. */
  readonly purpose: string;
  /** In periods. */
  readonly settling?: number;
}

export class FleetStage {
  readonly study: FleetStudy;
  readonly members: readonly NodeId[];
  /** For the trial's own choices; the same for every contender. */
  readonly dice: Prng;
  /** When measuring begins. */
  readonly begins: Instant;
  readonly fleet: Fleet<MembershipInput, MembershipOutput>;
  readonly truth: FleetTruth;
  readonly views = new FleetViews();
  readonly accuracy: AccuracyChecker;
  readonly convergence: ConvergenceChecker;
  readonly detection: DetectionChecker;
  readonly flaps: FlapChecker;
  readonly load: LoadChecker;
  #marked: Instant;

  constructor(study: FleetStudy, contender: Contender, options: StageOptions) {
    const { seed, purpose, settling = settlingPeriods } = options;
    const dice = new Prng(seed);
    this.study = study;
    this.members = studiedMembers(study.nodes);
    this.dice = dice.split(`trial ${purpose}`);
    this.begins = instant((settling + 1) * study.detector.period);
    this.#marked = this.begins;
    this.fleet = fleetOf(study, contender, this.members, dice.split("fleet"));
    const truth = new FleetTruth(this.members);
    this.truth = truth;
    this.accuracy = new AccuracyChecker(truth, this.views, this.begins);
    this.convergence = new ConvergenceChecker(truth, this.views, this.begins);
    this.detection = new DetectionChecker(truth, this.views);
    this.flaps = new FlapChecker(truth, this.views, this.begins);
    this.load = new LoadChecker(this.members, this.begins);
    for (const part of [this.views, this.accuracy, this.detection, this.load]) {
      this.fleet.watch(part);
    }
    this.#boot(dice.split("boot"));
  }

  get period(): Duration {
    return this.study.detector.period;
  }

  get now(): Instant {
    return this.fleet.now;
  }

  /** From when on the trial wants to know how long it took. */
  get marked(): Instant {
    return this.#marked;
  }

  marks(): void {
    this.#marked = this.now;
  }

  /** Each at its own instant of the first period, so that they do not keep step. */
  #boot(dice: Prng): void {
    for (const id of this.members) {
      const at = instant(dice.below(this.period));
      this.fleet.schedule(at, () => this.fleet.boot(id));
    }
  }

  /** @param periods from now, a fraction too */
  schedule(periods: number, run: () => void): void {
    this.fleet.schedule(after(this.now, micros(Math.round(periods * this.period))), run);
  }

  run(periods: number): void {
    this.fleet.run(after(this.now, micros(Math.round(periods * this.period))));
  }

  settle(): void {
    this.fleet.run(this.begins);
  }

  /** Runs until it is so, asked once a period, or so many periods have passed. */
  runUntil(isSo: () => boolean, periodsMax: number): void {
    for (let period = 0; period < periodsMax && !isSo(); period += 1) this.run(1);
  }

  crash(id: NodeId): void {
    this.fleet.crash(id);
    this.truth.crashes(id);
    this.views.forget(id);
    this.detection.crashed(this.now, id, this.views);
    this.convergence.changed(this.now);
  }

  restart(id: NodeId): void {
    this.truth.restarts(id);
    this.detection.restarted(id);
    this.convergence.changed(this.now);
    this.fleet.boot(id);
  }

  cut(separates: (source: NodeId, target: NodeId) => boolean): void {
    this.fleet.block(separates);
    this.truth.isCutBy(separates);
  }

  heal(): void {
    this.cut(() => false);
  }
}

function fleetOf(
  study: FleetStudy,
  contender: Contender,
  members: readonly NodeId[],
  dice: Prng,
): Fleet<MembershipInput, MembershipOutput> {
  const { loss, delay, tellsLateness, detector } = study;
  const protocol = membershipProtocol({
    roster: members,
    settings: { ...study.membership, ...contender.membership },
    detector: contender.kind,
    detectorSettings: { ...detector, lifeguard: contender.lifeguard },
    tellsLateness,
  });
  // What a live node allows itself is far below a time-out, and far above an honest wake-up.
  const latenessMax = micros(Math.ceil(detector.period / 4));
  return new Fleet({ members, dice, delay, loss, latenessMax, protocol });
}
