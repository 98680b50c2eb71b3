/** Throws where no call could catch it. */
export function compute() {
  return new Promise(() => {
    setImmediate(() => {
      throw new Error("out of nowhere");
    });
  });
}
