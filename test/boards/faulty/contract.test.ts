/** FAULTY-1: with its fault off, a decorated board is the board below it. */
import { bouncingLine } from "../../../boards/faulty/bouncing-line.js";
import type { FaultyBoard } from "../../../boards/faulty/fault-switch.js";
import { frozenBoard } from "../../../boards/faulty/frozen-board.js";
import { missedEdges } from "../../../boards/faulty/missed-edges.js";
import { openLine } from "../../../boards/faulty/open-line.js";
import { slowAdc } from "../../../boards/faulty/slow-adc.js";
import { stuckLine } from "../../../boards/faulty/stuck-line.js";
import type { PinBoard } from "../../../boards/pin-board.js";
import { Prng } from "../../../src/kernel/prng.js";
import { millis } from "../../../src/kernel/time.js";
import { pinBoardContract } from "../../contracts/pin-board.js";
import { mockAbilities, mockTrial } from "../../contracts/pins/mock-trial.js";

const dice = new Prng(1);

/** Every kind of fault at every kind of pin that the suite uses. */
const faults: Readonly<Record<string, (board: PinBoard) => FaultyBoard>> = {
  "stuck inputs": (board) => stuckLine(board, { pin: "D2", at: 1 }),
  "stuck outputs": (board) => stuckLine(board, { pin: "D8", at: null }),
  "a stuck analog pin": (board) => stuckLine(board, { pin: "A0", at: 1 }),
  "open inputs": (board) => openLine(board, { pin: "2", dice }),
  "open outputs": (board) => openLine(board, { pin: "D8", dice }),
  "an open analog pin": (board) => openLine(board, { pin: "A0", dice }),
  "bouncing contacts": (board) =>
    bouncingLine(board, { pin: null, bouncesMax: 3, span: millis(5), dice }),
  "missed edges": (board) => missedEdges(board, { pin: null, share: 1, told: true, dice }),
  "slow converters": (board) => slowAdc(board, { pin: null, delay: millis(50) }),
};

for (const [name, put] of Object.entries(faults)) {
  pinBoardContract(
    `a board that may have ${name}`,
    mockTrial(mockAbilities, (board) => put(board)),
  );
}

pinBoardContract(
  "a board that may have all faults at once",
  mockTrial(mockAbilities, (board) => ({
    board: Object.values(faults).reduce<PinBoard>((below, put) => put(below).board, board),
  })),
);

for (const kind of ["silent", "lost"] as const) {
  pinBoardContract(
    `a board that may be ${kind}`,
    mockTrial({ ...mockAbilities, silentWithin: millis(100) }, (board) => {
      const faulty = frozenBoard(board, { kind });
      return { board: faulty.board, freeze: (now, frozen) => faulty.turn(now, frozen) };
    }),
  );
}
