/** Keeps all it makes, until its heap is full. */
const kept = [];

export function compute() {
  for (;;) kept.push({ of: kept.length, and: [kept.length] });
}
