/** A detector that says what the test tells it to say, and writes down what it is told. */
import type {
  Detector,
  DetectorInput,
  DetectorKind,
  DetectorOptions,
  DetectorOutput,
  DetectorSettings,
  PeerStanding,
} from "../../../src/detection/detector.js";
import type { Evidence } from "../../../src/detection/evidence.js";
import type { NodeId } from "../../../src/kernel/ids.js";
import type { Timeout } from "../../../src/kernel/machine.js";
import { type Duration, type Instant, instant, micros } from "../../../src/kernel/time.js";

export class ScriptedDetector implements Detector {
  readonly heard: DetectorInput[] = [];
  readonly watched: Set<NodeId>;
  health = 0;
  #says: DetectorOutput[] = [];

  constructor(options: DetectorOptions) {
    this.watched = new Set(options.peers);
  }

  /** At the next timeout, which it asks for at once. */
  say(output: DetectorOutput): void {
    this.#says.push(output);
  }

  step(_now: Instant, input: DetectorInput | Timeout): readonly DetectorOutput[] {
    if (input.kind === "timeout") return this.#says.splice(0);
    this.heard.push(input);
    if (input.kind === "watch") this.watched.add(input.peer);
    if (input.kind === "forget") this.watched.delete(input.peer);
    return [];
  }

  deadline(): Instant | null {
    return this.#says.length > 0 ? instant(0) : null;
  }

  standing(): readonly PeerStanding[] {
    return [];
  }

  healthScore(): number {
    return this.health;
  }
}

export class ScriptedKind implements DetectorKind {
  readonly name = "scripted";
  readonly summary = "says what the test says";
  readonly made: ScriptedDetector[] = [];

  make(options: DetectorOptions): Detector {
    const detector = new ScriptedDetector(options);
    this.made.push(detector);
    return detector;
  }

  detectsWithin({ suspectAfter }: DetectorSettings): Duration {
    return suspectAfter;
  }
}

export const evidenceAt = (at: number): Evidence => ({
  detector: "scripted",
  at: instant(at),
  silence: micros(1_000_000),
  attempts: [{ via: null, sentAt: instant(0), outcome: "unanswered" }],
  healthScore: 0,
});
