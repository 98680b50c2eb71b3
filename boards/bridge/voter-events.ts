/** What happened to the output voter and to the replicas before it, for logs. */
import { unreachable } from "../../src/kernel/assert.js";
import { type BridgeEvent, eventText } from "./events.js";
import type { OutputState, Place, ReplicaStanding } from "./frames.js";

type SharedKinds =
  | "line-lost"
  | "line-restored"
  | "line-garbled"
  | "reset"
  | "silent"
  | "live"
  | "unusable";

export type VoterEvent =
  | Extract<BridgeEvent, { readonly kind: SharedKinds }>
  /** How a replica stands has changed, in the eyes of the voter. */
  | { readonly kind: "replica"; readonly place: Place; readonly standing: ReplicaStanding }
  | { readonly kind: "output"; readonly output: number; readonly state: OutputState }
  /** An order of ours was refused: the voter has seen a newer right to drive. */
  | { readonly kind: "stale-token"; readonly output: number }
  /** The cables are crossed: this replica is at another line than it should be. */
  | { readonly kind: "wrong-place"; readonly place: Place; readonly expected: Place };

/** @param outputName as people call the output with that number */
export function voterEventText(
  event: VoterEvent,
  outputName: (output: number) => string = String,
): string {
  switch (event.kind) {
    case "replica":
      return `the replica at place ${event.place} ${standingText(event.standing)}`;
    case "output":
      return `output ${outputName(event.output)} ${stateText(event.state)}`;
    case "stale-token":
      return `output ${outputName(event.output)} is driven by a newer right than ours`;
    case "wrong-place": {
      const { place, expected } = event;
      return `this replica is at place ${place}, and should be at ${expected}: check the cables`;
    }
    case "line-lost":
    case "line-restored":
    case "line-garbled":
    case "reset":
    case "silent":
    case "live":
    case "unusable":
      return eventText(event);
    default:
      return unreachable(event);
  }
}

export function standingText(standing: ReplicaStanding): string {
  switch (standing) {
    case "well":
      return "is well";
    case "silent":
      return "has no standing vote";
    case "disagrees":
      return "disagrees with the majority";
    case "late":
      return "votes too late";
    case "foreign":
      return "votes for another cluster";
    default:
      return unreachable(standing);
  }
}

export function stateText(state: OutputState): string {
  switch (state) {
    case "undeclared":
      return "is not declared";
    case "driven":
      return "is driven";
    case "grace":
      return "keeps its value for want of a majority just now";
    case "no-majority":
      return "is safe for want of a majority";
    case "no-votes":
      return "is safe for want of votes";
    default:
      return unreachable(state);
  }
}
