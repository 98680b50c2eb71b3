/** Wrong, and quick about it. */
export function compute({ x }) {
  return { y: 2 * x + 100, unit: "K" };
}
