/**
 * What an onlooker with true time sees of a simulated cluster. Checkers and the report live on it.
 */
import type { NodeId } from "../kernel/ids.js";
import type { NodeEvent } from "../node/events.js";
import type { TrueTime } from "./true-time.js";

export type DownCause =
  | { readonly kind: "crash" }
  | { readonly kind: "watchdog" }
  /** Our own machine threw: a bug, whatever else happens in the run. */
  | { readonly kind: "threw"; readonly message: string };

export type Observation = { readonly at: TrueTime; readonly node: NodeId } & (
  | { readonly kind: "reported"; readonly event: NodeEvent }
  /** A command reached the pins. */
  | { readonly kind: "wrote"; readonly output: string; readonly value: number }
  | { readonly kind: "released"; readonly output: string }
  | { readonly kind: "booted"; readonly bootId: number }
  | { readonly kind: "went-down"; readonly cause: DownCause }
);

export type Observe = (observation: Observation) => void;
