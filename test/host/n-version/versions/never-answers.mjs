/** Its thread is idle, and its promise is never settled. */
export function compute() {
  return new Promise(() => {
    setInterval(() => {}, 1_000);
  });
}
