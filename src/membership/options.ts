/** Of what a membership machine is made. */
import type { DetectorKind, DetectorSettings } from "../detection/detector.js";
import type { NodeId } from "../kernel/ids.js";
import type { Prng } from "../kernel/prng.js";
import type { Instant } from "../kernel/time.js";
import type { MembershipSettings } from "./ports.js";
import type { RosterIndex } from "./roster-index.js";

export interface MembershipOptions {
  readonly now: Instant;
  readonly self: NodeId;
  /** This node's boot id: greater than in every earlier life of its name. */
  readonly life: number;
  /** Where others reach this node; null to let them use the origin of its datagrams. */
  readonly address: string | null;
  /**
   * The members known at the start, this node among them; sorted by `<`, each once. With `roster`
   * admission nobody else is ever let in. The array is not changed, and may be shared.
   */
  readonly roster: readonly NodeId[];
  /** The index of that very roster, to share it between machines; made anew where left out. */
  readonly rosterIndex?: RosterIndex;
  /** Whether the others of the roster count as alive at the start, or as not yet heard of. */
  readonly rosterStarts: "expected" | "alive";
  readonly settings: MembershipSettings;
  readonly detector: DetectorKind;
  readonly detectorSettings: DetectorSettings;
  /** Of this node alone. */
  readonly dice: Prng;
}
