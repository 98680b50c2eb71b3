/** Where the lane finds its files, and leaves its own. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Of the clone. This file is built to `dist/scripts/hil`. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Ignored by git; may be removed at any time. */
export const cacheFolder = join(root, ".cache", "hil");

/** A file of the guest, which is not built but run as it is. */
export const guestFile = (name: string): string => join(root, "scripts", "hil", "guest", name);

/** What a scenario left behind, for whoever wants to know why it failed. */
export const runFolder = (scenario: string): string => join(cacheFolder, "runs", scenario);
