export function compute() {
  process.exit(7);
}
