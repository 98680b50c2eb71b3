/** What every pin board must do (PI-2), by both ways to the lines, on a kernel that is made up. */
import { pinBoardContract } from "../../contracts/pin-board.js";
import { chardevAbilities, piTrial, sysfsAbilities } from "./support/pi-trial.js";

for (const policy of ["hold", "input"] as const) {
  const what = policy === "hold" ? "stay" : "fall back";
  const byChardev = piTrial(policy, chardevAbilities, { gpio: "chardev" });
  pinBoardContract(`the character device, where outputs ${what},`, byChardev);
  const bySysfs = piTrial(policy, sysfsAbilities, { gpio: "sysfs", sysfsOnly: true });
  pinBoardContract(`sysfs, where outputs ${what},`, bySysfs);
}
