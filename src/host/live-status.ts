/** What a running replica tells of itself: its machine's picture, and the facts of its host. */

import type { Duration } from "../kernel/time.js";
import type { AgentStatus } from "../node/agent-status.js";
import type { NodeStatus } from "../node/status.js";
import type { LinkCounts } from "../wire/link.js";
import type { BootStatus } from "./boots/boot-book.js";
import type { FaultCounts } from "./faulty-link.js";
import type { RecorderStatus } from "./flight-recorder.js";
import type { PathCounts } from "./joined-links.js";
import type { RealtimeStatus } from "./lanes/realtime-loop.js";
import type { LoopCounts } from "./loop.js";
import type { LiveStateStatus } from "./state/live-state.js";
import type { WatchdogSetStatus } from "./watchdog/watchdog-set.js";

export interface ProcessStatus {
  readonly pid: number;
  /** Since the machine was started. */
  readonly uptime: Duration;
  readonly residentBytes: number;
  /** Of the process since it began. */
  readonly cpuTime: Duration;
  readonly loop: LoopCounts;
  readonly link: LinkCounts;
  /** What injected faults did to the link; null where faults are not allowed. */
  readonly linkFaults: FaultCounts | null;
}

export interface HostStatus extends ProcessStatus {
  /** The link's counts by path. */
  readonly paths: readonly PathCounts[];
  /** Null where all were turned off. */
  readonly watchdog: WatchdogSetStatus | null;
  /** What the kernel gave the loop; null where the config asks for nothing. */
  readonly realtime: RealtimeStatus | null;
  /** The disk and the clients of the replicated state; null where there is none. */
  readonly state: LiveStateStatus | null;
  /** Why it is not there although the settings ask for it; null otherwise. */
  readonly stateTrouble: string | null;
  /** Null where nothing is recorded. */
  readonly recorder: RecorderStatus | null;
  /** Why it was started, and how it runs; null for a replica that keeps nothing. */
  readonly boot: BootStatus | null;
}

export interface LiveStatus {
  readonly node: NodeStatus;
  readonly host: HostStatus;
}

/** What a running agent tells. */
export interface LiveAgentStatus {
  readonly agent: AgentStatus;
  readonly host: ProcessStatus;
}
