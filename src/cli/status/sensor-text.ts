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

/**
 * How much of a verdict is doubtful: empty where all channels agree and nothing else is known. That
 * nobody can be blamed is said in words, or two channels that are both trusted look like a mistake.
 */
export function doubtText(verdict: Verdict): string {
  const { value, confidence, caveats } = verdict;
  const share = value !== null && confidence < 1 ? [`${Math.round(100 * confidence)} % agree`] : [];
  return [...share, ...unisolated(verdict), ...caveats.map(({ reason }) => reason)].join(", ");
}

function unisolated({ status, agreeing, confidence }: Verdict): string[] {
  if (status === "no-majority") return ["cannot isolate which is wrong"];
  // The only channel that there is: alone among several it would be no quorum.
  const isAlone = agreeing.length === 1 && confidence === 1;
  return isAlone ? ["cannot isolate: no other channel"] : [];
}

/** Whose voters are suspected, in words. */
export function votersText({ suspectedVoters }: CycleStatus): string {
  if (suspectedVoters.length === 0) return "none suspected";
  return suspectedVoters.map(({ node, sensor }) => `${node} is wrong about ${sensor}`).join(", ");
}
