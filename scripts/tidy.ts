/**
 * Checks the properties of the code that no compiler checks: floors, measures, determinism, names.
 * Run from the root of the repository; it names each place as `file:line: reason` and ends with 1
 * when there is any.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { tidyC, tidySource } from "./tidy/tidy-source.js";

const firmware = ["bridge", "check", "common", "firmata", "voter"];
const folders = [
  ...["src", "boards", "test", "scripts", "examples", "bench"],
  // The vectors beside them are data, as C has to have it.
  ...firmware.map((folder) => `firmware-bridge/${folder}`),
];
const sourceEnd = /\.(ts|mjs|js|c|h)$/;
const cEnd = /\.[ch]$/;

function* sourcesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourcesUnder(path);
    else if (sourceEnd.test(entry.name)) yield path;
  }
}

const paths = folders.flatMap((folder) => [...sourcesUnder(folder)]).sort();
const complaints = paths.flatMap((path) => {
  const tidy = cEnd.test(path) ? tidyC : tidySource;
  return tidy(path.replaceAll(sep, "/"), readFileSync(path, "utf8"));
});
for (const { path, line, text } of complaints) console.error(`${path}:${line}: ${text}`);
console.error(`tidy: ${paths.length} files, ${complaints.length} complaints`);
process.exitCode = complaints.length === 0 ? 0 : 1;
