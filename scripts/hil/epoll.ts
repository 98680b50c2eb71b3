/**
 * The native part of `epoll`, by which `onoff` hears of edges. Nothing is compiled when packages
 * are installed, so it is built here, once. Node's headers are taken from beside Node where they
 * are.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { lastLines, runBounded } from "./bounded.js";
import { needTools, type Tools, Unavailable } from "./debian.js";
import { root } from "./places.js";

const buildMax = 300;

const tools: Tools = new Map([
  ["make", "make"],
  ["g++", "g++"],
  ["python3", "python3"],
]);

/** @throws Unavailable where this machine cannot build it */
export async function prepareEpoll(tell: (line: string) => void): Promise<void> {
  if (isBuilt()) return;
  await needTools(tools, tell);
  tell("building epoll, for onoff");
  const npm = join(dirname(process.execPath), "npm");
  const words = ["rebuild", "epoll", "--ignore-scripts=false", ...headers()];
  const end = await runBounded(existsSync(npm) ? npm : "npm", words, {
    secondsMax: buildMax,
    cwd: root,
  });
  if (isBuilt()) return;
  throw new Unavailable(`epoll, which onoff needs, cannot be built:\n  ${lastLines(end.text)}`);
}

function isBuilt(): boolean {
  const require = createRequire(import.meta.url);
  try {
    require("epoll");
    return true;
  } catch {
    return false;
  }
}

/** Without them node-gyp would download them, which not every machine may. */
function headers(): readonly string[] {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, "include", "node", "node.h")) ? [`--nodedir=${prefix}`] : [];
}
