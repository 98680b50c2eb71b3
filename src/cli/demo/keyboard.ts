/** Faults from the keyboard: one key each, so that a demo can be played like an instrument. */
import type { NodeId } from "../../kernel/ids.js";
import type { Session } from "./session.js";

export const keysText =
  "keys: 1 2 3 stick or free a sensor   k kill the driver   p stop or continue it   " +
  "l lose packets   c clear all   q quit";

/** False when the key asks to quit. */
export function press(session: Session, nodes: readonly NodeId[], key: string): boolean {
  const digit = /^[1-9]$/.test(key) ? nodes[Number(key) - 1] : undefined;
  if (digit !== undefined) session.toggleSensor(digit);
  if (key === "k") session.killDriver();
  if (key === "p") session.togglePauseOfDriver();
  if (key === "l") session.losePackets(!session.losesPackets);
  if (key === "c") session.clearAll();
  return !(key === "q" || key === "\u0003" || key === "\u0004");
}

/** Reads single keys from a terminal until the answer to one is false. */
export class Keyboard {
  readonly #input: NodeJS.ReadStream;
  readonly #onData: (data: Buffer) => void;

  constructor(input: NodeJS.ReadStream, onKey: (key: string) => boolean, onQuit: () => void) {
    this.#input = input;
    this.#onData = (data) => {
      for (const key of data.toString("utf8")) {
        if (!onKey(key)) return onQuit();
      }
    };
    input.setRawMode(true);
    input.on("data", this.#onData);
    input.resume();
  }

  /** Gives the terminal back as it was. */
  close(): void {
    this.#input.off("data", this.#onData);
    this.#input.setRawMode(false);
    this.#input.pause();
  }
}
