/**
 * The tests run on the sources; `dist` is what `npm start` runs, and is built from the same.
 *
 * There are two kinds. Those in virtual time need nothing but a processor, so each has one. Those
 * that start processes or wait for a clock come after them, and leave half of the machine to what
 * they start.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Where tests start processes, open sockets, or wait for a clock. */
const liveFolders = ["boards", "cli", "examples", "host", "scripts"];
const live = liveFolders.map((folder) => `test/${folder}/**/*.test.ts`);

const cores = availableParallelism();

const shared = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  // Tests find examples and shared data from the root of the repository, wherever this file stands.
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "virtual",
          include: ["test/**/*.test.ts"],
          exclude: live,
          maxWorkers: cores,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: "live",
          include: live,
          maxWorkers: Math.max(1, Math.floor(cores / 2)),
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
