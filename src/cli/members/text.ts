/** The fleet in the view of one agent, as a table for people. */
import type { LiveAgentStatus } from "../../host/live-status.js";
import { duration } from "../../membership/case-text.js";
import { rankUnassigned } from "../../membership/claims.js";
import type { Member, MemberState } from "../../membership/ports.js";
import type { AgentStatus } from "../../node/agent-status.js";
import { type Paint, type Tone, table } from "../terminal.js";

export function membersText({ agent, host }: LiveAgentStatus, paint: Paint): string {
  const { node, cluster, bootId } = agent;
  return [
    `${paint("strong", node)} of ${cluster}: ${countText(agent.members)}, ${leaderText(agent)}\n`,
    `  process ${host.pid}, life ${bootId}, up ${duration(host.uptime)}, ${healthText(agent)}\n`,
    agent.silenced ? `  ${paint("bad", "silent: its name belongs to a newer life")}\n` : "",
    memberTable(agent, paint),
  ].join("");
}

const leaderText = ({ leader }: AgentStatus): string =>
  leader === null ? "nobody is known to lead" : `${leader} leads`;

const healthText = ({ healthScore }: AgentStatus): string =>
  healthScore === 0 ? "well (health score 0)" : `not well (health score ${healthScore})`;

function countText(members: readonly Member[]): string {
  const counts = new Map<MemberState, number>();
  for (const { state } of members) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}

const tones: Readonly<Record<MemberState, Tone>> = {
  expected: "quiet",
  alive: "good",
  suspected: "warning",
  unreachable: "warning",
  dead: "bad",
  left: "quiet",
};

const columns = [
  { title: "  member" },
  { title: "state" },
  { title: "address" },
  { title: "life", align: "right" },
  { title: "incarnation", align: "right" },
  { title: "rank", align: "right" },
  { title: "for", align: "right" },
  { title: "flaps", align: "right" },
] as const;

function memberTable({ node, leader, members, at }: AgentStatus, paint: Paint): string {
  const rows = members.map((one) => [
    `  ${one.member}`,
    paint(tones[one.state], one.state),
    one.address ?? (one.member === node ? "itself" : "-"),
    one.life === 0 ? "-" : String(one.life),
    String(one.incarnation),
    rankText(one, one.member === leader),
    duration(Math.max(0, at - one.since)),
    String(one.flaps),
  ]);
  return table(columns, rows);
}

const rankText = ({ rank }: Member, leads: boolean): string =>
  `${leads ? "leads " : ""}${rank === rankUnassigned ? "-" : rank}`;
