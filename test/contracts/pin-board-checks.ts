/**
 * What every pin board must do, as a list of named checks that any runner can run: vitest by
 * pin-board.ts, a guest with nothing but Node by `runPinBoardChecks` from `dist`. The ids are those
 * of boards/README.md.
 */
import { inputChecks } from "./pins/input.js";
import { lifeChecks } from "./pins/life.js";
import { openingChecks } from "./pins/opening.js";
import { outputChecks } from "./pins/output.js";
import type { PinBoardCheck, PinBoardTrial } from "./pins/rig.js";

export type { PinAbilities, PinBoardCheck, PinBoardRig, PinBoardTrial } from "./pins/rig.js";

export const pinBoardChecks: readonly PinBoardCheck[] = [
  ...openingChecks,
  ...outputChecks,
  ...inputChecks,
  ...lifeChecks,
];

/** A fresh board for the check, which is ended whatever comes of it. */
export async function runPinBoardCheck(one: PinBoardCheck, trial: PinBoardTrial): Promise<void> {
  const rig = await trial.make();
  try {
    await one.run(rig, trial.abilities);
  } finally {
    rig.board.close(rig.now());
    await rig.end();
  }
}

export interface PinBoardVerdict {
  readonly name: string;
  readonly kind: "passed" | "failed" | "not-able";
  /** What went wrong, or what the hardware lacks; empty for one that passed. */
  readonly text: string;
}

/** One after the other, for a place without vitest. Nothing is thrown. */
export async function runPinBoardChecks(
  trial: PinBoardTrial,
  tell: (verdict: PinBoardVerdict) => void,
): Promise<readonly PinBoardVerdict[]> {
  const verdicts: PinBoardVerdict[] = [];
  for (const one of pinBoardChecks) {
    const verdict = await verdictOf(one, trial);
    tell(verdict);
    verdicts.push(verdict);
  }
  return verdicts;
}

async function verdictOf(one: PinBoardCheck, trial: PinBoardTrial): Promise<PinBoardVerdict> {
  const lack = one.lacks(trial.abilities);
  if (lack !== null) return { name: one.name, kind: "not-able", text: lack };
  try {
    await runPinBoardCheck(one, trial);
    return { name: one.name, kind: "passed", text: "" };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { name: one.name, kind: "failed", text };
  }
}
