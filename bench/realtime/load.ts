/** Ordinary processes that keep every processor busy and memory moving while they live. */
import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";

const burn = `
  const blocks = [];
  for (let round = 0; ; round += 1) {
    blocks[round % 64] = Buffer.alloc(262_144, round);
    for (let index = 1, x = 1; index < 200_000; index += 1) x = (x * 31 + index) | 0;
  }`;

export function startLoad(): readonly ChildProcess[] {
  const count = 2 * availableParallelism();
  return Array.from({ length: count }, () =>
    spawn(process.execPath, ["-e", burn], { stdio: "ignore" }),
  );
}

export function stopLoad(load: readonly ChildProcess[]): void {
  for (const child of load) child.kill("SIGKILL");
}
