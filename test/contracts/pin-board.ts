/** The checks of a pin board as tests; see pin-board-checks.ts. */
import { describe, it } from "vitest";
import { type PinBoardTrial, pinBoardChecks, runPinBoardCheck } from "./pin-board-checks.js";

/** What the hardware cannot do stands among the tests as skipped, with the reason. */
export function pinBoardContract(name: string, trial: PinBoardTrial): void {
  describe(`${name} keeps the contract of pin boards`, () => {
    for (const one of pinBoardChecks) {
      const lack = one.lacks(trial.abilities);
      const text = lack === null ? one.name : `${one.name} (${lack})`;
      it.skipIf(lack !== null)(text, () => runPinBoardCheck(one, trial));
    }
  });
}
