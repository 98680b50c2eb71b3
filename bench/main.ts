/** All benchmarks, one after the other, each in a process of its own: `npm run bench`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const live = ["realtime", "live", "detection/idle", "detection/killed", "replication"];

for (const name of [
  "sim",
  "voting",
  "codes",
  "detection",
  "scheduling",
  "consistency",
  "serial",
  ...live,
]) {
  console.log(`\n== ${name}`);
  const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const { status } = spawnSync(process.execPath, [file], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
