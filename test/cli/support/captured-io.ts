/** The streams of a command under test: they keep what was written. */
import type { CliIo } from "../../../src/cli/io.js";
import { runCli } from "../../../src/cli/run-cli.js";

export interface Setting {
  readonly cwd?: string;
  readonly env?: CliIo["env"];
  readonly terminal?: boolean;
}

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function run(argv: readonly string[], setting: Setting = {}): Promise<CliRun> {
  const { io, written } = capturedIo(setting);
  const code = await runCli(argv, io);
  return { code, ...written() };
}

export function capturedIo({ cwd = "/", env = {}, terminal = false }: Setting = {}) {
  const texts = { stdout: "", stderr: "" };
  const sink = (stream: "stdout" | "stderr") => ({
    isTerminal: terminal,
    columns: terminal ? 80 : null,
    rows: terminal ? 24 : null,
    write: (text: string) => {
      texts[stream] += text;
    },
  });
  const io: CliIo = { stdout: sink("stdout"), stderr: sink("stderr"), env, cwd };
  return { io, written: () => ({ ...texts }) };
}

/** The one object of `--json`, with its keys in the order in which they were written. */
export const jsonOf = (result: CliRun): Record<string, unknown> =>
  JSON.parse(result.stdout) as Record<string, unknown>;
