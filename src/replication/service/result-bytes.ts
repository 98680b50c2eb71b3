/** The last result of a session, as it stands in a snapshot. */
import { unreachable } from "../../kernel/assert.js";
import type { ByteReader } from "../../wire/byte-reader.js";
import type { ByteWriter } from "../../wire/byte-writer.js";
import { detailLengthMax } from "./limits.js";
import { parsePlain, plainText } from "./plain-text.js";
import { type CommandRefusal, type CommandResult, valueBytesMax } from "./ports.js";

/** By their numbers in a snapshot: new ones come last. */
const refusals: readonly CommandRefusal[] = [
  "no-session",
  "version-mismatch",
  "held",
  "delayed",
  "not-holder",
  "unknown-command",
  "invalid",
  "app-refused",
  "limit",
];

const kinds = { refused: 0, session: 1, changed: 2, held: 3, queued: 4, done: 5, app: 6 } as const;

const countMax = Number.MAX_SAFE_INTEGER;

export function writeResult(writer: ByteWriter, result: CommandResult): void {
  if (!result.ok) {
    writer.byte(kinds.refused);
    writer.byte(refusals.indexOf(result.reason));
    writer.text(result.detail);
    return;
  }
  writer.byte(kinds[result.kind]);
  switch (result.kind) {
    case "session":
      writer.integer(result.session);
      return;
    case "changed":
      writer.integer(result.version);
      return;
    case "held":
      writer.integer(result.token);
      return;
    case "app":
      writer.text(plainText(result.result));
      return;
    case "queued":
    case "done":
      return;
    default:
      unreachable(result);
  }
}

/** The reader has failed where this is no result. */
export function readResult(reader: ByteReader): CommandResult {
  switch (reader.integer(0, kinds.app)) {
    case kinds.refused: {
      const reason = refusals[reader.integer(0, refusals.length - 1)] as CommandRefusal;
      return { ok: false, reason, detail: reader.text(detailLengthMax) };
    }
    case kinds.session:
      return { ok: true, kind: "session", session: reader.integer(1, countMax) };
    case kinds.changed:
      return { ok: true, kind: "changed", version: reader.integer(1, countMax) };
    case kinds.held:
      return { ok: true, kind: "held", token: reader.integer(1, countMax) };
    case kinds.queued:
      return { ok: true, kind: "queued" };
    case kinds.app: {
      const result = parsePlain(reader.text(valueBytesMax));
      if (result === undefined) reader.fail();
      return { ok: true, kind: "app", result: result ?? null };
    }
    default:
      return { ok: true, kind: "done" };
  }
}
