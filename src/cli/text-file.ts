/** Reads a file that a person has named, whole, as text. */
import { open } from "node:fs/promises";

export type TextRead =
  | { readonly ok: true; readonly text: string }
  /** `why` it cannot be used, in a few words. */
  | { readonly ok: false; readonly why: string };

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  EISDIR: "it is a folder",
};

/** @param bytesMax at which it is not read on, also where it has no end, as a device */
export async function readTextFile(path: string, bytesMax: number): Promise<TextRead> {
  try {
    const bytes = await readBounded(path, bytesMax);
    if (bytes.length > bytesMax) return { ok: false, why: "it is longer" };
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) return { ok: false, why: "it is not UTF-8" };
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return { ok: false, why: reasons[code] ?? code };
  }
}

/** One byte more where it is longer. */
async function readBounded(path: string, bytesMax: number): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of handle.createReadStream({ end: bytesMax })) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
}
