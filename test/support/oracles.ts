/**
 * Cases with known answers that nobody in this project wrote. They lie beside the repository; where
 * they do not, the tests that need them say so loudly and are skipped.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

/** The parsed file, or null where the folder is absent. */
export function readOracle<Cases>(file: string): Cases | null {
  const path = resolve(process.cwd(), "../shared/oracles", file);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Cases;
  console.warn(`SKIPPED: no ${path}, so the cases of ${file} were not checked`);
  return null;
}

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const fromAscii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
