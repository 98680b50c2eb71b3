/**
 * The package `onoff`, which drives sysfs GPIO: loaded when it is needed, for it is not there by
 * default, and it needs a native part that is built on the machine.
 */
import { createRequire } from "node:module";

/** One line, as onoff has it. Its constructor and its methods throw as the files do. */
export interface OnoffLine {
  /** It calls this itself when it hears of an edge, where nobody can catch what it throws. */
  readSync: () => 0 | 1;
  writeSync(value: 0 | 1): void;
  direction(): string;
  setDirection(direction: "in" | "out" | "high" | "low"): void;
  watch(callback: (error: Error | null | undefined, value: 0 | 1) => void): void;
  unexport(): void;
}

export interface OnoffOptions {
  readonly activeLow: boolean;
  readonly reconfigureDirection?: boolean;
}

/** Undefined where the file of edges is not to be touched: not every line has it. */
export type OnoffEdge = "both" | undefined;

export interface Onoff {
  readonly Gpio: new (
    gpio: number,
    direction: "in" | "out" | "high" | "low",
    edge: OnoffEdge,
    options: OnoffOptions,
  ) => OnoffLine;
}

export type OnoffResult =
  | { readonly ok: true; readonly onoff: Onoff }
  | { readonly ok: false; readonly reason: string };

const build = "`npm rebuild epoll --ignore-scripts=false` (needs a compiler)";

export function loadOnoff(): OnoffResult {
  const require = createRequire(import.meta.url);
  try {
    return { ok: true, onoff: require("onoff") as Onoff };
  } catch (error) {
    const [message = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    const isBuilt = !message.includes("bindings");
    const remedy = isBuilt ? `\`npm install onoff\`, then ${build}` : build;
    return { ok: false, reason: `the package onoff could not be loaded (${message}): ${remedy}` };
  }
}
