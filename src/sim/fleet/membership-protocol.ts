/** Membership over any detector, as the protocol of a fleet. Its members are all in the roster. */
import type { DetectorKind, DetectorSettings } from "../../detection/detector.js";
import type { NodeId } from "../../kernel/ids.js";
import { Membership } from "../../membership/membership.js";
import type {
  MembershipInput,
  MembershipOutput,
  MembershipSettings,
} from "../../membership/ports.js";
import type { FleetProtocol } from "./fleet.js";

export interface MembershipProtocolOptions {
  /** Sorted by `<`, each once. All count as alive from the start. */
  readonly roster: readonly NodeId[];
  readonly settings: MembershipSettings;
  readonly detector: DetectorKind;
  readonly detectorSettings: DetectorSettings;
  /** Is a member that was paused told so? A program whose clock stood still with it cannot be. */
  readonly tellsLateness: boolean;
}

export function membershipProtocol(
  options: MembershipProtocolOptions,
): FleetProtocol<MembershipInput, MembershipOutput> {
  const { tellsLateness, ...shared } = options;
  return {
    make: ({ id, dice }, life, now) =>
      new Membership({
        ...shared,
        now,
        self: id,
        life,
        address: null,
        rosterStarts: "alive",
        dice: dice.split(`life ${life}`),
      }),
    received: ({ from, life, body }) => ({ kind: "message", from, life, origin: null, body }),
    late: (by) => (tellsLateness ? { kind: "was-late", by } : null),
    sent: (output) => (output.kind === "send" ? output : null),
  };
}
