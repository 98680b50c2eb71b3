/** The thread of load-apart.ts: checks one config, tells what came of it, and ends. */
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../kernel/assert.js";
import type { AppGlance, ConfigCheck, LoadOptions } from "./assemble.js";
import { checkConfig } from "./check.js";

export interface CheckTask {
  readonly path: string;
  readonly options: LoadOptions;
}

/** What the thread says; an `AppGlance` answers the question about the app. */
export type ThreadMessage =
  | { readonly kind: "which-app"; readonly file: string }
  | { readonly kind: "checked"; readonly check: ConfigCheck };

async function work({ path, options }: CheckTask): Promise<void> {
  const port = parentPort;
  assert(port !== null, "it runs as the thread of load-apart.ts only");
  const tell = (message: ThreadMessage) => port.postMessage(message);
  const check = await checkConfig(path, options, (file) => {
    const answer = new Promise<AppGlance>((resolve) => port.once("message", resolve));
    tell({ kind: "which-app", file });
    return answer;
  });
  tell({ kind: "checked", check });
}

await work(workerData as CheckTask);
