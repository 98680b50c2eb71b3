/** Why a serial line could not be opened, in a sentence for whoever has to mend it. */

export type SerialOpenReason =
  | "no-such-port"
  | "ambiguous"
  | "not-permitted"
  | "in-use"
  | "not-a-serial-line"
  | "rate-not-possible"
  | "package-missing"
  | "other";

/** The line is not open, and nothing is held. */
export class SerialOpenFailure extends Error {
  override readonly name = "SerialOpenFailure";
  /** As system calls tell theirs, so that whoever handles both needs one way. */
  readonly code: SerialOpenReason;
  /** As the config names it. */
  readonly path: string;

  /** @param why what is wrong, and what to do, without the path */
  constructor(path: string, code: SerialOpenReason, why: string) {
    super(`cannot open the serial line ${path}: ${why}`);
    this.path = path;
    this.code = code;
  }
}
