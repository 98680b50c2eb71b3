/** The other end of an agent's control socket: how the fleet stands, and why somebody is out. */
import type { NodeId } from "../kernel/ids.js";
import { ask, type Silence } from "./ask-replica.js";
import type { CaseReply } from "./control-socket.js";
import type { LiveAgentStatus } from "./live-status.js";

export type AgentAnswer = { readonly ok: true; readonly status: LiveAgentStatus } | Silence;

export type CaseAnswer = { readonly ok: true; readonly reply: CaseReply } | Silence;

/** @param wait in milliseconds */
export async function askAgent(path: string, wait: number): Promise<AgentAnswer> {
  const heard = await ask(path, { get: "status" }, wait);
  if (typeof heard === "string") return { ok: false, reason: heard };
  const { ok, status } = heard as { readonly ok?: unknown; readonly status?: LiveAgentStatus };
  if (ok === true && status?.agent !== undefined) return { ok: true, status };
  return { ok: false, reason: "no-answer" };
}

/** @param wait in milliseconds */
export async function askCase(path: string, member: NodeId, wait: number): Promise<CaseAnswer> {
  const heard = await ask(path, { get: "case", member }, wait);
  if (typeof heard === "string") return { ok: false, reason: heard };
  const reply = heard as CaseReply;
  // One that is just starting, or of another version, has said nothing of the member.
  if (!reply.ok && reply.reason !== "unknown-member") return { ok: false, reason: "no-answer" };
  return { ok: true, reply };
}
