/** The lane of power cuts: a real file system, on a disk that loses what was not flushed. */
import { failedOnce, passedOnce, type Step } from "../lane-report.js";
import type { GuestImage } from "./guest-image.js";
import { guestLane, indented, tell } from "./guest-lane.js";
import type { Lane } from "./lane.js";
import { type PowerLossEnd, runPowerLoss } from "./power-loss.js";

const name = "power-loss";

/** Two machines at once, each with half of the rounds: an emulated one boots in some seconds. */
const machines = 2;
const roundsOfEach = 10;

const roundSecondsMax = 240;

export const powerLossLane = (only: readonly string[]): Lane =>
  guestLane({
    name,
    proves: "what a log calls durable is there after a power cut, on ext4",
    tests: Array.from({ length: machines }, (_, index) => {
      const test = `${name}-${index + 1}`;
      return { name: test, run: (image: GuestImage) => runOne(test, index, image) };
    }),
    only,
    atOnce: machines,
  });

async function runOne(test: string, index: number, image: GuestImage): Promise<Step> {
  const seed = Number(process.env["POWER_LOSS_SEED"] ?? Date.now() % 1_000_000) + index;
  const rounds = roundsOfEach;
  const end = await runPowerLoss({ name: test, image, rounds, seed, secondsMax: roundSecondsMax });
  // A disk that never lost anything has shown nothing.
  const wasTorn = end.tornRounds > 0;
  const ok = end.complaints.length === 0 && end.recovered === rounds && wasTorn;
  tell(`${ok ? "ok" : "FAILED"}  ${test}: ${summary(end)}, seed ${seed} (${end.seconds} s)`);
  if (!ok) tell(indented([...end.complaints, `all that it left is in ${end.folder}`]));
  return {
    name: `power-loss/${test}`,
    counts: ok ? passedOnce : failedOnce,
    seconds: end.seconds,
  };
}

const summary = ({ recovered, acknowledged, tornRounds, repairs, flushes }: PowerLossEnd): string =>
  `${recovered} power cuts recovered from, ${acknowledged} entries acknowledged and none lost; ` +
  `the disk tore its cache ${tornRounds} times, ${repairs} repairs, ${flushes} flushes`;
