/**
 * What the lane `gpio` runs in its guest: the contract of pin boards over one way to the lines, and
 * what only a kernel can show. Each verdict is a line of JSON in /out/checks, the last one says
 * that all were made.
 *
 *   node main.js <chardev or sysfs>
 */
import { appendFileSync } from "node:fs";
import { pinBoardChecks, runPinBoardCheck } from "../../contracts/pin-board-checks.js";
import type { PinBoardTrial } from "../../contracts/pins/rig.js";
import type { Site, SiteChip } from "./guest-check.js";
import { killChecks } from "./kill-checks.js";
import { openingChecks } from "./opening-checks.js";
import { boardOf, clock, pinTrial } from "./pin-trial.js";
import { makeChip, type SimChip } from "./sim-chips.js";
import { SimLines } from "./sim-lines.js";

interface Verdict {
  readonly name: string;
  readonly kind: "passed" | "failed" | "not-able";
  readonly text: string;
}

const tell = (word: object): void => appendFileSync("/out/checks", `${JSON.stringify(word)}\n`);

const label = "pinctrl-bcm2711";
const lineCount = 58;

class HeaderChip implements SiteChip {
  readonly label = label;
  #made: SimChip = makeChip(label, lineCount);

  get name(): string {
    return this.#made.name;
  }

  get base(): number {
    return this.#made.base;
  }

  get lines(): string {
    return this.#made.lines;
  }

  remove(): void {
    this.#made.remove();
  }

  remake(): SimChip {
    this.#made = makeChip(label, lineCount);
    return this.#made;
  }
}

/**
 * A guest that stands still between two words, as on a busy machine, makes a bounce into an edge.
 * So a check that failed is made once more; but not many are, or something is wrong.
 */
let attemptsLeft = 2;

async function verdictOf(name: string, run: () => Promise<void>): Promise<Verdict> {
  for (;;) {
    try {
      await run();
      return { name, kind: "passed", text: "" };
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (attemptsLeft === 0) return { name, kind: "failed", text };
      attemptsLeft -= 1;
      tell({ again: name, text });
    }
  }
}

/** What every pin board must do. */
async function contractVerdicts(trial: PinBoardTrial): Promise<void> {
  for (const check of pinBoardChecks) {
    const { name } = check;
    const lack = check.lacks(trial.abilities);
    if (lack !== null) tell({ name, kind: "not-able", text: lack });
    else tell(await verdictOf(name, () => runPinBoardCheck(check, trial)));
  }
}

const gpio = process.argv[2] === "sysfs" ? "sysfs" : "chardev";
makeChip("raspberrypi-exp-gpio", 8);
const chip = new HeaderChip();
const lines = new SimLines(chip);
const board = await boardOf(gpio, label);
tell({ told: board.description });
board.close(clock.now());
await contractVerdicts(pinTrial(gpio, label, lines));
const site: Site = { gpio, chip, lines };
for (const { name, run } of [...killChecks(gpio), ...openingChecks]) {
  tell(await verdictOf(name, () => run(site)));
}
tell({ all: true });
