/** The tests run on the sources; `dist` is what `npm start` runs, and is built from the same. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Tests find examples and shared data from the root of the repository, wherever this file stands.
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: { include: ["test/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
});
