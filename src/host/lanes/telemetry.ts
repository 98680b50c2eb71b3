/**
 * What a lane tells of itself, in shared memory: the lane writes after each tick, anybody reads at
 * any time and never holds the lane up. A sequence lock: the writer makes the number odd, writes,
 * and makes it even; who read while it was odd, or finds another number after, reads again.
 *
 * Every field is accessed by `Atomics`. Plain loads between two atomic ones may be moved past the
 * second one by an ARM processor, and the lock would then vouch for torn fields. 64-bit atomics are
 * BigInts, which are garbage, so a long count is two words, and the sequence makes them one.
 */
import type { Duration, Instant } from "../../kernel/time.js";
import { countLate, lateClasses, lateQuantile } from "./late-counts.js";

/** `warming`: runs its first ticks with ordinary priority. */
export type LaneStage = "starting" | "warming" | "running" | "ended";

const stages: readonly LaneStage[] = ["starting", "warming", "running", "ended"];

export interface LaneTelemetry {
  readonly stage: LaneStage;
  /** Run since the lane is `running`. */
  readonly ticks: number;
  /** Ticks that were skipped because the one before ended too late. */
  readonly overruns: number;
  /** When it last gave a sign of life, on CLOCK_MONOTONIC. */
  readonly beatAt: Instant;
  /** Woken so much later than planned; null before the first tick. */
  readonly late: {
    readonly p50: Duration;
    readonly p99: Duration;
    readonly max: Duration;
  } | null;
  /** By class of late-counts.ts. */
  readonly lateCounts: readonly number[];
}

const field = {
  sequence: 0,
  stage: 1,
  lateMax: 2,
  ticks: 3,
  overruns: 5,
  beatAt: 7,
} as const;
const fields = 9;

/** Half of the bits of a count, so that both words are non-negative. */
const wordSpan = 2 ** 30;

/** A reader that meets a writer so often takes what it read last; a tick writes for 1 us. */
const readsMax = 1_000;

export const telemetryBytes = 4 * (fields + lateClasses);

/** For the one thread that writes. */
export class TelemetryWriter {
  readonly #words: Int32Array;
  readonly #late: Int32Array;
  #ticks = 0;
  #sequence = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer, 0, fields);
    this.#late = new Int32Array(buffer, 4 * fields, lateClasses);
  }

  /** Forgets what was measured: what a thread does while it warms up is not what it will do. */
  enter(stage: LaneStage, now: number): void {
    this.#begin();
    Atomics.store(this.#words, field.stage, stages.indexOf(stage));
    this.#store(field.beatAt, now);
    if (stage === "running") this.#reset();
    this.#end();
  }

  beat(now: number): void {
    this.#begin();
    this.#store(field.beatAt, now);
    this.#end();
  }

  /** @param late in whole microseconds */
  ticked(now: number, late: number, overruns: number): void {
    this.#ticks += 1;
    this.#begin();
    this.#store(field.ticks, this.#ticks);
    this.#store(field.overruns, overruns);
    this.#store(field.beatAt, now);
    countLate(this.#late, late);
    if (late > Atomics.load(this.#words, field.lateMax)) {
      Atomics.store(this.#words, field.lateMax, Math.min(late, 0x7fffffff));
    }
    this.#end();
  }

  #reset(): void {
    this.#ticks = 0;
    this.#store(field.ticks, 0);
    this.#store(field.overruns, 0);
    Atomics.store(this.#words, field.lateMax, 0);
    for (let index = 0; index < lateClasses; index += 1) Atomics.store(this.#late, index, 0);
  }

  #store(index: number, count: number): void {
    Atomics.store(this.#words, index, count % wordSpan);
    Atomics.store(this.#words, index + 1, Math.floor(count / wordSpan));
  }

  #begin(): void {
    this.#sequence = (this.#sequence + 1) & 0x3fffffff;
    Atomics.store(this.#words, field.sequence, this.#sequence);
  }

  #end(): void {
    this.#begin();
  }
}

/** For any thread. */
export function readTelemetry(buffer: SharedArrayBuffer): LaneTelemetry {
  const words = new Int32Array(buffer, 0, fields);
  const late = new Int32Array(buffer, 4 * fields, lateClasses);
  for (let reads = 1; ; reads += 1) {
    const before = Atomics.load(words, field.sequence);
    const telemetry = readOnce(words, late);
    const isWhole = before % 2 === 0 && Atomics.load(words, field.sequence) === before;
    if (isWhole || reads === readsMax) return telemetry;
  }
}

function readOnce(words: Int32Array, late: Int32Array): LaneTelemetry {
  const count = (index: number) =>
    Atomics.load(words, index) + wordSpan * Atomics.load(words, index + 1);
  const lateCounts = Array.from(late, (_, index) => Atomics.load(late, index));
  return {
    stage: stages[Atomics.load(words, field.stage)] ?? "starting",
    ticks: count(field.ticks),
    overruns: count(field.overruns),
    beatAt: count(field.beatAt) as Instant,
    late: quantiles(lateCounts, Atomics.load(words, field.lateMax)),
    lateCounts,
  };
}

function quantiles(counts: readonly number[], max: number): LaneTelemetry["late"] {
  const [p50, p99] = [lateQuantile(counts, 0.5), lateQuantile(counts, 0.99)];
  if (p50 === null || p99 === null) return null;
  // The bound of a class, which none need have reached.
  const within = (bound: number) => Math.min(bound, max) as Duration;
  return { p50: within(p50), p99: within(p99), max: max as Duration };
}
