/** Serial cables of pseudo terminals, whose ends have names that stay the same. */
import { renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  crossTerminals,
  openPseudoTerminal,
  type PseudoTerminal,
} from "../../../../src/host/serial/pseudo-terminal.js";

/** Why there are none here; null where there are. */
export function whyNoTerminals(): string | null {
  const opened = openPseudoTerminal();
  if (!opened.ok) return opened.reason;
  opened.terminal.close();
  return null;
}

export function terminal(): PseudoTerminal {
  const opened = openPseudoTerminal();
  if (!opened.ok) throw new Error(opened.reason);
  onTestFinished(() => opened.terminal.close());
  return opened.terminal;
}

export class Cable {
  /** Links to the ends, as udev makes them. */
  readonly ends: readonly [string, string];
  #terminals: readonly PseudoTerminal[] = [];

  /** @param folder for the links */
  constructor(folder: string, name: string) {
    this.ends = [join(folder, `${name}-0`), join(folder, `${name}-1`)];
    this.plug();
    onTestFinished(() => this.unplug());
  }

  /** New terminals under new numbers behind the same names. */
  plug(): void {
    const pair = [terminal(), terminal()] as const;
    crossTerminals(...pair);
    for (const [index, { path }] of pair.entries()) {
      const end = this.ends[index] ?? "";
      symlinkSync(path, `${end}.new`);
      renameSync(`${end}.new`, end);
    }
    this.#terminals = pair;
  }

  unplug(): void {
    for (const { close } of this.#terminals) close();
    for (const end of this.ends) rmSync(end, { force: true });
    this.#terminals = [];
  }

  get paths(): readonly string[] {
    return this.#terminals.map(({ path }) => path);
  }
}
