/**
 * Base 64 (RFC 4648 section 4, with padding): bytes in a line of text, for want of a `Buffer` here.
 */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const sextets = new Map([...alphabet].map((character, sextet) => [character, sextet]));
/** Of each twelve bits: what a disk was read is long. */
const pairs = [...alphabet].flatMap((first) => [...alphabet].map((second) => first + second));

export function toBase64(bytes: Uint8Array): string {
  const whole = bytes.length - (bytes.length % 3);
  let text = "";
  for (let at = 0; at < whole; at += 3) {
    const group = (byteAt(bytes, at) << 16) | (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2);
    text += `${pairs[group >>> 12]}${pairs[group & 0xfff]}`;
  }
  return text + lastGroup(bytes.subarray(whole));
}

/** Of one byte or two: padded to four characters. */
function lastGroup(rest: Uint8Array): string {
  if (rest.length === 0) return "";
  const group = (byteAt(rest, 0) << 16) | (byteAt(rest, 1) << 8);
  const text = `${pairs[group >>> 12]}${pairs[group & 0xfff]}`;
  return text.slice(0, rest.length + 1).padEnd(4, "=");
}

/**
 * A character outside the alphabet counts as zero bits. The check of the line has told by then that
 * somebody altered it, and what the machine makes of such bytes is just what is to be found out.
 */
export function fromBase64(text: string): Uint8Array {
  const digits = text.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of digits) {
    held = ((held << 6) | (sextets.get(character) ?? 0)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    if (at < bytes.length) bytes[at] = held >>> bits;
    at += 1;
  }
  return bytes;
}

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
