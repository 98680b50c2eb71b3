/**
 * What the service needs of an app that keeps replicated state: where it begins, and what a command
 * makes of it. `src/control/replicated` makes one of an `App`.
 */
import type { Plain } from "./ports.js";

export type AppOutcome =
  | { readonly ok: true; readonly state: Plain; readonly result: Plain }
  | { readonly ok: false; readonly reason: "app-refused"; readonly detail: string };

export interface AppCommands {
  readonly initial: Plain;
  /** Null where the app has the command `name`; otherwise what it has, in words. */
  lacks(name: string): string | null;
  /**
   * A command that it has. Deterministic, and throws nothing: what the app throws is an outcome.
   * The state and what it answers are plain data; the service bounds their size, and keeps a copy
   * of its own.
   */
  apply(state: Plain, name: string, argument: Plain): AppOutcome;
}

/** An app without replicated state: every command is unknown. */
export const noAppCommands: AppCommands = {
  initial: null,
  lacks: () => 'no commands: see "replicated" of defineApp',
  apply: (_state, name) => ({ ok: false, reason: "app-refused", detail: `${name}: no command` }),
};
