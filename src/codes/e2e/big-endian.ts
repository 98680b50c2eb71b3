/** Unsigned numbers of up to four bytes in a frame, the highest byte first. */

export function readBig(frame: Uint8Array, at: number, bytes: number): number {
  let value = 0;
  for (let index = 0; index < bytes; index += 1) {
    // Not shifted: the highest bit of four bytes would become a sign.
    value = value * 256 + (frame[at + index] as number);
  }
  return value;
}

export function writeBig(frame: Uint8Array, at: number, bytes: number, value: number): void {
  for (let index = 0; index < bytes; index += 1) {
    frame[at + index] = value >>> (8 * (bytes - 1 - index));
  }
}
