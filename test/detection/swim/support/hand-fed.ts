/** A single prober, fed by hand, whose time passes in milliseconds. */
import type {
  Detector,
  DetectorOptions,
  DetectorOutput,
} from "../../../../src/detection/detector.js";
import { SwimProber } from "../../../../src/detection/swim/swim-prober.js";
import { type NodeId, nodeId } from "../../../../src/kernel/ids.js";
import { timeout } from "../../../../src/kernel/machine.js";
import { Prng } from "../../../../src/kernel/prng.js";
import { type Instant, instant, millis } from "../../../../src/kernel/time.js";
import { swimSettings } from "./detector-fleet.js";

export const ms = (count: number): Instant => instant(count * 1_000);

export type Told = readonly [number, DetectorOutput];
type Sent = Extract<DetectorOutput, { kind: "send" }>;

export const self = nodeId("me");

/** Its first probe begins within 100 ms; see `HandFed.wakeOnce`. */
export class HandFed {
  readonly prober: SwimProber;
  #now = 0;

  constructor(peers: readonly string[], options: Partial<DetectorOptions> = {}) {
    this.prober = new SwimProber("swim", "round-robin", {
      ...swimSettings,
      lifeguard: true,
      now: ms(0),
      self,
      peers: peers.map(nodeId),
      dice: new Prng(11),
      ...options,
    });
  }

  get now(): Instant {
    return instant(this.#now);
  }

  /** Wakes the prober when it asks, up to and at the end of the wait; what it said, and when. */
  pass(wait: number): Told[] {
    const told: Told[] = [];
    const end = this.#now + millis(wait);
    for (let count = 0; count < 10_000; count += 1) {
      const at = this.prober.deadline();
      if (at === null || at > end) {
        this.#now = end;
        return told;
      }
      this.#now = Math.max(at, this.#now);
      for (const output of this.prober.step(this.now, timeout)) told.push([this.#now, output]);
    }
    throw new Error("the prober asks for ever");
  }

  /** Goes to its next deadline, and feeds the timeout. */
  wakeOnce(): readonly DetectorOutput[] {
    this.#now = this.prober.deadline() as number;
    return this.prober.step(this.now, timeout);
  }

  /** Time passes, and nobody wakes it. */
  sleep(wait: number): void {
    this.#now += millis(wait);
  }

  message(from: string, body: unknown): readonly DetectorOutput[] {
    return this.prober.step(this.now, { kind: "message", from: nodeId(from), body });
  }

  /** Goes to the start of the next period that probes this peer; the number of the probe. */
  probeOf(peer: string): number {
    for (let count = 0; count < 1_000; count += 1) {
      for (const output of this.wakeOnce()) {
        const ping = pingIn(output);
        if (ping?.target === peer) return ping.seq;
        if (ping !== null) this.message(ping.target, [1, ping.seq]);
      }
    }
    throw new Error(`${peer} is never probed`);
  }

  statuses(): readonly string[] {
    return this.prober.standing().map(({ status }) => status);
  }
}

/** A ping that somebody sends for himself. */
export function pingIn(output: DetectorOutput): { seq: number; target: NodeId } | null {
  if (output.kind !== "send") return null;
  const [code, seq, target, origin] = output.body as [number, number, NodeId, unknown];
  return code === 0 && origin === undefined ? { seq, target } : null;
}

export const sends = (outputs: readonly DetectorOutput[]): readonly Sent[] =>
  outputs.filter((output) => output.kind === "send");

/** Suspicions and their ends: what the others of the port get to see. */
export const verdicts = (told: readonly Told[]): readonly (readonly [number, string, NodeId])[] =>
  told.flatMap(([at, output]) =>
    output.kind === "peer-suspected" || output.kind === "peer-trusted"
      ? [[at / 1_000, output.kind, output.peer] as const]
      : [],
  );

export const standingOf = (detector: Detector, peer: string) =>
  detector.standing().find((standing) => standing.peer === peer);
