/**
 * The lane with hardware in the loop: tests against kernels, drivers and microcontrollers instead
 * of models of them. It needs no board on the desk: a guest kernel and a simulated microcontroller
 * stand in, and what they need is looked for when the lane is run.
 *
 * A lane is an entry of the table. One that cannot run is skipped, loudly, and is never counted as
 * passed: who reads the report must see what was not tested. Words after `npm run test:hil --` are
 * the names of the only tests to run.
 */

import { avrLane } from "./hil/avr-lane.js";
import { clusterLane } from "./hil/cluster-lane.js";
import { gpioLane } from "./hil/gpio-lane.js";
import type { Lane } from "./hil/lane.js";
import { powerLossLane } from "./hil/power-loss-lane.js";
import { qemuLane } from "./hil/qemu-lane.js";
import { countsText, failedOnce, type Step, skippedOnce, writeReport } from "./lane-report.js";

const only = process.argv.slice(2);

const lanes: readonly Lane[] = [
  ...[qemuLane(only), gpioLane(only), clusterLane(only)],
  ...[powerLossLane(only), avrLane(only)],
];

async function runLane(lane: Lane): Promise<readonly Step[]> {
  console.log(`\n== ${lane.name}: ${lane.proves}`);
  const start = performance.now();
  const whole = (counts: Step["counts"]): readonly Step[] => {
    const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
    return [{ name: lane.name, counts, seconds }];
  };
  try {
    const run = await lane.run();
    if (run.kind === "ran") return run.steps;
    console.warn(`SKIPPED ${lane.name}: ${run.reason}`);
    return whole(skippedOnce);
  } catch (error) {
    console.error(`FAILED ${lane.name}:`, error);
    return whole(failedOnce);
  }
}

const steps: Step[] = [];
for (const lane of lanes) steps.push(...(await runLane(lane)));
const { counts } = writeReport("hil", steps);
console.log(`\nnpm run test:hil: ${countsText(counts)}`);
process.exitCode = counts.failed === 0 ? 0 : 1;
