import type { ClientReply } from "../ports.js";
import { type CallOutcome, refusedBy } from "./calls.js";
import { changesSomething, type Job } from "./job.js";

/** A reply to a request; events are none. */
export type Reply = Exclude<ClientReply, { kind: "event" }>;

export const timedOut = refusedBy("timed-out", "no replica took it in time: nothing was done");
export const lost = refusedBy("session-lost", "the session has ended: nothing was done");
export const unknownOf = (detail: string): CallOutcome => ({ kind: "unknown", detail });
export const unanswered = unknownOf("it was sent, and no answer came in time");

export function saysNoSession(reply: ClientReply): boolean {
  if (reply.kind === "refused") return reply.reason === "no-session";
  return reply.kind === "result" && !reply.result.ok && reply.result.reason === "no-session";
}

export function refusalOf(job: Job, reply: Extract<ClientReply, { kind: "refused" }>): CallOutcome {
  if (!changesSomething(job.draft)) return outcomeOf(reply);
  if (reply.reason === "unknown-outcome") return unknownOf(reply.detail);
  return job.doubtful ? unknownOf(`${reply.reason}: ${reply.detail}`) : outcomeOf(reply);
}

export function outcomeOf(reply: Reply): CallOutcome {
  switch (reply.kind) {
    case "result":
      return { kind: "applied", at: reply.at, result: reply.result };
    case "answer":
      return { kind: "answered", at: reply.at, age: reply.age, result: reply.result };
    case "ok":
      return { kind: "ok", detail: reply.detail };
    case "refused":
      return {
        kind: "refused",
        reason: reply.reason,
        leader: reply.leader,
        detail: reply.detail,
      };
  }
}
