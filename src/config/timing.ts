/**
 * The times of a cluster: what holds when a key is absent, and which times contradict one another.
 *
 * Almost all follow from two: the cycle, which is as long as the process to be controlled allows,
 * and the heartbeat, which is how fast a takeover must be.
 *
 * Invariant: what is derived breaks no rule unless what it is derived from breaks one, so only keys
 * that somebody set are judged, and only they are blamed.
 */

import type { Duration } from "../kernel/time.js";
import type { Timing } from "../node/settings.js";
import { sessionLeaseMax, sessionLeaseMin } from "../replication/service/limits.js";
import type { Layers } from "./layers.js";
import type { Problem } from "./problem.js";
import { formatDuration, parseDuration } from "./quantity.js";

export type TimingKey = keyof Timing;

/** All in microseconds, but for clockDriftMaxPpm. */
type Times = Readonly<Record<TimingKey, number>>;

interface Derivation {
  readonly key: TimingKey;
  /** What it is derived from. */
  readonly from: readonly TimingKey[];
  readonly rule: string;
  readonly derive: (times: Times) => number;
}

/** In an order in which each is derived from earlier ones. */
const derivations: readonly Derivation[] = [
  { key: "cycle", from: [], rule: "", derive: () => 100_000 },
  { key: "cutoff", from: ["cycle"], rule: "half a cycle", derive: (t) => t.cycle / 2 },
  { key: "heartbeat", from: [], rule: "", derive: () => 50_000 },
  {
    key: "suspectAfter",
    from: ["heartbeat"],
    rule: "3 heartbeats",
    derive: (t) => 3 * t.heartbeat,
  },
  {
    // Of the session by which the right to drive is held.
    key: "lease",
    from: ["heartbeat"],
    rule: "3 heartbeats, at least 20ms",
    derive: (t) => Math.min(Math.max(3 * t.heartbeat, sessionLeaseMin), sessionLeaseMax),
  },
  { key: "clockDriftMaxPpm", from: [], rule: "", derive: () => 500 },
  {
    key: "skewMax",
    from: ["cycle", "cutoff"],
    rule: "an eighth of a cycle, at most a quarter of the cutoff",
    derive: (t) => Math.min(t.cycle / 8, t.cutoff / 4),
  },
  { key: "sampleAgeMax", from: ["cycle"], rule: "2 cycles", derive: (t) => 2 * t.cycle },
  {
    // The right is renewed every third of the lease. A driver that slept for less than half of the
    // lease still has the rest to hear of the renewal; one that slept longer may wake when its
    // right has ended and another one drives, so it gives up before it acts.
    key: "latenessMax",
    from: ["lease"],
    rule: "half the lease",
    derive: (t) => t.lease / 2,
  },
  {
    key: "watchdog",
    from: ["cycle"],
    rule: "10 cycles, at least 1s",
    derive: (t) => Math.max(10 * t.cycle, 1_000_000),
  },
];

interface Rule {
  /** The key that is wrong when the rule is broken. */
  readonly key: TimingKey;
  readonly than: TimingKey;
  readonly holds: (times: Times) => boolean;
  readonly expected: string;
}

const rules: readonly Rule[] = [
  {
    key: "cutoff",
    than: "cycle",
    holds: (t) => t.cutoff < t.cycle,
    expected: "less than a cycle: the vector is closed before the next one begins",
  },
  {
    key: "suspectAfter",
    than: "heartbeat",
    holds: (t) => t.suspectAfter > t.heartbeat,
    expected: "more than a heartbeat, or every peer is suspected between two beats",
  },
  {
    key: "lease",
    than: "heartbeat",
    holds: (t) => t.lease >= 2 * t.heartbeat,
    expected: "at least 2 heartbeats, or one lost message ends the lease",
  },
  {
    key: "lease",
    than: "heartbeat",
    holds: (t) => t.lease >= sessionLeaseMin && t.lease <= sessionLeaseMax,
    expected: "20ms to 10m",
  },
  {
    key: "skewMax",
    than: "cutoff",
    holds: (t) => t.skewMax <= t.cutoff / 2,
    expected: "at most half of the cutoff: a late peer's samples must still arrive before it",
  },
  {
    key: "sampleAgeMax",
    than: "cutoff",
    holds: (t) => t.sampleAgeMax >= t.cutoff,
    expected: "at least the cutoff, or every sample is too old when the vector is closed",
  },
  {
    key: "latenessMax",
    than: "lease",
    holds: (t) => t.latenessMax <= t.lease,
    expected: "at most the lease: who slept longer no longer holds it",
  },
  {
    key: "watchdog",
    than: "cycle",
    holds: (t) => t.watchdog >= 2 * t.cycle,
    expected: "at least 2 cycles: it is petted once in a cycle",
  },
];

/**
 * Fills in what nobody set, and gives the contradictions. Keys that cannot be read are left out.
 */
export function settleTiming(layers: Layers): readonly Problem[] {
  const problems: Problem[] = [];
  const times = Object.fromEntries(derivations.map(({ key }) => [key, 0])) as Record<
    TimingKey,
    number
  >;
  // What is unreadable was refused by the schema; nothing that hangs on it can be judged.
  const unknown = new Set<TimingKey>();
  const set = new Set<TimingKey>();
  for (const { key, from, rule, derive } of derivations) {
    const raw = layers.get(["timing", key]);
    const value = raw === undefined ? Math.floor(derive(times)) : readTime(key, raw);
    if (value === null || (raw === undefined && from.some((source) => unknown.has(source)))) {
      unknown.add(key);
      continue;
    }
    times[key] = value;
    if (raw === undefined) {
      setDefault(layers, key, value, rule);
      continue;
    }
    set.add(key);
    if (value === 0 && key !== "clockDriftMaxPpm") problems.push(refuseZero(layers, key));
  }
  const judged = rules.filter(({ key, than }) => set.has(key) && !unknown.has(than));
  const broken = judged.filter((rule) => times[rule.key] > 0 && !rule.holds(times));
  return [...problems, ...broken.map((rule) => refuse(layers, rule, times))];
}

function readTime(key: TimingKey, raw: unknown): number | null {
  if (key === "clockDriftMaxPpm") return typeof raw === "number" ? raw : null;
  const parsed = parseDuration(raw);
  return parsed.ok ? parsed.value : null;
}

function setDefault(layers: Layers, key: TimingKey, value: number, rule: string): void {
  const written = key === "clockDriftMaxPpm" ? value : formatDuration(value as Duration);
  layers.set(["timing", key], written, { kind: "default", rule });
}

const refuseZero = (layers: Layers, key: TimingKey): Problem =>
  layers.problem(["timing", key], "expected more than 0");

function refuse(layers: Layers, rule: Rule, times: Times): Problem {
  const [mine, other] = [times[rule.key], times[rule.than]].map((us) =>
    formatDuration(us as Duration),
  );
  const found = `got ${mine} with a ${rule.than} of ${other}`;
  return layers.problem(["timing", rule.key], `expected ${rule.expected}; ${found}`);
}
