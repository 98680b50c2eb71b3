/** The thread of one version: see serve-version.ts. */
import { type MessagePort, workerData } from "node:worker_threads";
import { serveVersion } from "./serve-version.js";
import type { VersionTask } from "./version-messages.js";

export interface ThreadData {
  readonly task: VersionTask;
  readonly port: MessagePort;
}

const { task, port } = workerData as ThreadData;

const run = await serveVersion(task, (message) => port.postMessage(message));
if (run !== null) {
  port.on("message", run);
  port.postMessage({ kind: "ready" });
}
