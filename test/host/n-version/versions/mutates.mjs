/** Changes what it was given; nobody else must see it. */
export function compute(input) {
  const y = 2 * input.x;
  input.x = 999;
  return { y, unit: "K" };
}
