/** The group as a replica tells it, and as a table. */
import type { Plain } from "../../replication/service/ports.js";
import { isRecord } from "../../wire/shape.js";
import { table } from "../terminal.js";

export interface GroupMember {
  readonly member: string;
  readonly role: string;
  /** How far its log is like the leader's; null where the replica that was asked does not lead. */
  readonly matched: number | null;
  /** Whether the leader hears it: `heard`, `silent` or `blank`; null where nobody says. */
  readonly standing: string | null;
}

export interface ToldGroup {
  /** Whose view it is: the leader's, or that of the asked replica where no leader answered. */
  readonly by: string | null;
  readonly term: number;
  readonly leader: string | null;
  readonly committed: number;
  readonly members: readonly GroupMember[];
  /** Who was in it before the change that is under way; null where none is. */
  readonly outgoing: readonly string[] | null;
}

/** A replica of another version may leave out what we look for. */
export function groupOf(told: Plain): ToldGroup {
  const { by, term, leader, committed, members, outgoing } = isRecord(told) ? told : {};
  return {
    by: typeof by === "string" ? by : null,
    term: Number(term ?? 0),
    leader: typeof leader === "string" ? leader : null,
    committed: Number(committed ?? 0),
    members: Array.isArray(members) ? members.filter(isRecord).map(memberOf) : [],
    outgoing: Array.isArray(outgoing) ? outgoing.map(String) : null,
  };
}

const memberOf = (one: Readonly<Record<string, unknown>>): GroupMember => ({
  member: String(one["member"]),
  role: String(one["role"]),
  matched: typeof one["matched"] === "number" ? one["matched"] : null,
  standing: typeof one["standing"] === "string" ? one["standing"] : null,
});

/** A learner has no vote in any case, and its new disk is as good as any. */
function standingText({ member, role, standing }: GroupMember): string {
  if (standing === "silent") return "is not heard";
  if (standing !== "blank" || role === "learner") return "";
  return `has no vote, its disk is new: holdfast member replace ${member}`;
}

export function groupText(group: ToldGroup): string {
  const { term, leader, committed, members, outgoing } = group;
  const head = `term ${term}, ${leader === null ? "no leader" : `${leader} leads`}`;
  const rows = members.map((one) => [
    `  ${one.member}`,
    one.role,
    one.member === leader ? "leads" : standingText(one),
    one.matched === null ? "" : String(one.matched),
  ]);
  const columns = [
    { title: "  member" },
    { title: "role" },
    { title: "" },
    { title: "log up to", align: "right" },
  ] as const;
  const change = outgoing === null ? "" : `a change is under way from ${outgoing.join(", ")}\n`;
  const whose = viewText(group);
  return `${head}, committed up to ${committed}\n${table(columns, rows)}${change}${whose}`;
}

/** Whose view it is, where it is not the leader's. */
function viewText({ by, leader }: ToldGroup): string {
  if (by === null || by === leader) return "";
  const why = leader === null ? "it hears no leader" : `${leader}, which leads, did not answer`;
  return `as ${by} knows it, for ${why}: only a leader can tell who is silent\n`;
}
