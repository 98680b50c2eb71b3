/**
 * How many bytes a body takes as CBOR, so that a message can be filled without being encoded twice.
 * For the plain data of our own messages, whose text is ASCII; what it counts is never too little.
 */

export function bodyBytes(value: unknown): number {
  if (typeof value === "number") return headBytes(Math.abs(value));
  if (typeof value === "string") return headBytes(value.length) + value.length;
  if (!Array.isArray(value)) return 1;
  return value.reduce<number>((sum, item) => sum + bodyBytes(item), headBytes(value.length));
}

function headBytes(argument: number): number {
  if (argument < 24) return 1;
  if (argument < 2 ** 8) return 2;
  if (argument < 2 ** 16) return 3;
  return argument < 2 ** 32 ? 5 : 9;
}
