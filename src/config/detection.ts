/**
 * How the replicas watch one another: its defaults, which follow from the number of nodes and the
 * heartbeat, and what contradicts the times.
 */
import { recommendedDetector } from "../detection/recommendation.js";
import { type DetectionChoice, detectionDefaults } from "../node/detection-settings.js";
import type { Layers } from "./layers.js";
import type { Problem } from "./problem.js";
import { formatDuration, parseDuration } from "./quantity.js";
import { nodeIdsIn } from "./replicas.js";

type Key = keyof DetectionChoice;

/** Those that are written as durations. */
const durations: ReadonlySet<Key> = new Set(["ackTimeout", "unreachableFor", "syncEvery"]);

/** Call it when the times are settled. What is misshapen counts as set: others refuse it. */
export function settleDetection(layers: Layers): readonly Problem[] {
  const parsed = parseDuration(layers.get(["timing", "heartbeat"]));
  const nodeCount = Math.max(1, nodeIdsIn(layers).length);
  if (!parsed.ok || parsed.value === 0) return [];
  const problem = ackProblem(layers, parsed.value);
  const defaults = detectionDefaults(nodeCount, parsed.value);
  for (const key of Object.keys(defaults) as Key[]) {
    const path = ["detection", key];
    if (layers.get(path) !== undefined) continue;
    const value = defaults[key];
    const written = durations.has(key) ? formatDuration(value as typeof parsed.value) : value;
    layers.set(path, written, { kind: "default", rule: ruleOf(key, nodeCount) });
  }
  return problem === null ? [] : [problem];
}

function ruleOf(key: Key, nodeCount: number): string {
  if (key === "detector") return recommendedDetector(nodeCount).reason;
  if (key === "ackTimeout") return "half a heartbeat";
  return key === "syncEvery" ? "20 heartbeats" : "";
}

function ackProblem(layers: Layers, heartbeat: number): Problem | null {
  const path = ["detection", "ackTimeout"];
  const parsed = parseDuration(layers.get(path));
  if (!parsed.ok) return null;
  if (parsed.value > 0 && parsed.value <= heartbeat) return null;
  const found = formatDuration(parsed.value);
  return layers.problem(path, `expected more than 0 and at most a heartbeat, got ${found}`);
}
