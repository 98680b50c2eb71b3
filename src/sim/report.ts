/**
 * What a run found out, as plain data. It holds no wall-clock time and no address: the same
 * scenario with the same seed gives the same report, byte for byte.
 */
import type { NodeId } from "../kernel/ids.js";
import type { Duration } from "../kernel/time.js";
import type { NetworkCounts } from "./network.js";
import type { TrueTime } from "./true-time.js";

/**
 * `failed`: a property was violated, or an expected event did not come. `invalid`: nothing was, but
 * a fault never took effect or a deadline lies beyond the end, so that the run proves nothing.
 */
export type SimVerdict = "passed" | "failed" | "invalid";

export interface SimReport {
  readonly scenario: string;
  readonly seed: number;
  readonly verdict: SimVerdict;
  /** The one command that gives this report again. */
  readonly replay: string;
  /** Why the run is invalid, one sentence each. */
  readonly invalid: readonly string[];
  readonly violations: readonly ReportedViolation[];
  readonly expectations: readonly ReportedExpectation[];
  readonly faults: readonly ReportedFault[];
  readonly falseAlarms: readonly ReportedAlarm[];
  /** By sensor, the share of time in which a voted value was there. */
  readonly availability: Readonly<Record<string, number>>;
  /** By output, the share of time in which somebody drove it. */
  readonly driven: Readonly<Record<string, number>>;
  readonly counts: SimCounts;
  /** How much true time was simulated, in microseconds. */
  readonly simulated: Duration;
}

/** All times are true times in microseconds. */
export interface ReportedViolation {
  readonly checker: string;
  readonly at: TrueTime;
  readonly message: string;
  /** How often, the first time included. */
  readonly count: number;
}

export interface ReportedExpectation {
  readonly expectation: string;
  readonly outcome: "met" | "unmet" | "untested";
  /** The longest wait for the event after a fault; null where there was none to wait for. */
  readonly longestWait: Duration | null;
  readonly message: string | null;
}

export interface ReportedFault {
  readonly name: string;
  readonly kind: string;
  /** The nodes or channels that it hit; empty where it hit all links alike. */
  readonly targets: readonly string[];
  readonly firedAt: TrueTime;
  /** When it first touched anything; null if it never did. */
  readonly effectAt: TrueTime | null;
  readonly effects: number;
  readonly endedAt: TrueTime | null;
  /** A healthy replica accused what the fault had hit. */
  readonly detectedAt: TrueTime | null;
  /** All healthy replicas did. */
  readonly isolatedAt: TrueTime | null;
  /** Another replica drove in place of the one that was hit. */
  readonly takenOverAt: TrueTime | null;
  /** All alarms about it were taken back after it had ended. */
  readonly recoveredAt: TrueTime | null;
}

export interface ReportedAlarm {
  readonly node: NodeId;
  readonly alarm: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly count: number;
}

export interface SimCounts extends Readonly<NetworkCounts> {
  readonly steps: number;
  readonly faultsFired: number;
  /** Firings left out to keep to the fault hypothesis. */
  readonly faultsSkipped: number;
  readonly framesMissed: number;
  readonly framesOverflowed: number;
  readonly watchdogResets: number;
  readonly boots: number;
  readonly votes: number;
  readonly leases: number;
  /** Replicas whose state differed from the majority's, and how many of them took it. */
  readonly stateFaults: number;
  readonly stateRepairs: number;
}
