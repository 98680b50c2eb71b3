/** The section `replication`: its defaults, what contradicts itself, and its settings. */
import { nodeId } from "../kernel/ids.js";
import { type Duration, micros } from "../kernel/time.js";
import {
  heartbeatsPerElection,
  type ReplicationSettings,
  replicationOf,
} from "../node/replication-settings.js";
import type { Timing } from "../node/settings.js";
import type { Layers } from "./layers.js";
import type { Problem } from "./problem.js";
import { formatDuration, parseDuration } from "./quantity.js";
import type { FileContent } from "./schema.js";

/** Fewer, and a single lost frame or a pause of the collector would call an election. */
const heartbeatsMin = 4;
const electionMax = micros(600_000_000);

/** Fills in what nobody set, where there is a section, and gives the contradictions. */
export function settleReplication(layers: Layers): readonly Problem[] {
  if (layers.get(["replication"]) === undefined) return strayRoles(layers);
  const beat = timeAt(layers, ["timing", "heartbeat"]) ?? micros(50_000);
  settle(layers, "heartbeat", formatDuration(beat), "timing.heartbeat");
  const heartbeat = timeAt(layers, ["replication", "heartbeat"]) ?? beat;
  const election = formatDuration(micros(heartbeatsPerElection * heartbeat));
  settle(layers, "electionTimeout", election, "8 heartbeats");
  settle(layers, "leaseReads", false, "");
  settle(layers, "stallAfter", "500ms", "");
  settle(layers, "snapshotEvery", "1h", "");
  settle(layers, "snapshotBytes", "8MiB", "");
  return [...problemsOfTimes(layers, heartbeat), ...withoutVoter(layers)];
}

function settle(layers: Layers, key: string, value: string | boolean, rule: string): void {
  if (layers.get(["replication", key]) !== undefined) return;
  layers.set(["replication", key], value, { kind: "default", rule });
}

function problemsOfTimes(layers: Layers, heartbeat: Duration): readonly Problem[] {
  const problems: Problem[] = [];
  const refuse = (key: string, expected: string) =>
    problems.push(layers.problem(["replication", key], `expected ${expected}`));
  const [shortest, longest] = [micros(1_000), micros(10_000_000)];
  if (heartbeat < shortest || heartbeat > longest) refuse("heartbeat", "from 1ms to 10s");
  const election = timeAt(layers, ["replication", "electionTimeout"]);
  const least = micros(heartbeatsMin * heartbeat);
  if (election !== undefined && (election < least || election > electionMax)) {
    const range = `from ${formatDuration(least)} (${heartbeatsMin} heartbeats) to 10m`;
    refuse("electionTimeout", range);
  }
  for (const key of ["stallAfter", "snapshotEvery"]) {
    if (timeAt(layers, ["replication", key]) === 0) refuse(key, "more than 0");
  }
  return problems;
}

function rolesIn(layers: Layers): readonly unknown[] {
  const nodes = layers.get(["nodes"]);
  if (!Array.isArray(nodes)) return [];
  return nodes.map((_, index) => layers.get(["nodes", index, "replication"]));
}

/** A group of witnesses and learners would have nobody to lead it. */
function withoutVoter(layers: Layers): readonly Problem[] {
  const roles = rolesIn(layers);
  if (roles.some((role) => role === undefined || role === "voter")) return [];
  return [layers.problem(["nodes"], "expected at least one voter (`replication: voter`)", "key")];
}

/** Without the section nothing is replicated, and a role means nothing. */
function strayRoles(layers: Layers): readonly Problem[] {
  return rolesIn(layers).flatMap((role, index) => {
    const path = ["nodes", index, "replication"];
    const expected = "expected a section `replication:` in the file beside it";
    return role === undefined ? [] : [layers.problem(path, expected, "key")];
  });
}

/** What is unreadable was refused by the schema. */
function timeAt(layers: Layers, path: readonly string[]): Duration | undefined {
  const parsed = parseDuration(layers.get(path));
  return parsed.ok ? parsed.value : undefined;
}

/**
 * Null where the file has no such section.
 *
 * @param content complete: `settleReplication` went over it
 */
export function replicationIn(content: FileContent, timing: Timing): ReplicationSettings | null {
  const { nodes, replication } = content;
  if (replication === undefined) return null;
  const roles = new Map(nodes.map(({ id, replication: role = "voter" }) => [nodeId(id), role]));
  const choice = {
    ...{ roles, leaseReads: replication.leaseReads ?? false },
    heartbeat: replication.heartbeat ?? null,
    electionTimeout: replication.electionTimeout ?? null,
    snapshotEvery: replication.snapshotEvery ?? null,
    snapshotBytes: replication.snapshotBytes ?? null,
    writeBudgetPerHour: replication.writeBudgetPerHour ?? null,
    stallAfter: replication.stallAfter ?? null,
  };
  return replicationOf(choice, [...roles.keys()].sort(), timing);
}
