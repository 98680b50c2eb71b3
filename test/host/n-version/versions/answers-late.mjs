/** Right, and later than the others: it waits for the file that its input names. */
import { existsSync } from "node:fs";

export function compute({ x, released }) {
  while (!existsSync(released));
  return { y: 2 * x, unit: "K" };
}
