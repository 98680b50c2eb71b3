/** The section `state`: its defaults, what contradicts itself, and its settings. */
import { type NodeId, nodeId } from "../kernel/ids.js";
import { type Duration, micros } from "../kernel/time.js";
import type { StateSettings } from "../node/state-settings.js";
import type { MemberRole } from "../replication/raft/ports.js";
import type { Layers } from "./layers.js";
import type { Problem } from "./problem.js";
import { formatDuration, parseDuration } from "./quantity.js";
import type { FileContent } from "./schema.js";

const heartbeatMin = micros(1_000);
const heartbeatMax = micros(10_000_000);
/** Fewer, and a single lost frame or a pause of the collector would call an election. */
export const heartbeatsMin = 4;
const electionMax = micros(600_000_000);

export const heartbeatDefault = micros(100_000);

/** A machine or a network that is slow for the one is slow for the other. */
const heartbeatOf = (beat: Duration | undefined): Duration =>
  micros(Math.max(heartbeatDefault, Math.min(2 * (beat ?? 0), heartbeatMax)));

/** Where nobody says otherwise. */
export const electionOf = (heartbeat: Duration): Duration =>
  micros(Math.max(1_000_000, Math.min(10 * heartbeat, electionMax)));

/** Fills in what nobody set, and gives the contradictions among what can be read. */
export function settleState(layers: Layers): readonly Problem[] {
  const usual = heartbeatOf(parsedAt(layers, ["timing", "heartbeat"]));
  settle(layers, "heartbeat", formatDuration(usual), "2 of timing.heartbeat, at least 100ms");
  const heartbeat = timeAt(layers, "heartbeat") ?? usual;
  const election = formatDuration(electionOf(heartbeat));
  settle(layers, "election", election, "1s, at least 10 heartbeats");
  settle(layers, "leaseReads", false, "");
  settle(layers, "stallAfter", "500ms", "");
  settle(layers, "canaryEvery", "2s", "");
  settle(layers, "snapshotEvery", "1h", "");
  return [...problemsOfTimes(layers, heartbeat), ...problemsOfNodes(layers)];
}

function settle(layers: Layers, key: string, value: string | boolean, rule: string): void {
  if (layers.get(["state", key]) !== undefined) return;
  layers.set(["state", key], value, { kind: "default", rule });
}

function problemsOfTimes(layers: Layers, heartbeat: Duration): readonly Problem[] {
  const problems: Problem[] = [];
  const refuse = (key: string, expected: string) =>
    problems.push(layers.problem(["state", key], `expected ${expected}`));
  if (heartbeat < heartbeatMin || heartbeat > heartbeatMax) refuse("heartbeat", "1ms to 10s");
  const election = timeAt(layers, "election");
  const least = micros(heartbeatsMin * heartbeat);
  if (election !== undefined && (election < least || election > electionMax)) {
    refuse("election", `${formatDuration(least)} (${heartbeatsMin} heartbeats) to 10m`);
  }
  for (const key of ["stallAfter", "canaryEvery", "snapshotEvery"]) {
    if (timeAt(layers, key) === 0) refuse(key, "more than 0");
  }
  return problems;
}

/** A group of witnesses and learners would have nobody to lead it. */
function problemsOfNodes(layers: Layers): readonly Problem[] {
  const nodes = layers.get(["nodes"]);
  if (!Array.isArray(nodes) || nodes.length === 0) return [];
  const roles = nodes.map((_, index) => layers.get(["nodes", index, "state"]));
  if (roles.some((role) => role === undefined || role === "voter")) return [];
  return [layers.problem(["nodes"], "expected at least one node whose state is `voter`", "key")];
}

/** What is unreadable was refused by the schema. */
const timeAt = (layers: Layers, key: string): Duration | undefined =>
  parsedAt(layers, ["state", key]);

function parsedAt(layers: Layers, path: readonly string[]): Duration | undefined {
  const parsed = parseDuration(layers.get(path));
  return parsed.ok ? parsed.value : undefined;
}

/** @param content complete: `settleState` went over it */
export function stateOf({ nodes, state = {} }: FileContent): StateSettings {
  const roles = nodes.flatMap(({ id, state: role = "voter" }): [NodeId, MemberRole][] =>
    role === "none" ? [] : [[nodeId(id), role]],
  );
  return {
    group: new Map(roles.sort(([one], [other]) => (one < other ? -1 : 1))),
    heartbeat: state.heartbeat ?? micros(0),
    election: state.election ?? micros(0),
    leaseReads: state.leaseReads ?? false,
    stallAfter: state.stallAfter ?? micros(0),
    ...(state.canaryEvery === undefined ? {} : { canaryEvery: state.canaryEvery }),
    snapshotEvery: state.snapshotEvery ?? micros(0),
    bytesPerHourMax: state.bytesPerHourMax ?? null,
  };
}
