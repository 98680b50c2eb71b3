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
 * Up to so many members everybody hears everybody himself. The frames of a member grow with the
 * members, and at this size it sends about four times as many as one that probes.
 */
export const allToAllNodesMax = 15;

/** @param nodes how many members there are or may be, from 1 */
export function recommendedDetector(nodes: number): DetectorRecommendation {
  if (nodes <= allToAllNodesMax) {
    return {
      detector: "all-to-all",
      lifeguard: false,
      reason:
        `With ${nodes} members each can hear all others itself: everybody suspects a dead one ` +
        "within the same time-out and waits for nobody's word.",
    };
  }
  return {
    detector: "swim",
    lifeguard: true,
    reason:
      `With ${nodes} members each would send ${nodes - 1} beats a period to hear all others ` +
      "itself; SWIM sends about as many whatever the size, and its Lifeguard forgives slow members.",
  };
}
