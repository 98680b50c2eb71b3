/** The process of one version: see serve-version.ts. It ends when its parent has gone. */
import { assert } from "../../kernel/assert.js";
import { serveVersion } from "./serve-version.js";
import type { RunMessage, VersionMessage, VersionTask } from "./version-messages.js";

process.once("disconnect", () => process.exit());

function tell(message: VersionMessage): void {
  // The parent may be gone, which it will be told in a moment.
  process.send?.(message, () => {});
}

const task = await new Promise<VersionTask>((told) => {
  assert(process.send !== undefined, "it runs as the process of process-carrier.ts only");
  process.once("message", (message) => told(message as VersionTask));
});

const run = await serveVersion(task, tell);
if (run === null) {
  process.disconnect();
} else {
  process.on("message", (message) => run(message as RunMessage));
  tell({ kind: "ready" });
}
