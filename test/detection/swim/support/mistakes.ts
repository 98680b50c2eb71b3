/** Suspicions of members that live, in a fleet that only loses messages. */
import { swimProbingWith } from "../../../../src/detection/swim/swim-probing.js";
import type { NodeId } from "../../../../src/kernel/ids.js";
import type { Instant } from "../../../../src/kernel/time.js";
import { atPeriod, detectorFleet } from "./detector-fleet.js";

export interface Mistake {
  readonly at: Instant;
  readonly peer: NodeId;
}

export interface MistakeOptions {
  readonly loss: number;
  readonly relays: number;
  readonly members: number;
  /** So many from period 1 on, in which each member begins one probe. */
  readonly periods: number;
  readonly seed: number;
}

/**
 * Each failed probe that was begun in these periods, by uniform choice. A prober tells only of the
 * first failed probe of a peer that it trusts; so whoever is suspected is made trusted at once, by
 * a stray nack that says nothing but that it lives.
 */
export function mistakesIn(options: MistakeOptions): readonly Mistake[] {
  const { loss, relays, members, periods, seed } = options;
  const kind = swimProbingWith({ selection: "uniform" });
  const fleet = detectorFleet({ kind, members, seed, loss, settings: { relays } });
  const mistakes: Mistake[] = [];
  const [start, end] = [atPeriod(1), atPeriod(1 + periods)];
  fleet.watch({
    output: (at, member, output) => {
      if (output.kind !== "peer-suspected") return;
      const { peer, evidence } = output;
      const begunAt = evidence.attempts[0]?.sentAt ?? at;
      if (begunAt >= start && begunAt < end) mistakes.push({ at: begunAt, peer });
      fleet.schedule(at, () => fleet.say(member, { kind: "message", from: peer, body: [3, 0] }));
    },
  });
  fleet.run(atPeriod(2 + periods));
  return mistakes;
}
