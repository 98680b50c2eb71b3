/** Faults from the keyboard: one key each, so that a demo can be played like an instrument. */
import type { NodeId } from "../../kernel/ids.js";
import type { Session } from "./session.js";

/** What each key does, now. */
export const keysOf = (session: Pick<Session, "breakage" | "firmware">): readonly string[] => [
  `1 2 3 a sensor ${session.breakage.name}, or mended`,
  "f another fault for it",
  "k kill the driver",
  "p stop or continue it",
  "l lose packets",
  ...(session.firmware === null
    ? []
    : ["h hang a bridge", "v let a vote lie", "u unplug a line to the voter"]),
  "c clear all",
  "q quit",
];

/** What of a session the keys act on. */
export type Instrument = Pick<
  Session,
  | "toggleSensor"
  | "nextBreakage"
  | "killDriver"
  | "togglePauseOfDriver"
  | "losePackets"
  | "losesPackets"
  | "clearAll"
  | "firmware"
>;

const controlC = "\u0003";
const controlD = "\u0004";

/** False when the key asks to quit. A key that means nothing does nothing. */
export function press(session: Instrument, nodes: readonly NodeId[], key: string): boolean {
  const digit = /^[1-9]$/.test(key) ? nodes[Number(key) - 1] : undefined;
  if (digit !== undefined) session.toggleSensor(digit);
  if (key === "f") session.nextBreakage();
  if (key === "k") session.killDriver();
  if (key === "p") session.togglePauseOfDriver();
  if (key === "l") session.losePackets(!session.losesPackets);
  if (key === "h") session.firmware?.hang();
  if (key === "v") session.firmware?.toggleLie();
  if (key === "u") session.firmware?.toggleLine();
  if (key === "c") session.clearAll();
  return key !== "q" && key !== controlC && key !== controlD;
}

/** The part of a terminal's input that is used. */
export type KeyInput = Pick<
  NodeJS.ReadStream,
  "setRawMode" | "on" | "off" | "resume" | "pause" | "destroyed"
>;

/**
 * An arrow or a function key comes as several characters that begin with an escape. It is none of
 * ours, and its letters must not be taken for keys.
 */
const functionKey = /\p{Cc}(\[[0-?]*[ -/]*[@-~]|O.)/gu;

/** Reads single keys from a terminal until the answer to one is false, or the terminal is gone. */
export class Keyboard {
  readonly #input: KeyInput;
  readonly #onData: (data: Buffer) => void;
  readonly #onGone: () => void;

  constructor(input: KeyInput, onKey: (key: string) => boolean, onQuit: () => void) {
    this.#input = input;
    this.#onGone = onQuit;
    this.#onData = (data) => {
      for (const key of data.toString("utf8").replace(functionKey, "")) {
        if (!onKey(key)) return onQuit();
      }
    };
    input.setRawMode(true);
    input.on("data", this.#onData);
    input.on("end", this.#onGone);
    // A terminal that was closed: reading from it fails (EIO).
    input.on("error", this.#onGone);
    input.resume();
  }

  /**
   * Gives the terminal back as it was. What was typed ahead and an error of its end are dropped.
   */
  close(): void {
    const input = this.#input;
    input.off("data", this.#onData);
    input.off("end", this.#onGone);
    if (!input.destroyed) input.setRawMode(false);
    input.pause();
  }
}
