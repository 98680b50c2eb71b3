/**
 * Runs the app's control function and contains it: whatever it throws or answers, the caller gets a
 * value. A control function that never returns cannot be contained from inside; the watchdog sees
 * that the cycle is overdue and resets the board.
 */
import type { Duration } from "../kernel/time.js";
import type { App, VotedInput } from "./app.js";
import { sealState } from "./state/plain.js";

export type AppFaultReason =
  | "threw"
  | "malformed"
  | "unknown-output"
  | "not-finite"
  | "out-of-range"
  | "not-plain-data"
  | "state-too-large";

/** One call of the control function, without the state. */
export interface AppInput {
  readonly cycle: number;
  readonly step: Duration;
  readonly inputs: Readonly<Record<string, VotedInput>>;
  /** The app's replicated state; null where it has none. */
  readonly replicated: unknown;
}

export interface AppFault {
  /** The state stays what it was before the call. */
  readonly ok: false;
  readonly reason: AppFaultReason;
  readonly message: string;
}

export interface AppSuccess {
  readonly ok: true;
  /** Frozen in depth. */
  readonly state: unknown;
  readonly digest: number;
  /** By output, in the order of the app's declarations; an output left out is absent. */
  readonly commands: ReadonlyMap<string, number>;
}

/** The longest message of an app's error that is passed on, in characters. */
const messageLengthMax = 200;

export function runApp(app: App, state: unknown, input: AppInput): AppSuccess | AppFault {
  try {
    return judge(app, app.control({ state, ...input }));
  } catch (error) {
    return fault("threw", errorTextOf(error));
  }
}

function judge(app: App, answer: unknown): AppSuccess | AppFault {
  if (isForLater(answer)) return fault("malformed", "control is async: it has to answer at once");
  if (!isAnswer(answer)) return fault("malformed", "expected { state, commands }");
  const sealed = sealState(answer.state);
  if (!sealed.ok) return fault(sealed.reason, "the state that control returned");
  const values = new Map<string, unknown>(Object.entries(answer.commands));
  const commands = new Map<string, number>();
  for (const [name, output] of Object.entries(app.outputs)) {
    const value = values.get(name);
    values.delete(name);
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isFinite(value)) {
      return fault("not-finite", `${name} = ${String(value)}`);
    }
    if (value < output.min || value > output.max) {
      return fault("out-of-range", `${name} = ${value}, not in [${output.min}, ${output.max}]`);
    }
    commands.set(name, value);
  }
  for (const name of values.keys()) return fault("unknown-output", name);
  return { ok: true, state: sealed.state, digest: sealed.digest, commands };
}

function isAnswer(answer: unknown): answer is { state: unknown; commands: object } {
  if (typeof answer !== "object" || answer === null) return false;
  if (!("state" in answer) || !("commands" in answer)) return false;
  return typeof answer.commands === "object" && answer.commands !== null;
}

/**
 * What a function that is `async` has answered: a promise, whose rejection would end the process
 * where nobody hears it. May throw, where the app's own `then` does.
 */
export function isForLater(answer: unknown): boolean {
  if (typeof answer !== "object" || answer === null || !("then" in answer)) return false;
  const { then } = answer;
  if (typeof then !== "function") return false;
  then.call(answer, ignore, ignore);
  return true;
}

const ignore = (): void => undefined;

/** An app may throw anything, also something that throws again when it is looked at. */
export function errorTextOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "an error that cannot be read";
  }
}

function fault(reason: AppFaultReason, message: string): AppFault {
  return { ok: false, reason, message: message.slice(0, messageLengthMax) };
}
