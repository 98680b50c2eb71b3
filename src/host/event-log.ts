/**
 * A node's events as log lines. What anybody on the network can cause, refused datagrams, is
 * limited for each reason, and what was held back is counted in the next line: a flood must not
 * fill the disk of a board, nor hide what else is said.
 */
import type { Logger } from "pino";
import type { Instant } from "../kernel/time.js";
import { eventText } from "../node/event-text.js";
import type { NodeEvent } from "../node/events.js";
import { TokenBucket } from "./token-bucket.js";

/** Lines in a second for each kind of event and reason. */
export const linesPerSecondMax = 5;

/** Kinds and reasons that are counted apart; the rest share one limit. */
const limitsMax = 64;

/** The part of pino that is used. */
export type EventLogger = Pick<
  Logger,
  "isLevelEnabled" | "trace" | "debug" | "info" | "warn" | "error"
>;

interface Limit {
  readonly bucket: TokenBucket;
  heldBack: number;
}

export class EventLog {
  readonly #logger: EventLogger;
  readonly #limits = new Map<string, Limit>();

  constructor(logger: EventLogger) {
    this.#logger = logger;
  }

  tell(at: Instant, event: NodeEvent): void {
    const level = levelOf(event);
    if (!this.#logger.isLevelEnabled(level)) return;
    // Who asks for a trace wants all of it.
    if (level === "trace") {
      this.#logger.trace({ at, event }, eventText(event));
      return;
    }
    const limit = this.#limitOf(at, event);
    if (!limit.bucket.take(at, 1)) {
      limit.heldBack += 1;
      return;
    }
    const heldBack = limit.heldBack === 0 ? {} : { heldBack: limit.heldBack };
    limit.heldBack = 0;
    this.#logger[level]({ at, event, ...heldBack }, eventText(event));
  }

  #limitOf(now: Instant, event: NodeEvent): Limit {
    const reason = "reason" in event ? event.reason : "";
    const wanted = `${event.kind} ${reason}`;
    const key = this.#limits.has(wanted) || this.#limits.size < limitsMax ? wanted : "others";
    const existing = this.#limits.get(key);
    if (existing !== undefined) return existing;
    const rate = { perSecond: linesPerSecondMax, burst: linesPerSecondMax };
    const limit = { bucket: new TokenBucket({ now, ...rate }), heldBack: 0 };
    this.#limits.set(key, limit);
    return limit;
  }
}

type Level = "trace" | "debug" | "info" | "warn" | "error";

/**
 * Replicas repeat each other's samples where one seems lost, so a frame that came before is usual.
 */
function levelOf(event: NodeEvent): Level {
  const isRepeated = event.kind === "refused" && event.reason === "replayed";
  return isRepeated ? "debug" : levels[event.kind];
}

const levels: Readonly<Record<NodeEvent["kind"], Level>> = {
  voted: "trace",
  started: "info",
  "boot-explained": "info",
  synchronised: "info",
  "channel-readmitted": "info",
  "channel-overridden": "info",
  "sensor-cleared": "info",
  "state-joined": "info",
  "state-repaired": "info",
  "app-recovered": "info",
  "peer-trusted": "info",
  "path-restored": "info",
  "peer-whole": "info",
  "path-lost": "warn",
  "direction-changed": "warn",
  "peer-degraded": "warn",
  "peer-cut": "warn",
  "lease-acquired": "info",
  "lease-lost": "info",
  "supervision-restored": "info",
  "supervision-began": "info",
  "supervision-tolerated": "warn",
  "supervision-stopped": "error",
  snoozed: "warn",
  "snooze-ended": "warn",
  "reboot-began": "warn",
  desynchronised: "warn",
  "cycles-skipped": "warn",
  "channel-excluded": "warn",
  "channel-latched": "warn",
  "sensor-suspected": "warn",
  "peer-suspected": "warn",
  "was-late": "warn",
  "channel-released": "info",
  reread: "warn",
  "voter-trusted": "info",
  "voters-agree": "info",
  "voters-differ": "error",
  "voter-suspected": "error",
  refused: "warn",
  "write-refused": "warn",
  "app-faulted": "error",
  "state-diverged": "error",
  "supervision-failed": "error",
  "member-joined": "info",
  "member-replaced": "info",
  "member-moved": "info",
  "member-returned": "info",
  "member-left": "info",
  "member-forgotten": "info",
  "leader-changed": "info",
  "member-suspected": "warn",
  "member-unreachable": "warn",
  "member-died": "warn",
  "accusation-refuted": "warn",
  "verdicts-suspended": "warn",
  "view-full": "warn",
  "identity-lost": "error",
  "replica-role": "info",
  "replica-group": "info",
  "replica-snapshot-sent": "info",
  "replica-log-recovered": "info",
  "replica-app-state": "debug",
  "replica-stepped-down": "warn",
  "replica-blank-member": "warn",
  "replica-disk-health": "warn",
  "replica-write-budget": "warn",
  "replica-log-refused": "error",
};
