/**
 * Tells whether bytes are well-formed UTF-8 (the Unicode Standard, table 3-7; RFC 3629): no
 * overlong forms, no surrogates, nothing above U+10FFFF. The decoder behind us would silently put
 * U+FFFD in the place of a bad byte, and two replicas would then compare something that nobody
 * sent.
 */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const lead = bytes[at] as number;
    const length = lead < 0x80 ? 1 : sequenceLength(lead);
    if (length === 0 || at + length > end) return false;
    if (length > 1 && !isContinued(bytes, at, length)) return false;
    at += length;
  }
  return true;
}

/** How many bytes a lead byte announces; 0 when it announces nothing. */
function sequenceLength(lead: number): number {
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** The second byte has a narrower range after four of the lead bytes; the others are 80 to BF. */
function isContinued(bytes: Uint8Array, at: number, length: number): boolean {
  const lead = bytes[at] as number;
  const second = bytes[at + 1] as number;
  const min = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const max = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < min || second > max) return false;
  for (let index = 2; index < length; index += 1) {
    if (((bytes[at + index] as number) & 0xc0) !== 0x80) return false;
  }
  return true;
}
