/**
 * How a command ends. A command that cannot do its work throws a `CliFailure`; nothing else decides
 * about exit codes, and one place (report-failure.ts) turns what was thrown into one clear line.
 */

/**
 * Part of the interface (see README.md): a number never changes its meaning. 70 is `EX_SOFTWARE` of
 * BSD's sysexits: a bug of ours must not look like code 1, the bad verdict that a CI job waits for.
 */
export const exitCodes = {
  ok: 0,
  /** The check was made and failed: a property was violated, a verdict is bad. */
  checkFailed: 1,
  usage: 2,
  /** A file or a config is invalid: the message has the file, the line and what was expected. */
  invalidFile: 3,
  /** No such device, peer or permission. */
  notAvailable: 4,
  timedOut: 5,
  bug: 70,
} as const;

export type ExitReason = keyof typeof exitCodes;
export type ExitCode = (typeof exitCodes)[ExitReason];

/** The command cannot go on. `message` is for the person: what is wrong, where, what to do. */
export class CliFailure extends Error {
  override readonly name = "CliFailure";
  readonly code: ExitCode;
  /** Fields for the error object of `--json`, for instance the list of problems. */
  readonly details: Readonly<Record<string, unknown>>;

  /** @param reason any but `ok`, which is no failure, and `bug`, which is never foreseen */
  constructor(
    reason: Exclude<ExitReason, "ok" | "bug">,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = exitCodes[reason];
    this.details = details;
  }
}

/**
 * The check was made, its result has been written, and it is bad: exit code 1, and not a word more.
 * With `--json` the result is the one object that was promised. Where the time was over before
 * there was a verdict, and that was written, it is 5.
 */
export class BadVerdict extends Error {
  override readonly name = "BadVerdict";
  readonly code: ExitCode;

  constructor(reason: "checkFailed" | "timedOut" = "checkFailed") {
    super(reason);
    this.code = exitCodes[reason];
  }
}

/** A command that we ran has ended so, and we end as it did: its code, and not a word of ours. */
export class EndedLike extends Error {
  override readonly name = "EndedLike";
  /** From 1 to 255. */
  readonly code: number;

  constructor(code: number) {
    super(`the command ended with ${code}`);
    this.code = code;
  }
}
