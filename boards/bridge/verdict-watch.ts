/** Finds in one verdict after the other what has changed, and counts what is wrong. */
import type { Instant } from "../../src/kernel/time.js";
import type { Counts } from "./counts.js";
import type { OutputState, Place, ReplicaStanding, Verdict } from "./frames.js";
import type { VoterEvent } from "./voter-events.js";

const places: readonly Place[] = [0, 1, 2];

export class VerdictWatch {
  readonly #expected: Place | null;
  readonly #counts: Counts;
  readonly #tell: (now: Instant, event: VoterEvent) => void;
  readonly #standings = new Map<Place, ReplicaStanding>();
  readonly #states = new Map<number, OutputState>();
  #place: Place | null = null;

  constructor(
    expected: Place | null,
    counts: Counts,
    tell: (now: Instant, event: VoterEvent) => void,
  ) {
    this.#expected = expected;
    this.#counts = counts;
    this.#tell = tell;
  }

  look(now: Instant, verdict: Verdict): void {
    this.#lookAtPlace(now, verdict.place);
    for (const place of places) this.#lookAtReplica(now, place, verdict.replicas[place]);
    for (const { output, state } of verdict.outputs) this.#lookAtOutput(now, output, state);
  }

  #lookAtPlace(now: Instant, place: Place): void {
    const isNew = place !== this.#place;
    this.#place = place;
    if (this.#expected === null || place === this.#expected || !isNew) return;
    this.#counts.add("wrong-place");
    this.#tell(now, { kind: "wrong-place", place, expected: this.#expected });
  }

  #lookAtReplica(now: Instant, place: Place, standing: ReplicaStanding): void {
    if (this.#standings.get(place) === standing) return;
    const isFirst = !this.#standings.has(place);
    this.#standings.set(place, standing);
    if (standing !== "well") this.#counts.add(`place-${place}-${standing}`);
    if (!isFirst || standing !== "well") this.#tell(now, { kind: "replica", place, standing });
  }

  #lookAtOutput(now: Instant, output: number, state: OutputState): void {
    if (this.#states.get(output) === state) return;
    const isFirst = !this.#states.has(output);
    this.#states.set(output, state);
    // Outputs that nobody declared are told as well.
    if (isFirst && state === "undeclared") return;
    if (state !== "driven") this.#counts.add(`output-${output}-${state}`);
    this.#tell(now, { kind: "output", output, state });
  }
}
