/** What members say, for checkers that are fed by hand. */
import { type NodeId, nodeId } from "../../../../src/kernel/ids.js";
import type { CaseFile, MembershipOutput } from "../../../../src/membership/ports.js";
import type { FleetViews } from "../../../../src/sim/fleet/views.js";
import { at } from "./toy-fleet.js";

export const [one, two, three] = ["n1", "n2", "n3"].map(nodeId) as [NodeId, NodeId, NodeId];
export const all = [one, two, three] as const;

const noCase = (member: NodeId): CaseFile => ({
  member,
  life: 1,
  incarnation: 0,
  accusations: [],
  suspicion: null,
  declaredBy: null,
  declaredAt: null,
  healthScore: 0,
  lateAt: null,
  refutedAt: null,
  returnedLife: null,
});

export const says = {
  suspectsItself: (peer: NodeId): MembershipOutput => ({
    kind: "peer-suspected",
    peer,
    evidence: { detector: "toy", at: at(0), silence: at(0) as never, attempts: [], healthScore: 0 },
  }),
  suspects: (member: NodeId, accuser: NodeId = member): MembershipOutput => ({
    kind: "event",
    event: { kind: "member-suspected", member, accuser },
  }),
  unreachable: (member: NodeId): MembershipOutput => ({
    kind: "event",
    event: { kind: "member-unreachable", member, case: noCase(member) },
  }),
  dead: (member: NodeId): MembershipOutput => ({
    kind: "event",
    event: { kind: "member-died", member, case: noCase(member) },
  }),
  trusts: (member: NodeId): MembershipOutput => ({
    kind: "event",
    event: { kind: "member-returned", member, former: "suspected" },
  }),
} as const;

/** Tells the views, so that they tell the checkers. */
export function tell(views: FleetViews, ms: number, viewer: NodeId, output: MembershipOutput) {
  views.output(at(ms), viewer, output);
}
