/**
 * Names of keys, locks and sessions: `[A-Za-z0-9._/-]`, 1 to `nameLengthMax`. One byte a character,
 * so that their order by `<` is that of their bytes, whatever the locale.
 */
import type { ByteReader } from "../../wire/byte-reader.js";
import { nameLengthMax } from "./ports.js";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-";

/** By character code: 1 where a name may have it. */
const allowed = new Uint8Array(256);
for (const letter of letters) allowed[letter.charCodeAt(0)] = 1;

const isNameByte = (byte: number): boolean => allowed[byte] === 1;

export const readName = (reader: ByteReader): string => reader.word(nameLengthMax, isNameByte);

export function isName(text: string): boolean {
  return text.length > 0 && isPrefix(text);
}

/** What a name may begin with: a name, or nothing. */
export function isPrefix(text: string): boolean {
  if (text.length > nameLengthMax) return false;
  for (let index = 0; index < text.length; index += 1) {
    if (allowed[text.charCodeAt(index)] !== 1) return false;
  }
  return true;
}
