/** A member as it appears in the status; nothing hangs on it. */
import type { NodeId } from "../../kernel/ids.js";
import { after } from "../../kernel/time.js";
import type { Candidate } from "./candidate.js";
import type { Follower } from "./follower.js";
import type { Leader } from "./leader.js";
import type { MemberProgress, RaftStatus } from "./ports.js";
import type { Progress } from "./progress.js";
import type { RaftState } from "./state.js";

export function raftStatus(state: RaftState, role: Follower | Candidate | Leader): RaftStatus {
  const progress: Map<NodeId, MemberProgress> = new Map();
  if (role.kind === "leader") {
    for (const [peer, one] of role.progress) {
      const { matched, heardAt, kind } = one;
      progress.set(peer, { matched, heardAt, state: kind, standing: standingOf(one, state) });
    }
  }
  return {
    role: role.kind,
    term: state.term,
    leader: state.leader,
    committed: state.log.committed,
    last: state.log.last,
    first: state.log.base + 1,
    group: state.groups.group,
    blank: state.aboutDisk.blank,
    progress,
    leaseUntil: role.kind === "leader" && state.options.leaseReads ? role.leaseUntil : null,
  };
}

function standingOf(
  { blank, heardAt }: Progress,
  { now, options }: RaftState,
): MemberProgress["standing"] {
  if (heardAt === null || now >= after(heardAt, options.electionTimeoutMax)) return "silent";
  return blank ? "blank" : "heard";
}
