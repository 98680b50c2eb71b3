/** Runs tasks-tick.mjs in a lane, and prints what its slices saw: [[who, kernel priority], ...]. */
import { Lane } from "../../../../dist/src/host/lanes/lane.js";

const seen = new SharedArrayBuffer(4 * 64);
const { lane } = await Lane.start({
  name: "tasks",
  module: new URL("./tasks-tick.mjs", import.meta.url),
  ...{ period: 5_000, priority: 60, warmUp: 50_000, buffers: { seen } },
  onTold: () => {},
});
const words = new Int32Array(seen);
for (let tries = 0; tries < 500 && Atomics.load(words, 0) === 0; tries += 1) {
  await new Promise((looked) => setTimeout(looked, 10));
}
await lane.stop();
const pairs = Array.from({ length: words[0] }, (_, at) => [words[1 + 2 * at], words[2 + 2 * at]]);
console.log(JSON.stringify(pairs));
