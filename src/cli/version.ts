/** The version of this installation, from the package.json above this file. */
import { readFile } from "node:fs/promises";

/** From dist/src/cli the package is three folders up, from src/cli two. */
const foldersUpMax = 3;

export async function version(): Promise<string> {
  for (let up = 1; up <= foldersUpMax; up += 1) {
    const found = await versionIn(new URL(`${"../".repeat(up)}package.json`, import.meta.url));
    if (found !== null) return found;
  }
  return "unknown";
}

async function versionIn(file: URL): Promise<string | null> {
  try {
    const content = JSON.parse(await readFile(file, "utf8")) as { version?: unknown };
    return typeof content.version === "string" ? content.version : null;
  } catch {
    return null;
  }
}
