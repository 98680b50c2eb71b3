/**
 * How fast the codes are beside plain C, compiled here and now, and beside packages of others where
 * they are installed. All of one size are measured in turns, in one run.
 *
 * Run: node dist/bench/codes.js
 */
import { cpus } from "node:os";
import { CProgram } from "./codes/c-program.js";
import { benchCrc } from "./codes/crc32c.js";
import { benchErasure } from "./codes/erasure.js";

async function main(): Promise<void> {
  console.log(`machine: ${cpus()[0]?.model}, ${cpus().length} cores, node ${process.version}`);
  const [crc, erasure] = [CProgram.compile("crc32c.c"), CProgram.compile("erasure.c")];
  try {
    await benchCrc(crc);
    await benchErasure(erasure);
  } finally {
    crc?.remove();
    erasure?.remove();
  }
}

await main();
