/** Loaded first (`--require`): the loop of the replica runs away soon after it said that it is up. */
const { isMainThread } = require("node:worker_threads");

if (isMainThread) {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text, ...rest) => {
    if (String(text).includes("is up")) setTimeout(forever, 200);
    return write(text, ...rest);
  };
}

function forever() {
  for (;;);
}
