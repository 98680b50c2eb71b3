/** An app that keeps counters by name: enough to see how often a command was applied. */
import type { AppCommands } from "../../replication/service/app-commands.js";
import type { Plain } from "../../replication/service/ports.js";

export type CounterState = { readonly [name: string]: Plain };

export const counterCommands: AppCommands = {
  initial: {},
  apply(state, name, argument) {
    const counter = (argument as { readonly counter?: Plain } | null)?.counter;
    if (name !== "count" || typeof counter !== "string") {
      return { ok: false, reason: "unknown-command", detail: `${name}: expected count` };
    }
    const counts = state as CounterState;
    const next = ((counts[counter] as number | undefined) ?? 0) + 1;
    return { ok: true, state: { ...counts, [counter]: next }, result: next };
  },
};
