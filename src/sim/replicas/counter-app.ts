/** An app that keeps counters by name: enough to see how often a command was applied. */
import type { AppCommands } from "../../replication/service/app-commands.js";
import type { Plain } from "../../replication/service/ports.js";

export type CounterState = { readonly [name: string]: Plain };

export const counterCommands: AppCommands = {
  initial: {},
  lacks: (name) => (name === "count" ? null : "count"),
  apply(state, name, argument) {
    const counter = (argument as { readonly counter?: Plain } | null)?.counter;
    if (typeof counter !== "string") {
      return { ok: false, reason: "app-refused", detail: `${name}: expected a counter's name` };
    }
    const counts = state as CounterState;
    const next = ((counts[counter] as number | undefined) ?? 0) + 1;
    return { ok: true, state: { ...counts, [counter]: next }, result: next };
  },
};
