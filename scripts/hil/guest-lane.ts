/** Lanes whose tests run in guests: what they share. */
import type { Step } from "../lane-report.js";
import { Unavailable } from "./debian.js";
import { type GuestImage, prepareGuest } from "./guest-image.js";
import type { Lane, LaneRun } from "./lane.js";

export interface GuestTest {
  /** Also a word for the command line. */
  readonly name: string;
  run(image: GuestImage): Promise<Step>;
}

export interface GuestLaneOptions {
  readonly name: string;
  readonly proves: string;
  readonly tests: readonly GuestTest[];
  /** Names of tests or of lanes: only they are run; all where it is empty. */
  readonly only: readonly string[];
  /** Tests at the same time: an emulated processor takes a whole one. */
  readonly atOnce: number;
}

export const tell = (line: string): void => console.log(line);

export const guestLane = (options: GuestLaneOptions): Lane => ({
  name: options.name,
  proves: options.proves,
  run: () => runAll(options),
});

/** @returns the tests that were asked for */
export function chosen<Test extends { readonly name: string }>(
  lane: string,
  tests: readonly Test[],
  only: readonly string[],
): readonly Test[] {
  if (only.length === 0 || only.includes(lane)) return tests;
  return tests.filter(({ name }) => only.includes(name));
}

async function runAll({ name, tests, only, atOnce }: GuestLaneOptions): Promise<LaneRun> {
  const wanted = chosen(name, tests, only);
  if (wanted.length === 0) return { kind: "ran", steps: [] };
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { kind: "skipped", reason: "the guest shares the programs of an x64 Linux" };
  }
  try {
    const image = await prepareGuest(tell);
    tell(`the guest runs Linux ${image.version}`);
    return { kind: "ran", steps: await severalAtOnce(wanted, image, atOnce) };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { kind: "skipped", reason: error.message };
  }
}

/** In the order of the table, whichever ended first. */
async function severalAtOnce(
  tests: readonly GuestTest[],
  image: GuestImage,
  atOnce: number,
): Promise<Step[]> {
  const steps: Step[] = [];
  const waiting = [...tests.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, test] = next;
      steps[index] = await test.run(image);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return steps;
}

/** What is printed of a test that failed. */
export const indented = (lines: readonly string[]): string =>
  lines
    .flatMap((line) => line.split("\n"))
    .map((line) => `        ${line}`)
    .join("\n");
