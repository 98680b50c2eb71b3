/**
 * Loads the user's app: an ES module, imported by its path, that exports what `defineApp` made. The
 * module is foreign code: whatever it throws is reported with its path, and is never our failure.
 */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type App, defineApp } from "../control/app.js";

export type AppLoad =
  | { readonly ok: true; readonly app: App }
  /** `message` is a clause; the module may have run in part. */
  | { readonly ok: false; readonly message: string };

/** A module that waits for something at its top level gets this long, in milliseconds. */
const loadMillisMax = 10_000;

export async function loadApp(file: string): Promise<AppLoad> {
  // The import would name this module of ours as well, and not what is most often forgotten.
  if (!existsSync(file)) {
    const message = `expected a module that loads; ${file}: no such file (is it built?)`;
    return { ok: false, message };
  }
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = await importBounded(file);
  } catch (error) {
    return { ok: false, message: `expected a module that loads; ${file}: ${describe(error)}` };
  }
  const candidate = exports["app"] ?? exports["default"];
  const refusal = refusalOf(candidate);
  if (refusal !== null) return { ok: false, message: `${refusal}; ${file}` };
  return { ok: true, app: candidate as App };
}

async function importBounded(file: string): Promise<Readonly<Record<string, unknown>>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`it did not finish loading in ${loadMillisMax / 1_000} s`);
    timer = setTimeout(() => reject(error), loadMillisMax);
  });
  try {
    return (await Promise.race([import(pathToFileURL(file).href), late])) as Record<
      string,
      unknown
    >;
  } finally {
    clearTimeout(timer);
  }
}

/** Null for an app. What `defineApp` would refuse is refused here, whoever built the object. */
function refusalOf(candidate: unknown): string | null {
  const expected = "expected an export `app` (or a default export) made by defineApp";
  if (candidate === undefined) return `${expected}, found neither`;
  if (!hasParts(candidate)) return `${expected}, found something else`;
  try {
    defineApp(candidate);
    return null;
  } catch (error) {
    return `${expected}: ${describe(error)}`;
  }
}

function hasParts(candidate: unknown): candidate is App {
  if (typeof candidate !== "object" || candidate === null) return false;
  const app = candidate as Readonly<Record<string, unknown>>;
  const declarations = [app["sensors"], app["outputs"]];
  return (
    typeof app["name"] === "string" &&
    typeof app["control"] === "function" &&
    declarations.every(isRecordOfRecords)
  );
}

const isRecord = (value: unknown): value is object => typeof value === "object" && value !== null;

const isRecordOfRecords = (value: unknown): boolean =>
  isRecord(value) && Object.values(value).every(isRecord);

/** The message, and the line of the user's module where the stack has one. */
function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
