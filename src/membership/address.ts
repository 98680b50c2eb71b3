/** An address from outside: `host:port`, printable, without blanks. */

/** Longer ones are refused: they travel with every claim about their member. */
export const addressLengthMax = 80;

const addressPattern = /^[!-~]+:[0-9]{1,5}$/;

export function parseAddress(text: unknown): string | null {
  if (typeof text !== "string" || text.length > addressLengthMax) return null;
  return addressPattern.test(text) ? text : null;
}
