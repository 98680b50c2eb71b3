/** Speaks out of turn, over the port of its thread, and answers all the same. */
import { workerData } from "node:worker_threads";

export function compute({ x }) {
  for (const message of [
    null,
    7,
    { kind: "ready" },
    { kind: "answered", call: 10_000, value: 1 },
  ]) {
    workerData.port.postMessage(message);
  }
  return { y: 2 * x, unit: "K" };
}
