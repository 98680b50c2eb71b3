/**
 * Packages of others to measure against. None is a dependency of ours: whoever wants the comparison
 * installs them beside ours, and the bench says how.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** What the package exports, or null where it is not installed, and that is said. */
export function optionalPackage<Exports>(name: string, path = name): Exports | null {
  try {
    return require(path) as Exports;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND";
    console.log(isMissing ? `not installed: npm install --no-save ${name}` : String(error));
    return null;
  }
}

/** The path of a file of an installed package. */
export const pathInPackage = (path: string): string => require.resolve(path);
