/**
 * Loads a config as load.ts does, but checks it in a thread that ends with it: a replica runs for
 * months, and the parsers of schema and YAML, needed for a moment at its start, would fill a tenth
 * of its memory for as long. A module cannot be unloaded; the heap of a thread is given back when
 * the thread ends.
 *
 * The app is loaded in this thread, and once: the module is foreign code, and may do what it should
 * not do twice. A process of its own would give back 1 MB more, and take 100 ms longer at every
 * start.
 */
import { Worker } from "node:worker_threads";
import {
  assemble,
  type ConfigCheck,
  type ConfigLoad,
  type GlanceAtApp,
  type LoadOptions,
} from "./assemble.js";
import type { CheckTask, ThreadMessage } from "./check-thread.js";

/** As `loadConfig`; rejects when the thread cannot be started, or throws, which is a bug. */
export const loadConfigApart = (path: string, options: LoadOptions): Promise<ConfigLoad> =>
  assemble((glance) => checkApart(path, options, glance));

async function checkApart(
  path: string,
  options: LoadOptions,
  glance: GlanceAtApp,
): Promise<ConfigCheck> {
  // The environment of the process is no plain object, and would not pass.
  const workerData: CheckTask = { path, options: { ...options, env: { ...options.env } } };
  const file = new URL("./check-thread.js", import.meta.url);
  const worker = new Worker(file, { workerData, execArgv: [] });
  try {
    return await new Promise<ConfigCheck>((resolve, reject) => {
      worker.on("message", (message: ThreadMessage) => {
        if (message.kind === "checked") resolve(message.check);
        else glance(message.file).then((app) => worker.postMessage(app), reject);
      });
      worker.once("error", reject);
      const early = (code: number) => reject(new Error(`the check of the config ended (${code})`));
      worker.once("exit", early);
    });
  } finally {
    void worker.terminate();
  }
}
