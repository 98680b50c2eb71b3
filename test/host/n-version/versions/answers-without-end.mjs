/** More than anybody would want to copy. */
export const compute = () => ({ y: "y".repeat(10_000_000), unit: "K" });
