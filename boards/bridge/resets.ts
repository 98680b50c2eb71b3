/** A device that was started again without being asked: counted by its cause, and told. */
import type { Counts } from "./counts.js";
import { type BridgeEvent, causesOf } from "./events.js";
import type { Hello } from "./frames.js";

export type ResetEvent = Extract<BridgeEvent, { readonly kind: "reset" }>;

export function countReset(counts: Counts, { resetCause: cause, boots }: Hello): ResetEvent {
  counts.add("resets");
  for (const word of causesOf(cause)) counts.add(`reset-by-${word}`);
  return { kind: "reset", cause, boots };
}
