import { pinBoardContract } from "../../../contracts/pin-board.js";
import { mockTrial } from "../../../contracts/pins/mock-trial.js";

pinBoardContract("the mock pin board", mockTrial());
