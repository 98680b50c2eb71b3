/** Never gives its thread back. */
export function compute() {
  for (;;);
}
