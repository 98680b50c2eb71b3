/**
 * What a change of members means: groups that follow one another. Each step from one to the next
 * is a joint change (thesis 4.3) and may add, remove and promote at once.
 */
import type { NodeId } from "../../kernel/ids.js";
import { membersMax, sortedRoles } from "./group.js";
import type { MemberChange, MemberRole, MemberRoles, RaftRefusal } from "./ports.js";

export interface Stage {
  readonly members: MemberRoles;
  /**
   * Gets a vote by it, so it must have caught up before (thesis 4.2.1): a majority that counts on
   * an empty log commits nothing until it is full. The group names its life.
   */
  readonly newcomer: NodeId | null;
}

export type Plan =
  | { readonly ok: true; readonly stages: readonly Stage[] }
  | { readonly ok: false; readonly reason: RaftRefusal };

export function planChange(members: MemberRoles, change: MemberChange): Plan {
  switch (change.kind) {
    case "add":
      return planAdd(members, change.member, change.role);
    case "promote":
      return planPromote(members, change.member);
    case "remove":
      if (!members.has(change.member)) return refused("unknown-member");
      return checked([{ members: without(members, change.member), newcomer: null }]);
    case "replace":
      return planReplace(members, change.member, change.successor);
  }
}

function planAdd(members: MemberRoles, member: NodeId, role: MemberRole): Plan {
  const now = members.get(member);
  if (now === "learner" && role === "voter") return planPromote(members, member);
  if (now !== undefined) return refused("already-member");
  const newcomer = role === "learner" ? null : member;
  return checked([{ members: withRole(members, member, role), newcomer }]);
}

function planPromote(members: MemberRoles, member: NodeId): Plan {
  const now = members.get(member);
  if (now === undefined) return refused("unknown-member");
  if (now !== "learner") return refused("already-member");
  return checked([{ members: withRole(members, member, "voter"), newcomer: member }]);
}

function planReplace(members: MemberRoles, member: NodeId, successor: NodeId): Plan {
  const role = members.get(member);
  if (role === undefined) return refused("unknown-member");
  if (member === successor) return planAnotherDisk(members, member, role);
  const standing = members.get(successor);
  if (standing !== undefined && (standing !== "learner" || role !== "voter")) {
    return refused("already-member");
  }
  const after = withRole(without(members, member), successor, role);
  return checked([{ members: after, newcomer: role === "learner" ? null : successor }]);
}

/**
 * It loses its vote and gets it back, in two changes: one alone could be committed by its new disk,
 * while a promise of the old one elects a leader that lacks it. A majority of the group without it
 * has the first of the two in its log, and whoever lacks that cannot win any more.
 */
function planAnotherDisk(members: MemberRoles, member: NodeId, role: MemberRole): Plan {
  if (role === "learner") return refused("already-member");
  const first = { members: without(members, member), newcomer: null };
  return checked([first, { members, newcomer: member }]);
}

function checked(stages: readonly Stage[]): Plan {
  for (const { members } of stages) {
    if (![...members.values()].includes("voter")) return refused("would-lose-quorum");
    if (members.size > membersMax) return refused("too-large");
  }
  return { ok: true, stages };
}

const refused = (reason: RaftRefusal): Plan => ({ ok: false, reason });

const withRole = (members: MemberRoles, member: NodeId, role: MemberRole): MemberRoles =>
  sortedRoles(new Map(members).set(member, role));

const without = (members: MemberRoles, member: NodeId): MemberRoles =>
  new Map([...members].filter(([other]) => other !== member));
