/** The check of a line of a recording: CRC-32C over its characters, which are all ASCII. */
import { crc32c } from "../codes/crc32c.js";

/** The CRC as eight hexadecimal digits. */
export const crcText = (crc: number): string => crc.toString(16).padStart(8, "0");

/**
 * The CRC of the text, begun from `before`; `null` where a character is not ASCII, which no line
 * that we write has.
 */
export function crcOfAscii(text: string, before = 0): number | null {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return null;
    bytes[index] = code;
  }
  return crc32c(bytes, before);
}

/** JSON whose characters are all ASCII: the others are escaped. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
