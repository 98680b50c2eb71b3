/**
 * What the same thing costs in several ways, measured side by side: in each repetition each has its
 * turn, so that what else the machine does meets all of them. The ratio to ours is taken within
 * each repetition, and the medians count. Time is that of the processor, all threads of this
 * process together: a neighbour that takes the core in the middle of a turn is not counted.
 */
import { median } from "../median.js";

export interface Way {
  readonly name: string;
  /** Does it so many times; what it prepares belongs before. */
  readonly run: (times: number) => void | Promise<void>;
}

const repetitions = 41;

/** Times of one turn: some milliseconds, short enough that most are not interrupted. */
const turnTimes = 10_000;

/** The first way is ours, and the others are compared with it. */
export async function sideBySide(title: string, ways: readonly Way[]): Promise<void> {
  const costs = ways.map(() => [] as number[]);
  // The first repetitions warm up.
  for (let repetition = -5; repetition < repetitions; repetition += 1) {
    for (const [index, { run }] of ways.entries()) {
      const began = process.cpuUsage();
      await run(turnTimes);
      const { user, system } = process.cpuUsage(began);
      const cost = ((user + system) * 1_000) / turnTimes;
      if (repetition >= 0) costs[index]?.push(cost);
    }
  }
  console.log(title);
  const ours = costs[0] ?? [];
  for (const [index, { name }] of ways.entries()) {
    const measured = costs[index] ?? [];
    const ratios = measured.map((cost, repetition) => cost / (ours[repetition] ?? Number.NaN));
    const ratio = index === 0 ? "" : `   ${median(ratios).toFixed(2)} x ours`;
    console.log(`  ${name.padEnd(52)} ${median(measured).toFixed(0).padStart(6)} ns${ratio}`);
  }
}
