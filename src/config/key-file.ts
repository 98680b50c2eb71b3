/** The file of a cluster's key: its bytes as they are, or as text in hex. */
import { readFile, stat } from "node:fs/promises";

export const keyBytesMin = 16;
export const keyBytesMax = 64;

export type KeyFileReading =
  | { readonly ok: true; readonly key: Uint8Array; readonly warning: string | null }
  /** A clause that says what was expected, and what was found. */
  | { readonly ok: false; readonly message: string };

/** @param file an absolute path */
export async function readKeyFile(file: string): Promise<KeyFileReading> {
  let bytes: Uint8Array;
  let mode: number;
  try {
    bytes = await readFile(file);
    mode = (await stat(file)).mode;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    const hint = reason === "ENOENT" ? `; make one: openssl rand -hex 32 > ${file}` : "";
    return { ok: false, message: `expected a file that can be read: ${file} (${reason})${hint}` };
  }
  const key = keyIn(bytes);
  if (key !== null) return { ok: true, key, warning: warningOf(file, mode) };
  const expected = `${keyBytesMin} to ${keyBytesMax} bytes, raw or in hex`;
  return { ok: false, message: `expected ${expected}, ${file} has ${bytes.length} bytes` };
}

/** Null for what is no key in hex. */
export function keyFromHex(text: string): Uint8Array | null {
  if (!/^([0-9a-fA-F]{2})+$/.test(text)) return null;
  const key = new Uint8Array(Buffer.from(text, "hex"));
  return isLongEnough(key) ? key : null;
}

/** Text of hexadecimal digits is read as such; anything else counts as it is. */
function keyIn(bytes: Uint8Array): Uint8Array | null {
  const text = new TextDecoder("latin1").decode(bytes).trim();
  if (/^([0-9a-fA-F]{2})+$/.test(text)) return keyFromHex(text);
  const key = new Uint8Array(bytes);
  return isLongEnough(key) ? key : null;
}

const isLongEnough = ({ length }: Uint8Array): boolean =>
  length >= keyBytesMin && length <= keyBytesMax;

function warningOf(file: string, mode: number): string | null {
  if (process.platform === "win32" || (mode & 0o077) === 0) return null;
  return `others can read the key: chmod 600 ${file}`;
}
