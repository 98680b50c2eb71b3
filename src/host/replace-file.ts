/** Writing a small file that must be there whole, or as it was before, whatever happens. */
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Either the old content is there after a power cut, or the new one; never a part of it. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.new`, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  const folder = await open(dirname(file), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
