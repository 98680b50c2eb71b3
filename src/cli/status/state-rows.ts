/** The replicated state of a replica, in the table of its status. */
import { formatDuration } from "../../config/quantity.js";
import type { HostStatus, LiveStatus } from "../../host/live-status.js";
import type { NodeId } from "../../kernel/ids.js";
import { type Instant, micros } from "../../kernel/time.js";
import type { Group, MemberRole } from "../../replication/raft/ports.js";
import type { ReplicaStatus } from "../../replication/replica/status.js";
import type { Paint, Tone } from "../terminal.js";

/** No row where the host does not say how the state is kept. */
export function stateRows({ node, host }: LiveStatus, paint: Paint): string[][] {
  if (host.stateTrouble !== null) {
    return [["  state", paint("bad", `not kept here: ${host.stateTrouble}`)]];
  }
  const { replica } = node;
  if (host.state === null) return [];
  return [
    ["  state", roleText(node, paint)],
    ["    disk", diskText(replica, host.state, paint)],
    ["    clients", clientsText(replica, host.state)],
  ];
}

function roleText({ node: self, replica, at }: LiveStatus["node"], paint: Paint): string {
  const { phase, out, raft, applied } = replica;
  if (out !== null) {
    return paint(
      "bad",
      `takes no part: ${out.reason}: ${out.detail}${remedyText(self, out.reason)}`,
    );
  }
  if (raft === null) return paint("warning", `${phase}: it reads its log`);
  const { role, term, leader, committed, group } = raft;
  const own = roleIn(group, self);
  if (own === undefined) return paint("warning", outsideText(self));
  const who = leader === null ? paint("bad", "knows of no leader") : `${leader} leads`;
  const what =
    role === "leader" ? paint("good", "leads") : `${own === "voter" ? role : own}, ${who}`;
  const counts = `term ${term}, committed ${committed}, applied ${applied}${leaseText(raft, at)}`;
  // A learner has no vote anyway, and its new disk is as good as any.
  if (!raft.blank || own === "learner") return `${what}, ${counts}`;
  return `${what}, ${counts}, ${paint("bad", blankText(leader, committed))}`;
}

/** What is a map in the replica has come over its socket as an object. */
const roleIn = ({ members }: Group, self: NodeId): MemberRole | undefined =>
  (members as unknown as Readonly<Record<NodeId, MemberRole>>)[self];

const outsideText = (self: NodeId): string =>
  `no member of the group: \`holdfast member add ${self}\` brings it in`;

/** A version that is too old says itself what helps; a damage is the same at each start. */
function remedyText(self: NodeId, reason: string): string {
  if (reason !== "corrupt" && reason !== "unreadable") return "";
  const replace = `say \`holdfast member replace ${self}\``;
  return `; stop it, move its folder ${self}.state away, start it, and ${replace}`;
}

/** With a leader, or what one has sent, it has lost its disk; else it may be the first start. */
const blankText = (leader: string | null, committed: number): string =>
  leader === null && committed === 0
    ? "no vote yet, its disk is new: at the first start all voters and witnesses must be up once"
    : "no vote, its disk is new: say `holdfast member replace` for it";

/** Only where reads trust a lease. */
function leaseText({ leaseUntil }: NonNullable<ReplicaStatus["raft"]>, at: Instant): string {
  if (leaseUntil === null || leaseUntil <= at) return "";
  return `, lease for ${formatDuration(micros(1_000 * Math.ceil((leaseUntil - at) / 1_000)))} more`;
}

const diskTones: Readonly<Record<ReplicaStatus["disk"], Tone>> = {
  ok: "good",
  stalled: "bad",
  full: "bad",
  "read-only": "bad",
  failed: "bad",
};

type Kept = NonNullable<HostStatus["state"]>;

function diskText({ disk }: ReplicaStatus, state: Kept, paint: Paint): string {
  const { bytesLastHour, syncsLastHour, folder } = state;
  const written = `${(bytesLastHour / 1e6).toFixed(1)} MB in ${syncsLastHour} durable writes`;
  return `${paint(diskTones[disk], disk)}, ${written} in the last hour, ${folder}`;
}

function clientsText({ sessions, waiting }: ReplicaStatus, { clients }: Kept): string {
  const { malformed, slow } = clients;
  const counts = [
    `${clients.clients} connected`,
    `${sessions} sessions open`,
    `${clients.requests} requests, ${waiting} waiting`,
    ...(malformed > 0 ? [`${malformed} sent away for nonsense`] : []),
    ...(slow > 0 ? [`${slow} sent away for not reading`] : []),
  ];
  return counts.join(", ");
}
