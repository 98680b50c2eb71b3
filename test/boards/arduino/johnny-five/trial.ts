/** What a component is tried with: it is made as its documentation does it, and moves pins. */
import type { Bench } from "./bench.js";

export interface Trial {
  /** The class, and what of it; as in the examples of johnny-five's documentation. */
  readonly name: string;
  run(bench: Bench): void | Promise<void>;
}

export const trial = (name: string, run: Trial["run"]): Trial => ({ name, run });

/** What a component told, by event. */
export class Heard {
  readonly #events: string[] = [];
  readonly #values = new Map<string, unknown>();

  constructor(component: unknown, events: readonly string[]) {
    const emitter = component as { on(event: string, handler: (value: unknown) => void): void };
    for (const event of events) {
      emitter.on(event, (value) => {
        this.#events.push(event);
        this.#values.set(event, value);
      });
    }
  }

  get events(): readonly string[] {
    return this.#events;
  }

  last(event: string): unknown {
    return this.#values.get(event);
  }
}
