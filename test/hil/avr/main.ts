/**
 * What the lane `avr` runs: the firmware's .hex files in simavr. Each verdict is a line of JSON on
 * stdout, the last one says that all checks were made.
 *
 *   node main.js <harness> <folder of the .hex files> <vectors.json>
 */
import type { AvrCheck } from "./avr-check.js";
import { bridgeChecks } from "./bridge-checks.js";
import type { HexFiles } from "./hex-files.js";
import { storyChecks } from "./stories.js";
import { voterChecks } from "./voter-checks.js";

async function verdictOf({ name, run }: AvrCheck, files: HexFiles) {
  try {
    await run(files);
    return { name, kind: "passed", text: "" };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { name, kind: "failed", text };
  }
}

const [harness = "", folder = "", vectors = ""] = process.argv.slice(2);
for (const check of [...storyChecks(vectors), ...bridgeChecks, ...voterChecks]) {
  console.log(JSON.stringify(await verdictOf(check, { harness, folder })));
}
console.log(JSON.stringify({ all: true }));
