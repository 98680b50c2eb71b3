/** As leaks.mjs, in one table that grows in great steps: V8 ends the whole process for that. */
export function compute() {
  const kept = new Map();
  for (let index = 0; ; index += 1) kept.set(index, index);
}
