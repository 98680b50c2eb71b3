/**
 * Several that do the same work, measured side by side: in each repetition each has its turn, so
 * that what else the machine does meets all of them, and the median of the repetitions counts.
 */
import { median } from "../median.js";

export interface Contestant {
  /** What it is, and whether it is C, WebAssembly, a native addon or JavaScript. */
  readonly name: string;
  /** Does the work so many times and tells how long it took, in nanoseconds. */
  readonly time: (times: number) => number | Promise<number>;
}

export interface Work {
  readonly name: string;
  /** Bytes that are worked on each time. */
  readonly bytes: number;
}

const repetitions = 61;

/**
 * Bytes of one turn: long beside the clock's own time, and short, for a turn may be interrupted.
 */
const turnBytes = 500_000;

export function timed(work: () => unknown): Contestant["time"] {
  return (times) => {
    const began = process.hrtime.bigint();
    for (let time = 0; time < times; time += 1) work();
    return Number(process.hrtime.bigint() - began);
  };
}

export function timedAsync(work: () => Promise<unknown>): Contestant["time"] {
  return async (times) => {
    const began = process.hrtime.bigint();
    for (let time = 0; time < times; time += 1) await work();
    return Number(process.hrtime.bigint() - began);
  };
}

/** Prints the speed of each in MB/s, and how many times as fast the first one is, which is ours. */
export async function contest(work: Work, contestants: readonly Contestant[]): Promise<void> {
  const times = Math.ceil(turnBytes / work.bytes);
  const speeds = new Map<Contestant, number[]>(contestants.map((one) => [one, []]));
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const [one, measured] of speeds) {
      const took = await tookOf(one, times);
      if (took === null) speeds.delete(one);
      // The first time only warms up.
      else if (repetition > 0) measured.push((work.bytes * times * 1_000) / took);
    }
  }
  const medians = [...speeds].map(([{ name }, measured]) => ({ name, speed: median(measured) }));
  const ours = medians[0]?.speed ?? Number.NaN;
  console.log(work.name);
  for (const { name, speed } of medians) {
    const ratio = speed === ours ? "" : `   ours is ${(ours / speed).toFixed(2)} x`;
    console.log(`  ${name.padEnd(44)} ${speed.toFixed(0).padStart(6)} MB/s${ratio}`);
  }
}

/** Null for one that fails, which then is out: others' packages do. */
async function tookOf(contestant: Contestant, times: number): Promise<number | null> {
  try {
    return await contestant.time(times);
  } catch (error) {
    console.log(`  FAILED, and left out: ${contestant.name}: ${String(error)}`);
    return null;
  }
}
