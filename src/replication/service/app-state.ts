/**
 * The app's own replicated state. A command that is refused, throws, or gives what is no plain data
 * or too large, has no effect, on any replica.
 */
import type { AppCommands } from "./app-commands.js";
import { appStateBytesMax } from "./limits.js";
import { answered, refused } from "./outcomes.js";
import { asPlainText, parsePlain, plainText } from "./plain-text.js";
import { type CommandResult, type Plain, valueBytesMax } from "./ports.js";

export class AppState {
  readonly #app: AppCommands;
  #text: string;
  #state: Plain;
  #changedAt = 0;

  constructor(app: AppCommands) {
    this.#app = app;
    this.#text = plainText(app.initial);
    this.#state = parsePlain(this.#text) ?? null;
  }

  get state(): Plain {
    return this.#state;
  }

  get text(): string {
    return this.#text;
  }

  /** The index of the entry that has changed it last; 0 where none has. */
  get changedAt(): number {
    return this.#changedAt;
  }

  /** Null where the app has the command; otherwise what it has, in words. */
  lacks(name: string): string | null {
    return this.#app.lacks(name);
  }

  /** A command that the app has. */
  apply(at: number, name: string, argument: Plain): CommandResult {
    const outcome = this.#app.apply(this.#state, name, argument);
    if (!outcome.ok) return refused(outcome.reason, outcome.detail);
    const text = asPlainText(outcome.state, appStateBytesMax);
    if (text === null) return tooMuch(name, "state", appStateBytesMax);
    const result = asPlainText(outcome.result, valueBytesMax);
    if (result === null) return tooMuch(name, "result", valueBytesMax);
    if (text !== this.#text) this.take(text, at);
    return answered(parsePlain(result) ?? null);
  }

  /** False where the text is no state. */
  take(text: string, at: number): boolean {
    const state = parsePlain(text);
    if (state === undefined) return false;
    this.#text = text;
    this.#state = state;
    this.#changedAt = at;
    return true;
  }
}

const tooMuch = (name: string, what: string, bytesMax: number): CommandResult =>
  refused("app-refused", `${name}: its ${what} is not plain data of at most ${bytesMax} bytes`);
