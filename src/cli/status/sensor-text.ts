/** What is said of a sensor and its channels in a few words: for `status` and for the demo. */
import type { CycleStatus } from "../../control/cycle/control-cycle.js";
import type { SensorStatus } from "../../node/status.js";
import type { Verdict } from "../../voting/voter.js";

type Standing = SensorStatus["channels"][number];

/**
 * Why a channel stands where it does: the reason, with the kind of fault where there is one, or
 * that a person said so. Empty for a channel that nothing is said against.
 */
export function becauseText({ state, reason, fault }: Standing): string {
  if (state === "overridden" || state === "vouched") return "by a person";
  if (reason === null) return "";
  return fault === null ? reason : `${reason}, ${fault.persistence} ${fault.kind}`;
}

/** How much of a verdict is doubtful: empty where all channels agree and nothing else is known. */
export function doubtText({ value, confidence, caveats }: Verdict): string {
  const share = value !== null && confidence < 1 ? [`${Math.round(100 * confidence)} % agree`] : [];
  return [...share, ...caveats.map(({ reason }) => reason)].join(", ");
}

/** Whose voters are suspected, in words. */
export function votersText({ suspectedVoters }: CycleStatus): string {
  if (suspectedVoters.length === 0) return "none suspected";
  return suspectedVoters.map(({ node, sensor }) => `${node} is wrong about ${sensor}`).join(", ");
}
