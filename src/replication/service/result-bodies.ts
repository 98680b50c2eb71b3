/**
 * Results of commands, in replies.
 *
 *     ["session", session]  ["changed", version]  ["held", token]  ["queued"]  ["done"]
 *     ["app", result]       ["refused", reason, detail]
 */
import { unreachable } from "../../kernel/assert.js";
import { asList, asText } from "../../wire/shape.js";
import { asCount, asFields, asPlain } from "./fields.js";
import { detailLengthMax } from "./limits.js";
import { type CommandRefusal, type CommandResult, valueBytesMax } from "./ports.js";

export function resultBody(result: CommandResult): unknown {
  if (!result.ok) return ["refused", result.reason, result.detail];
  switch (result.kind) {
    case "session":
      return [result.kind, result.session];
    case "changed":
      return [result.kind, result.version];
    case "held":
      return [result.kind, result.token];
    case "app":
      return [result.kind, result.result];
    case "queued":
    case "done":
      return [result.kind];
    default:
      return unreachable(result);
  }
}

export function parseResult(body: unknown): CommandResult | null {
  const kind = asList(body, 3)?.[0];
  switch (kind) {
    case "session": {
      const session = asCount(asFields(body, 2)?.[1], 1);
      return session === null ? null : { ok: true, kind, session };
    }
    case "changed": {
      const version = asCount(asFields(body, 2)?.[1], 1);
      return version === null ? null : { ok: true, kind, version };
    }
    case "held": {
      const token = asCount(asFields(body, 2)?.[1], 1);
      return token === null ? null : { ok: true, kind, token };
    }
    case "app": {
      const result = asPlain(asFields(body, 2)?.[1], valueBytesMax);
      return result === undefined ? null : { ok: true, kind, result };
    }
    case "queued":
    case "done":
      return asFields(body, 1) === null ? null : { ok: true, kind };
    case "refused":
      return parseRefused(asFields(body, 3));
    default:
      return null;
  }
}

function parseRefused(fields: readonly unknown[] | null): CommandResult | null {
  const reason = asRefusal(fields?.[1]);
  const detail = asText(fields?.[2], detailLengthMax);
  return reason === null || detail === null ? null : { ok: false, reason, detail };
}

const refusals: { readonly [Reason in CommandRefusal]: true } = {
  "no-session": true,
  "version-mismatch": true,
  held: true,
  delayed: true,
  "not-holder": true,
  "unknown-command": true,
  invalid: true,
  "app-refused": true,
  limit: true,
};

const asRefusal = (value: unknown): CommandRefusal | null =>
  typeof value === "string" && Object.hasOwn(refusals, value) ? (value as CommandRefusal) : null;
