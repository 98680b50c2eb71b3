/** As a native crash would. */
export function compute() {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {});
}
