/**
 * Which detector suits how many members, as `holdfast compare detector` shows it: the reason is
 * said with the answer, and a test holds both against the comparison.
 */

export interface DetectorRecommendation {
  /** A name of the detectors. */
  readonly detector: "all-to-all" | "swim";
  /** With Lifeguard's additions? Only SWIM has them. */
  readonly lifeguard: boolean;
  /** A sentence for people. */
  readonly reason: string;
}

/**
 * Up to so many members everybody hears everybody itself. A member's frames grow with the members:
 * here it sends about seven times as many as one that probes, and half as late as that one's worst
 * everybody suspects. Beyond, the price grows and the gain does not.
 */
export const allToAllNodesMax = 15;

/** @param nodes how many members there are or may be, from 1 */
export function recommendedDetector(nodes: number): DetectorRecommendation {
  if (nodes <= allToAllNodesMax) {
    return {
      detector: "all-to-all",
      lifeguard: false,
      reason:
        `With ${nodes} members each can hear all others itself, so everybody suspects a dead one ` +
        "within one time-out, always, and waits for nobody's word.",
    };
  }
  return {
    detector: "swim",
    lifeguard: true,
    reason:
      `With ${nodes} members each would send ${nodes - 1} beats a period to hear all others ` +
      "itself; SWIM sends about two messages at any size, and Lifeguard forgives slow members.",
  };
}
