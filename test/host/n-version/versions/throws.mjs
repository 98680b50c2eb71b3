export function compute() {
  throw new Error("no luck");
}
