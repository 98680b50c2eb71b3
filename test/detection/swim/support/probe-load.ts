/** Counts the messages that each probe causes, whoever sends them. */

import type { DetectorOutput } from "../../../../src/detection/detector.js";
import type { NodeId } from "../../../../src/kernel/ids.js";
import type { Instant } from "../../../../src/kernel/time.js";
import type { FleetOnlooker } from "../../../../src/sim/fleet/fleet.js";

interface ProbeCount {
  readonly begunAt: Instant;
  messages: number;
}

type Body = readonly [number, number, NodeId?, NodeId?];

export class ProbeLoad implements FleetOnlooker<DetectorOutput> {
  readonly #probes: ProbeCount[] = [];
  /** By who waits for an ack, and the number under which it waits. */
  readonly #waiting = new Map<string, ProbeCount>();
  /** The probe that each member has begun last. */
  readonly #current = new Map<NodeId, ProbeCount>();

  /** Messages of each probe that was begun in this time. */
  countsBetween(start: Instant, end: Instant): readonly number[] {
    const within = this.#probes.filter(({ begunAt }) => begunAt >= start && begunAt < end);
    return within.map(({ messages }) => messages);
  }

  message(at: Instant, source: NodeId, target: NodeId, body: unknown): void {
    const [code, seq, , origin] = body as Body;
    const probe = this.#probeOf(at, source, target, code, seq, origin);
    if (probe === undefined) throw new Error(`a message of no probe: ${JSON.stringify(body)}`);
    probe.messages += 1;
    if (code === 0) this.#waiting.set(`${source} ${seq}`, probe);
  }

  #probeOf(
    at: Instant,
    source: NodeId,
    target: NodeId,
    code: number,
    seq: number,
    origin: NodeId | undefined,
  ): ProbeCount | undefined {
    if (code === 0)
      return origin === undefined ? this.#begin(at, source) : this.#current.get(origin);
    // A request is of who sends it; acks and nacks are of who gets them.
    return this.#waiting.get(`${code === 2 ? source : target} ${seq}`);
  }

  #begin(at: Instant, source: NodeId): ProbeCount {
    const probe = { begunAt: at, messages: 0 };
    this.#probes.push(probe);
    this.#current.set(source, probe);
    return probe;
  }
}
