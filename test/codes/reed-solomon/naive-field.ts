/** The product in GF(256)/11D by its definition: as polynomials, reduced bit by bit. */
export function naiveProduct(left: number, right: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit += 1) if ((right >> bit) & 1) product ^= left << bit;
  for (let bit = 14; bit >= 8; bit -= 1) if ((product >> bit) & 1) product ^= 0x11d << (bit - 8);
  return product;
}
