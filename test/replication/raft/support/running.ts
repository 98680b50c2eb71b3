/** A group that runs already, and what the tests do with it. */
import { expect } from "vitest";
import type { NodeId } from "../../../../src/kernel/ids.js";
import type { MemberChange } from "../../../../src/replication/raft/ports.js";
import { Cluster, type ClusterOptions, voters } from "./cluster.js";
import { a, b, c, x } from "./core.js";

export const second = 1_000_000;

/** A group that has its leader, and some entries. */
export function running(options: Partial<ClusterOptions> = {}): Cluster {
  const cluster = new Cluster({ seed: 5, roles: voters(3), spares: [x], ...options });
  for (const id of cluster.nodes.keys()) cluster.start(id);
  expect(cluster.runUntil(() => cluster.leader !== null, 2 * second)).toBe(true);
  write(cluster, 20);
  return cluster;
}

export const leaderOf = (cluster: Cluster): NodeId => {
  const id = cluster.leader?.id;
  if (id === undefined) throw new Error("nobody leads");
  return id;
};

export function write(cluster: Cluster, count: number): void {
  for (let at = 0; at < count; at += 1) {
    cluster.propose(leaderOf(cluster), `entry ${at} of some length`);
    cluster.run(2_000);
  }
  cluster.run(100_000);
}

export function change(cluster: Cluster, wanted: MemberChange, wait = 2 * second): string {
  const ticket = cluster.nextTicket();
  cluster.input(leaderOf(cluster), { kind: "change", ticket, change: wanted });
  cluster.runUntil(() => cluster.answers(ticket).length > 0, wait);
  const answer = cluster.answers(ticket)[0];
  return answer?.kind === "refused" ? answer.reason : (answer?.kind ?? "nothing");
}

export const rolesAt = (cluster: Cluster, id: NodeId) =>
  Object.fromEntries(cluster.node(id).raft?.status().group.members ?? []);

export const follower = (cluster: Cluster, besides: readonly NodeId[] = []): NodeId =>
  [a, b, c].find((id) => id !== leaderOf(cluster) && !besides.includes(id)) as NodeId;
