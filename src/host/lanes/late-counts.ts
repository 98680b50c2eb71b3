/**
 * How late, as counts by microsecond: each to 64 us by itself, beyond that sixteen classes an
 * octave, so that a quantile is true to 6 %. `Lateness` of the loop is coarser, for people; this
 * one stands beside cyclictest.
 *
 * The counts lie in shared memory, one writer and any readers, and are written one at a time
 * without garbage.
 */
import { assert } from "../../kernel/assert.js";

const exactMax = 64;
const classesPerOctave = 16;
const firstOctave = 6;
/** What is 2^24 us (17 s) late and later is in the last class. */
const octavesEnd = 24;

export const lateClasses = exactMax + (octavesEnd - firstOctave) * classesPerOctave;

/** A class that has counted so much is full: then all are halved, and the quantiles stay. */
const countMax = 0x7fffffff;

/** @param late in whole microseconds */
export function lateClass(late: number): number {
  assert(late >= 0, "a wake-up before its time");
  if (late < exactMax) return late;
  if (late >= 2 ** octavesEnd) return lateClasses - 1;
  const octave = 31 - Math.clz32(late);
  const part = (late >> (octave - 4)) & (classesPerOctave - 1);
  return exactMax + (octave - firstOctave) * classesPerOctave + part;
}

/** The most that is in the class, in microseconds. */
export function lateClassEnd(index: number): number {
  if (index < exactMax) return index;
  const octave = firstOctave + Math.floor((index - exactMax) / classesPerOctave);
  const part = (index - exactMax) % classesPerOctave;
  const width = 2 ** (octave - 4);
  return (classesPerOctave + part + 1) * width - 1;
}

/** @param counts as many as there are classes */
export function countLate(counts: Int32Array, late: number): void {
  const index = lateClass(late);
  if (Atomics.add(counts, index, 1) < countMax - 1) return;
  for (let each = 0; each < lateClasses; each += 1) {
    Atomics.store(counts, each, Atomics.load(counts, each) >> 1);
  }
}

/** The bound of the class in which the quantile lies, in microseconds; null where none counted. */
export function lateQuantile(counts: readonly number[], fraction: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  const index = counts.findIndex((count) => {
    seen += count;
    return count > 0 && seen >= fraction * total;
  });
  return lateClassEnd(index);
}
