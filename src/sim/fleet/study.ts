/**
 * What is studied: how many members, on what network, with which settings; and who takes part in
 * the comparison. All contenders see the same members, network and faults for one seed.
 */
import type { DetectorKind, DetectorSettings } from "../../detection/detector.js";
import { type NodeId, nodeId } from "../../kernel/ids.js";
import { type Duration, micros } from "../../kernel/time.js";
import type { MembershipSettings } from "../../membership/ports.js";
import type { DelayModel } from "../delay.js";

export interface FleetStudy {
  /** From 2. */
  readonly nodes: number;
  /** The probability that a message is lost. */
  readonly loss: number;
  readonly delay: DelayModel;
  readonly detector: Omit<DetectorSettings, "lifeguard">;
  readonly membership: MembershipSettings;
  /** Is a member that was paused told how late it is? */
  readonly tellsLateness: boolean;
}

/** A detector with what belongs to it. */
export interface Contender {
  readonly name: string;
  readonly kind: DetectorKind;
  readonly lifeguard: boolean;
  /** In place of the study's settings. */
  readonly membership: Partial<MembershipSettings>;
}

/** A contender without Lifeguard's suspicions: they last as long whoever confirms them. */
export const plainSuspicions: Partial<MembershipSettings> = { suspicionBeta: 1, confirmations: 0 };

/**
 * Settings of membership that suit a study: Lifeguard's, with alpha 5 and beta 6 as in the paper
 * (section V), memberlist's `lambda` of 4 (with 3, one run in 200 of 50 members leaves somebody out
 * of the news), and nobody who only waits between suspected and dead, so that "declared dead" means
 * the same for all.
 */
export const studiedMembership = (period: Duration): MembershipSettings => ({
  admission: { kind: "roster" },
  suspicionAlpha: 5,
  suspicionBeta: 6,
  confirmations: 3,
  unreachableFor: micros(0),
  tombstoneFor: micros(10_000 * period),
  syncEvery: micros(30 * period),
  gossipEvery: period,
  lambda: 4,
  claimsPerMessageMax: 8,
});

/** So many names, whose order by `<` is that of their numbers. */
export function studiedMembers(count: number): NodeId[] {
  const digits = String(count).length;
  return Array.from({ length: count }, (_, index) =>
    nodeId(`n${String(index + 1).padStart(digits, "0")}`),
  );
}

/** How long a suspicion lasts that nobody confirms, in this study; Lifeguard, section IV.B. */
export function longestSuspicion(study: FleetStudy, contender: Contender): Duration {
  const { suspicionAlpha, suspicionBeta } = { ...study.membership, ...contender.membership };
  const periods = suspicionAlpha * suspicionBeta * Math.max(1, Math.log10(study.nodes));
  return micros(Math.ceil(periods * study.detector.period));
}
