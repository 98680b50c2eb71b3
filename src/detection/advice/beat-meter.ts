/**
 * Measures the links to one node from the frames that it received: who lost how many, in what runs,
 * and how late beats came. Headers are enough, so no key is needed.
 *
 * The frames of a boot for everyone are numbered without a gap, so a gap is a loss. Which of the
 * lost ones were beats, the time tells: beats are sent once a period, and between two of them with
 * a gap of three periods two are missing, if so many frames are. If none is, the sender was late,
 * and that is lateness.
 */
import { assert } from "../../kernel/assert.js";
import { type Duration, type Instant, micros } from "../../kernel/time.js";
import { quantileOf } from "./link-quality.js";

/** A frame for everyone. */
export interface MeteredFrame {
  readonly at: Instant;
  readonly bootId: number;
  readonly sequence: number;
  readonly isBeat: boolean;
}

export interface MeteredLink {
  /** For everyone, each once, with those that are missing between the first and the last. */
  readonly frames: number;
  /** Samples that another replica sent again are not missing. Beats are never sent again. */
  readonly framesMissing: number;
  /** The median from one beat to the next. */
  readonly period: Duration;
  /** In the order of sending: by how much later than a period; null where lost. */
  readonly beats: readonly (number | null)[];
  /** Silences so long that they are no accident of a link; not among the beats. */
  readonly outages: number;
}

/** So many beats missing in a row count as an outage, of the peer or the network. */
export const outageBeatsMin = 20;

/** With fewer beats nothing is said. */
export const beatsMin = 20;

interface Boot {
  readonly sequences: number[];
  readonly beats: { readonly at: Instant; readonly sequence: number }[];
}

interface Gap {
  readonly time: number;
  readonly framesMissing: number;
}

/** Of one peer. Feed it frames in the order of arrival; `at` never goes back. */
export class BeatMeter {
  readonly #boots = new Map<number, Boot>();

  take({ at, bootId, sequence, isBeat }: MeteredFrame): void {
    const boot = this.#boots.get(bootId) ?? { sequences: [], beats: [] };
    this.#boots.set(bootId, boot);
    boot.sequences.push(sequence);
    // One that was overtaken says nothing about silence.
    if (isBeat && sequence > (boot.beats.at(-1)?.sequence ?? 0)) boot.beats.push({ at, sequence });
  }

  /** Null where there were too few beats. */
  result(): MeteredLink | null {
    const boots = [...this.#boots.values()].map(({ sequences, beats }) => ({
      sequences: [...new Set(sequences)].sort((one, other) => one - other),
      beats,
    }));
    const gaps = boots.flatMap(gapsOf);
    const whole = gaps.filter(({ framesMissing }) => framesMissing === 0).map(({ time }) => time);
    if (whole.length < beatsMin) return null;
    const period = Math.max(
      1,
      quantileOf(
        whole.sort((one, other) => one - other),
        0.5,
      ),
    );
    const kept = gaps.filter((gap) => missingIn(gap, period) < outageBeatsMin);
    const framesMissing = kept.reduce((sum, gap) => sum + gap.framesMissing, 0);
    return {
      frames: boots.reduce((sum, { sequences }) => sum + sequences.length, framesMissing),
      framesMissing,
      period: micros(period),
      beats: kept.flatMap((gap) => beatsIn(gap, period)),
      outages: gaps.length - kept.length,
    };
  }
}

/** From each beat to the next. */
function gapsOf({ sequences, beats }: Boot): readonly Gap[] {
  const places = new Map(sequences.map((sequence, place) => [sequence, place]));
  return beats.slice(1).map((beat, index) => {
    const before = beats[index];
    assert(before !== undefined, "a gap without a beginning");
    const between = (places.get(beat.sequence) ?? 0) - (places.get(before.sequence) ?? 0);
    const framesMissing = beat.sequence - before.sequence - between;
    return { time: beat.at - before.at, framesMissing };
  });
}

function missingIn({ time, framesMissing }: Gap, period: number): number {
  return Math.min(framesMissing, Math.max(0, Math.round(time / period) - 1));
}

/** Those that are missing, and the one that ends the gap. */
function beatsIn(gap: Gap, period: number): readonly (number | null)[] {
  const missing = missingIn(gap, period);
  const late = Math.max(0, gap.time - (missing + 1) * period);
  return [...Array<null>(missing).fill(null), late];
}
