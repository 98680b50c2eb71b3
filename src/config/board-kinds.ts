/** The kinds of boards, for those who must not load the parser of schemas. */
import type { BoardSettings, PinBoardSettings } from "./board-schema.js";

export const boardKinds = ["mock", "recorded", "raspberry-pi", "bridge", "firmata"] as const;
export type BoardKind = (typeof boardKinds)[number];

export const isOfPins = (board: BoardSettings): board is PinBoardSettings =>
  board.kind !== "mock" && board.kind !== "recorded";
