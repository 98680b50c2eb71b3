/**
 * The lane with real GPIO: the kernel's own drivers, and simulated lines below them. Each way to
 * the lines has a guest of its own, in which all its checks are made.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { failedOnce, type Step, skippedOnce, sumOf } from "../lane-report.js";
import { Unavailable } from "./debian.js";
import { prepareEpoll } from "./epoll.js";
import { prepareGpioSim } from "./gpio-sim.js";
import type { GuestImage } from "./guest-image.js";
import { type GuestTest, guestLane, indented, tell } from "./guest-lane.js";
import { countsOf, type GuestVerdicts, parseVerdicts } from "./guest-verdicts.js";
import type { Lane } from "./lane.js";
import { type GuestEnd, runGuest } from "./machine.js";
import { cleanEnd, neverReset } from "./scenario.js";
import { storyText } from "./story.js";

const secondsMax = 480;

type Way = "chardev" | "sysfs";

export const gpioLane = (only: readonly string[]): Lane =>
  guestLane({
    name: "gpio",
    proves: "both ways to GPIO lines, on a real kernel with simulated lines",
    tests: [testOf("chardev", async () => {}), testOf("sysfs", () => prepareEpoll(tell))],
    only,
    atOnce: 2,
  });

const testOf = (way: Way, prepare: () => Promise<void>): GuestTest => ({
  name: `gpio-${way}`,
  run: async (image) => {
    const start = performance.now();
    try {
      const built = await gpioSimOnce(image);
      await prepare();
      return await runChecks(way, image, built);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      console.warn(`SKIPPED gpio/${way}: ${error.message}`);
      return step(way, skippedOnce, (performance.now() - start) / 1000);
    }
  },
});

const step = (way: Way, counts: Step["counts"], seconds: number): Step => ({
  name: `gpio/${way}`,
  counts,
  seconds: Number(seconds.toFixed(1)),
});

/** Both tests begin at once, and want the same module. */
let gpioSim: Promise<string> | null = null;

function gpioSimOnce({ version }: GuestImage): Promise<string> {
  gpioSim ??= prepareGpioSim(version, tell);
  return gpioSim;
}

async function runChecks(way: Way, image: GuestImage, gpioSimPath: string): Promise<Step> {
  const end = await runGuest({
    name: `gpio-${way}`,
    image,
    script: "gpio.sh",
    variables: { GPIO: way },
    modules: [],
    built: [gpioSimPath],
    secondsMax,
  });
  const text = await readFile(join(end.folder, "out", "checks"), "utf8").catch(() => "");
  const verdicts = parseVerdicts(text);
  const complaints = [...cleanEnd(end), ...neverReset(end)];
  report(way, end, verdicts, complaints);
  const guest = complaints.length === 0 ? [] : [failedOnce];
  return step(way, sumOf([countsOf(verdicts), ...guest]), end.seconds);
}

function report(
  way: Way,
  end: GuestEnd,
  { verdicts, again, told, complete }: GuestVerdicts,
  complaints: readonly string[],
): void {
  const failed = verdicts.filter(({ kind }) => kind === "failed");
  const ok = failed.length === 0 && complete && complaints.length === 0;
  const { passed, skipped } = countsOf({ verdicts, complete });
  tell(
    `${ok ? "ok" : "FAILED"}  ${way}: ${passed} checks passed, ` +
      `the hardware lacks what ${skipped} take (${end.seconds} s)`,
  );
  for (const { name, text } of again) {
    console.warn(`AGAIN ${way}: ${name} failed once, and was made a second time`);
    tell(indented([text]));
  }
  if (told !== "") tell(indented([told]));
  if (ok) return;
  const texts = failed.map(({ name, text }) => `${name}: ${text}`);
  const rest = complete ? [] : ["not all checks were made"];
  const where = `all that it left is in ${end.folder}`;
  tell(indented([...texts, ...rest, ...complaints, storyText(end.story), where]));
}
