/** As right.mjs, in another way, and as a promise. */
export async function compute({ x }) {
  return { unit: "K", y: x + x };
}
