/**
 * What a command may touch of the process around it, as a value: so a test runs a command in its
 * own process, with its own streams, and reads what it wrote.
 */

/** A place for text. Results go to `stdout`; logs, progress and complaints to `stderr`. */
export interface TextSink {
  /** True for a terminal: the only place for colour and progress bars. */
  readonly isTerminal: boolean;
  /** In characters; null where nobody knows. */
  readonly columns: number | null;
  /** How many lines are seen at once; null where nobody knows. */
  readonly rows: number | null;
  write(text: string): void;
}

export interface CliIo {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths of flags begin here. */
  readonly cwd: string;
}

/** The streams of this process. */
export function processIo(): CliIo {
  return {
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    env: process.env,
    cwd: process.cwd(),
  };
}

function sinkOf(stream: NodeJS.WriteStream): TextSink {
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.isTTY === true ? stream.columns : null;
    },
    get rows() {
      return stream.isTTY === true ? stream.rows : null;
    },
    write: (text) => {
      stream.write(text);
    },
  };
}

/**
 * Writes the one object that `--json` promises: `schema` first, so that a reader knows what follows
 * before it has read it all.
 *
 * @param command the words of the command, for instance `config check`; the schema names the first
 */
export function writeJson(io: CliIo, command: string, fields: Readonly<object>): void {
  io.stdout.write(`${JSON.stringify({ schema: schemaOf(command), ...fields })}\n`);
}

export const schemaOf = (command: string): string => `holdfast.${command.split(" ")[0]}/1`;
