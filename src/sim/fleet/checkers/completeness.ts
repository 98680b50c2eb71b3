/**
 * Completeness: every member that has crashed is, in the end, suspected or given up by every member
 * that lives (Chandra and Toueg 1996, strong completeness).
 */
import type { NodeId } from "../../../kernel/ids.js";
import type { FleetTruth } from "../truth.js";
import type { FleetViews } from "../views.js";

/** A live member that trusts a crashed one. */
export interface Unnoticed {
  readonly viewer: NodeId;
  readonly subject: NodeId;
}

/** Whom who has not noticed; empty where all is well. Asked at the end of a run. */
export function unnoticed(truth: FleetTruth, views: FleetViews): Unnoticed[] {
  const { up, down } = truth;
  return down.flatMap((subject) =>
    up.flatMap((viewer) =>
      views.regard(viewer, subject) === "trusted" ? [{ viewer, subject }] : [],
    ),
  );
}
