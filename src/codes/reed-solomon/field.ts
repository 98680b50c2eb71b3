/**
 * GF(256) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (11D), of which 2 is a generator: the field
 * of QR codes and of most erasure codes of disks. Addition is XOR; a product is a sum of
 * logarithms.
 */

/** The powers of 2, twice round, so that the sum of two logarithms needs no remainder. */
const powers = new Uint8Array(510);
const logarithms = new Uint8Array(256);
fillTables();

/** Both from 0 to 255, as all elements here. */
export function multiply(left: number, right: number): number {
  if (left === 0 || right === 0) return 0;
  return powers[logarithm(left) + logarithm(right)] as number;
}

/** The element that gives 1 with this one, which is not 0. */
export function inverse(element: number): number {
  return powers[255 - logarithm(element)] as number;
}

/** The generator to a power from 0 on. */
export function powerOfTwo(exponent: number): number {
  return powers[exponent % 255] as number;
}

/** The exponent, from 0 to 254, of the power of 2 that an element is; it is not 0. */
export function logarithm(element: number): number {
  return logarithms[element] as number;
}

function fillTables(): void {
  let element = 1;
  for (let exponent = 0; exponent < 255; exponent += 1) {
    powers[exponent] = element;
    powers[exponent + 255] = element;
    logarithms[element] = exponent;
    element = (element << 1) ^ (element >= 128 ? 0x11d : 0);
  }
}
