/** Memory that several searches share: what one has finished with, another may take. */
import { assert } from "../../kernel/assert.js";

export class Pool {
  #bytesLeft: number;

  /** @param bytesMax that all may have taken at one time */
  constructor(bytesMax: number) {
    this.#bytesLeft = bytesMax;
  }

  /** False: there is not so much, and nothing was taken. */
  take(bytes: number): boolean {
    if (bytes > this.#bytesLeft) return false;
    this.#bytesLeft -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    assert(bytes >= 0, `not a number of bytes: ${bytes}`);
    this.#bytesLeft += bytes;
  }
}
