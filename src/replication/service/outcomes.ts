/** The results of commands, in one place so that every replica words them alike. */
import { detailLengthMax } from "./limits.js";
import type { CommandRefusal, CommandResult, Plain } from "./ports.js";

export const done: CommandResult = { ok: true, kind: "done" };
export const queued: CommandResult = { ok: true, kind: "queued" };

export const opened = (session: number): CommandResult => ({ ok: true, kind: "session", session });
export const changed = (version: number): CommandResult => ({ ok: true, kind: "changed", version });
export const held = (token: number): CommandResult => ({ ok: true, kind: "held", token });
export const answered = (result: Plain): CommandResult => ({ ok: true, kind: "app", result });

/** @param detail in ASCII is kept; other letters are told as `?`, for it goes into snapshots. */
export function refused(reason: CommandRefusal, detail: string): CommandResult {
  const ascii = detail.replace(/[^\u0020-\u007e]/g, "?").slice(0, detailLengthMax);
  return { ok: false, reason, detail: ascii };
}

export const noSession = (session: number): CommandResult =>
  refused(
    "no-session",
    session === 0
      ? "this needs a session: open one first"
      : `session ${session} has ended or never was: open a new one`,
  );
