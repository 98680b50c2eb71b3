/** What every pin board must do, on kernels that are made up: CHARDEV and SYSFS of README.md. */
import { pinBoardContract } from "../../contracts/pin-board.js";
import { chardevAbilities, chardevTrial } from "./support/pi-trial.js";

pinBoardContract("the character device (outputs stay)", chardevTrial("hold", chardevAbilities));
pinBoardContract(
  "the character device (outputs fall back)",
  chardevTrial("input", { ...chardevAbilities, holdsAfterClose: false }),
);
