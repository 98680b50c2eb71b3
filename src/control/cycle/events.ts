/** What the control cycle tells: facts, in the past tense. They never steer anything. */
import type { NodeId } from "../../kernel/ids.js";
import type { Duration } from "../../kernel/time.js";
import type { Verdict, VotingEvent } from "../../voting/voter.js";
import type { AppFaultReason } from "../app-runner.js";
import type { RereadEvent } from "./rereading.js";
import type { VoterEvent } from "./voter-watch.js";

export type CycleEvent =
  /** The replica's cycles are aligned with a majority; `skew` is its distance from the farthest. */
  | { readonly kind: "synchronised"; readonly cycle: number; readonly skew: Duration }
  | { readonly kind: "desynchronised"; readonly cycle: number }
  /** A vector was closed and voted. `latency` runs from this replica's sampling to the verdict. */
  | {
      readonly kind: "voted";
      readonly cycle: number;
      readonly sensor: string;
      readonly verdict: Verdict;
      readonly latency: Duration;
    }
  | ({ readonly sensor: string } & VotingEvent)
  /** A person released a channel that was latched. */
  | { readonly kind: "channel-released"; readonly sensor: string; readonly channel: string }
  | VoterEvent
  | RereadEvent
  | { readonly kind: "cycles-skipped"; readonly cycle: number; readonly count: number }
  /** A starting replica took the state of another, or began with the app's; not a fault. */
  | { readonly kind: "state-joined"; readonly cycle: number; readonly from: NodeId | null }
  /** This replica's state differed from the one that stands: a counted state fault. */
  | { readonly kind: "state-diverged"; readonly cycle: number }
  /** `from` is null where nobody else had a state, and the replica's own was taken back. */
  | { readonly kind: "state-repaired"; readonly cycle: number; readonly from: NodeId | null }
  | { readonly kind: "app-faulted"; readonly reason: AppFaultReason; readonly message: string }
  | { readonly kind: "app-recovered"; readonly cycle: number };
