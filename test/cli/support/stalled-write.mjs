/**
 * Preloaded into a replica whose board is in another process: while a file of the node's name is
 * there, the next command is held between the last look at the clock and the write, as a program is
 * that is stopped there. It says so by a second file, and goes on when the first is gone.
 */
import { existsSync, writeFileSync } from "node:fs";

const node = process.argv[process.argv.indexOf("--node") + 1];
const held = `hold-${node}`;
const reached = `held-${node}`;
const nobody = new Int32Array(new SharedArrayBuffer(4));

const send = process.send.bind(process);
process.send = (message, ...rest) => {
  if (message.kind === "write" && existsSync(held)) {
    writeFileSync(reached, "");
    while (existsSync(held)) Atomics.wait(nobody, 0, 0, 5);
  }
  return send(message, ...rest);
};
