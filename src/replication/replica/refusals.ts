/** Why Raft has refused, as a client hears it; and why a replica leaves. */
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { LogOutput } from "../../recovery/log/ports.js";
import type { RaftRefusal } from "../raft/ports.js";
import { type Outcome, refusedAs } from "./work.js";

/** @param read it changes nothing, so it may be asked of another whatever became of it here */
export function refusalOutcome(reason: RaftRefusal, read: boolean): Outcome {
  switch (reason) {
    case "not-leader":
    case "transferring":
      return { kind: "elsewhere" };
    case "leadership-lost":
      if (read) return { kind: "elsewhere" };
      return refusedAs("unknown-outcome", "the leader was deposed meanwhile");
    case "overloaded":
      return refusedAs("overloaded", "the log grows faster than it is written: ask again later");
    case "disk-not-writable":
      return refusedAs("disk-not-writable", "the leader cannot write its log");
    case "no-quorum":
      if (read) return refusedAs("no-quorum", "no majority has answered the leader in time");
      return refusedAs("unknown-outcome", "no majority has answered the leader in time");
    case "too-large":
      return refusedAs("malformed", "longer than an entry of the log may be");
    case "change-in-progress":
    case "unknown-member":
    case "already-member":
    case "not-caught-up":
    case "would-lose-quorum":
      return refusedAs("change-refused", `${reason}: ${changeTexts[reason]}`);
    default:
      return unreachable(reason);
  }
}

type Damage = Extract<LogOutput, { readonly kind: "refused" }>;

/** What of a log cannot be used, where it stands, and what is lost with it. */
export function damageText({ file, detail, lostFrom, lostTo }: Damage): string {
  return `${file}: ${detail}${lostText(lostFrom, lostTo)}`;
}

function lostText(from: number | null, to: number | null): string {
  if (from === null) return "";
  if (to === null) return `; entries from ${from} on are lost here`;
  return from === to ? `; entry ${from} is lost here` : `; entries ${from} to ${to} are lost here`;
}

/** Of a replica that takes no part, with why. */
export const outText = (self: NodeId, why: { reason: string; detail: string }): string =>
  `the log of ${self} is ${why.reason}: ${why.detail}`;

/** Of an entry that the app here cannot apply. */
export const aheadText = (self: NodeId, index: number, lacks: string): string =>
  `the app at ${self} ${lacks}; entry ${index} needs it: ` +
  "install the app that the others run, and start again";

const changeTexts = {
  "change-in-progress": "another change of the group has not ended yet",
  "unknown-member": "the group has no such member in that role",
  "already-member": "it is in the group already",
  "not-caught-up": "its copy of the log is too old yet: ask again later",
  "would-lose-quorum": "no voter with a full copy would be left",
} as const;
