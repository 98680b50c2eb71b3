/**
 * The compiled program, for tests that need processes of their own: Node cannot run our sources as
 * they are. `npm test` compiles first; where nothing was compiled such tests are skipped, loudly.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { onTestFinished } from "vitest";

const dist = resolve(process.cwd(), "dist");

export const builtFile = (path: string): string => resolve(dist, path);
export const program = builtFile("src/cli/main.js");

/** @param files that the tests need, below dist */
export function isBuilt(files: readonly string[]): boolean {
  const missing = files.filter((file) => !existsSync(builtFile(file)));
  if (missing.length > 0) console.warn(`SKIPPED, compile first (tsc -b): no ${missing.join(", ")}`);
  return missing.length === 0;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  /** Fulfilled when stdout has the text; rejects when the process ends before. */
  has(text: string): Promise<void>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly ipc?: boolean;
  /** A command and its first words, which becomes the program that follows them. */
  readonly through?: readonly string[];
}

/** Starts Node with these arguments; the process is killed when the test is over. */
export function startNode(words: readonly string[], options: StartOptions = {}): Started {
  const ipc = options.ipc === true ? (["ipc"] as const) : [];
  const [command = "", ...rest] = [...(options.through ?? []), process.execPath, ...words];
  const child = spawn(command, rest, {
    stdio: ["ignore", "pipe", "pipe", ...ipc],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk) => {
    texts.stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    texts.stderr += chunk;
  });
  const ended = endOf(child).then((end) => ({ ...end, ...texts }));
  const has = (text: string) =>
    new Promise<void>((found, failed) => {
      const look = () => texts.stdout.includes(text) && found();
      child.stdout?.on("data", look);
      void ended.then(() => failed(new Error(`it ended without "${text}": ${texts.stderr}`)));
      look();
    });
  return { child, ended, has };
}

/** Not by the event `close`, which never comes after a `disconnect()` of ours (Node 20). */
async function endOf(child: ChildProcess): Promise<Pick<Ending, "code" | "signal">> {
  const closings = [child.stdout, child.stderr].map(
    (stream) => new Promise<void>((closed) => stream?.once("close", closed)),
  );
  const end = await new Promise<Pick<Ending, "code" | "signal">>((done) => {
    child.once("exit", (code, signal) => done({ code, signal }));
  });
  await Promise.all(closings);
  return end;
}
