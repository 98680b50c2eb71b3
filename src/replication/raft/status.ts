/** A member as it appears in the status; nothing hangs on it. */
import type { NodeId } from "../../kernel/ids.js";
import type { Candidate } from "./candidate.js";
import type { Follower } from "./follower.js";
import type { Leader } from "./leader.js";
import type { RaftStatus } from "./ports.js";
import type { RaftState } from "./state.js";

type ProgressStatus =
  RaftStatus["progress"] extends ReadonlyMap<NodeId, infer Status> ? Status : never;

export function raftStatus(state: RaftState, role: Follower | Candidate | Leader): RaftStatus {
  const progress: Map<NodeId, ProgressStatus> = new Map();
  if (role.kind === "leader") {
    for (const [peer, { matched, heardAt, kind }] of role.progress) {
      progress.set(peer, { matched, heardAt, state: kind });
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
    progress,
    leaseUntil: role.kind === "leader" && state.options.leaseReads ? role.leaseUntil : null,
  };
}
