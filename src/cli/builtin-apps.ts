/**
 * The apps that come with Holdfast and can be named without a path. They are loaded by their path
 * like any user's app: the program does not depend on its examples.
 */
import { fileURLToPath } from "node:url";

const besideThis = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** By name, the path of the module. */
export const builtinApps: ReadonlyMap<string, string> = new Map([
  ["boiler", besideThis("../../examples/boiler/app.js")],
]);
