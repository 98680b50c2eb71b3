/**
 * The lane with hardware in the loop: tests against kernels, drivers and microcontrollers instead
 * of models of them. It needs no board on the desk: a guest kernel and a simulated microcontroller
 * stand in, and what they need is looked for when the lane is run.
 *
 * A lane is an entry of the table. One that cannot run is skipped, loudly, and is never counted as
 * passed: who reads the report must see what was not tested.
 */
import {
  type Counts,
  countsText,
  failedOnce,
  passedOnce,
  type Step,
  skippedOnce,
  writeReport,
} from "./lane-report.js";

interface Lane {
  readonly name: string;
  /** What passes when the lane passes. */
  readonly proves: string;
  /** What is missing for it to run, in words; `null` when it can. */
  missing(): string | null;
  /** True when all of it passed. Called only when nothing is missing. */
  run(): boolean;
}

/** A lane whose subject does not exist yet; the issue that brings the one brings the other. */
function planned(name: string, proves: string): Lane {
  return {
    name,
    proves,
    missing: () => "the room that it tests is not built yet (issue 6)",
    run: () => false,
  };
}

const lanes: readonly Lane[] = [
  planned(
    "qemu",
    "GPIO through the character device on gpio-sim, and a real watchdog driver, in a QEMU guest",
  ),
  planned("avr", "the bridge firmware, on a simulated AVR behind a serial line"),
];

function runLane(lane: Lane): Step {
  console.log(`\n== ${lane.name}: ${lane.proves}`);
  const start = performance.now();
  const counts = countsOf(lane);
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  return { name: lane.name, counts, seconds };
}

function countsOf(lane: Lane): Counts {
  const missing = lane.missing();
  if (missing === null) return lane.run() ? passedOnce : failedOnce;
  console.warn(`SKIPPED ${lane.name}: ${missing}`);
  return skippedOnce;
}

const { counts } = writeReport("hil", lanes.map(runLane));
console.log(`\nnpm run test:hil: ${countsText(counts)}`);
process.exitCode = counts.failed === 0 ? 0 : 1;
