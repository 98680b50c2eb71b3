/** Programs of others, run for a bounded time: a mirror that hangs must not hang the lane. */
import { spawn } from "node:child_process";

export interface BoundedOptions {
  readonly secondsMax: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface BoundedEnd {
  readonly ok: boolean;
  readonly stdout: string;
  /** Both streams, in the order in which they came: what a person wants to read of a failure. */
  readonly text: string;
}

/** Never rejects: a program that cannot be started has not ended well, and says so. */
export function runBounded(
  command: string,
  words: readonly string[],
  { secondsMax, cwd, env }: BoundedOptions,
): Promise<BoundedEnd> {
  return new Promise((resolve) => {
    const child = spawn(command, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, text] = ["", ""];
    const timer = setTimeout(() => {
      text += `\n${command} was ended after ${secondsMax} s`;
      child.kill("SIGKILL");
    }, secondsMax * 1_000);
    const end = (ok: boolean) => {
      clearTimeout(timer);
      resolve({ ok, stdout, text });
    };
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk;
      text += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk;
    });
    child.once("error", (error) => {
      text += error.message;
      end(false);
    });
    child.once("close", (code) => end(code === 0));
  });
}

/** The last lines of what a program said. */
export const lastLines = (text: string, count = 5): string =>
  text.trimEnd().split("\n").slice(-count).join("\n  ");
