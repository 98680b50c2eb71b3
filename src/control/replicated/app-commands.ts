/**
 * An app's commands on its replicated state, contained: whatever a command throws or answers, every
 * replica gets the same value of it, and the state is changed whole or not at all.
 */
import {
  type AppCommands,
  type AppOutcome,
  noAppCommands,
} from "../../replication/service/app-commands.js";
import type { Plain } from "../../replication/service/ports.js";
import { isPlain } from "../../wire/plain-data.js";
import type { App, ReplicatedDeclaration } from "../app.js";
import { errorTextOf, isForLater } from "../app-runner.js";

/** The longest message of a command's error that is passed on, in characters. */
const messageLengthMax = 160;

export function appCommandsOf(app: App): AppCommands {
  const { replicated } = app;
  if (replicated === undefined) return noAppCommands;
  return {
    // `defineApp` has found it plain.
    initial: replicated.initial as Plain,
    lacks: (name) => lacks(replicated, name),
    apply: (state, name, argument) => run(replicated, state, name, argument),
  };
}

function run(
  replicated: ReplicatedDeclaration<unknown>,
  state: Plain,
  name: string,
  argument: Plain,
): AppOutcome {
  try {
    const answer: unknown = replicated.commands[name]?.(state, argument);
    return judge(name, answer);
  } catch (error) {
    return refused(`${name}: ${errorTextOf(error)}`);
  }
}

/** Looks at each field once, and inside the `try`: it may be an accessor that throws. */
function judge(name: string, answer: unknown): AppOutcome {
  if (isForLater(answer)) return refused(`${name} is async: a command has to answer at once`);
  if (typeof answer !== "object" || answer === null || !("state" in answer)) {
    return refused(`${name} gave no { state, result }`);
  }
  const { state } = answer;
  const result = "result" in answer ? (answer.result ?? null) : null;
  if (!isPlain(state)) return refused(`${name}: the state that it gave is not plain data`);
  if (!isPlain(result)) return refused(`${name}: the result that it gave is not plain data`);
  return { ok: true, state: state as Plain, result: result as Plain };
}

const refused = (detail: string): AppOutcome => ({
  ok: false,
  reason: "app-refused",
  detail: detail.slice(0, messageLengthMax),
});

function lacks(replicated: ReplicatedDeclaration<unknown>, name: string): string | null {
  // Not by a bare look-up: `constructor` is no command.
  if (Object.hasOwn(replicated.commands, name)) return null;
  return Object.keys(replicated.commands).sort().join(", ") || "none";
}
