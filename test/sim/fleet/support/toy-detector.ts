/** The plainest detector that there can be, on the monitor of the heartbeat. */
import type {
  Detector,
  DetectorInput,
  DetectorKind,
  DetectorOptions,
  DetectorOutput,
  PeerStanding,
} from "../../../../src/detection/detector.js";
import {
  type HeartbeatInput,
  HeartbeatMonitor,
  type HeartbeatOutput,
} from "../../../../src/detection/heartbeat/monitor.js";
import type { Timeout } from "../../../../src/kernel/machine.js";
import type { Instant } from "../../../../src/kernel/time.js";

export const toyDetector: DetectorKind = {
  name: "toy",
  summary: "each beats to all",
  make: (options) => new ToyDetector(options),
};

class ToyDetector implements Detector {
  readonly #options: DetectorOptions;
  readonly #monitor: HeartbeatMonitor;

  constructor(options: DetectorOptions) {
    this.#options = options;
    this.#monitor = new HeartbeatMonitor(options);
  }

  step(now: Instant, input: DetectorInput | Timeout): readonly DetectorOutput[] {
    const heard = asHeard(input);
    if (heard === null) return [];
    return this.#monitor.step(now, heard).map((output) => this.#carry(now, output));
  }

  deadline(): Instant | null {
    return this.#monitor.deadline();
  }

  standing(): readonly PeerStanding[] {
    return this.#monitor.standing();
  }

  healthScore(): number {
    return 0;
  }

  #carry(now: Instant, output: HeartbeatOutput): DetectorOutput {
    if (output.kind === "send-beat") {
      return { kind: "send", targets: this.#options.peers, body: output.count };
    }
    if (output.kind === "peer-trusted") return output;
    const { silence, peer } = output;
    const evidence = { detector: "toy", at: now, silence, attempts: [], healthScore: 0 };
    return { kind: "peer-suspected", peer, evidence };
  }
}

function asHeard(input: DetectorInput | Timeout): HeartbeatInput | Timeout | null {
  if (input.kind === "message") return { kind: "beat", from: input.from };
  if (input.kind === "was-late") return { kind: "was-late" };
  return input.kind === "timeout" ? input : null;
}
