/** A change of members as a client says it, in plain data, and the group as it is told to one. */
import { type NodeId, parseNodeId } from "../../kernel/ids.js";
import { isRecord } from "../../wire/shape.js";
import type { MemberChange, MemberRole } from "../raft/ports.js";
import type { Plain } from "../service/ports.js";
import type { EnginePhase } from "./engine.js";

const roles: readonly unknown[] = ["voter", "learner", "witness"] satisfies MemberRole[];

export const changeWords =
  'expected { "kind": "add", "member", "role" }, { "kind": "remove" | "promote", "member" } or ' +
  '{ "kind": "replace", "member", "successor" }';

/** Null where it is none; `changeWords` says what was expected. */
export function parseMemberChange(change: unknown): MemberChange | null {
  if (!isRecord(change)) return null;
  const kind = change["kind"];
  const role = change["role"] ?? "voter";
  const member = parseNodeId(change["member"]);
  if (member === null) return null;
  if (kind === "add") {
    return roles.includes(role) ? { kind, member, role: role as MemberRole } : null;
  }
  if (kind === "remove" || kind === "promote") return { kind, member };
  if (kind !== "replace") return null;
  const successor = parseNodeId(change["successor"]);
  return successor === null ? null : { kind, member, successor };
}

/** As the replica `by` knows it, perhaps of before where it does not lead; null without a log. */
export function groupWords(by: NodeId, phase: EnginePhase): Plain {
  if (phase.kind !== "running") return null;
  const { group, term, leader, committed, progress } = phase.raft.status();
  const members = [...group.members].map(([member, role]) => ({
    member,
    role,
    // Only the leader knows how far the others are.
    matched: progress.get(member)?.matched ?? null,
    standing: progress.get(member)?.standing ?? null,
  }));
  const outgoing = group.outgoing === null ? null : [...group.outgoing.keys()];
  return { by, term, leader, committed, members, outgoing };
}
