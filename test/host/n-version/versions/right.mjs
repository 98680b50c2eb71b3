/** A healthy version: what the others are measured by. */
export function compute({ x }) {
  return { y: 2 * x, unit: "K" };
}
