/** Carries on what the detector says: to others, into the view, and outside. */
import type { DetectorOutput } from "../detection/detector.js";
import { unreachable } from "../kernel/assert.js";
import type { Accusing } from "./accusing.js";
import type { Speaking } from "./speaking.js";
import type { View } from "./view.js";
import type { Watching } from "./watching.js";

export class Carrying {
  readonly #view: View;
  readonly #watching: Watching;
  readonly #speaking: Speaking;
  readonly #accusing: Accusing;

  constructor(view: View, watching: Watching, speaking: Speaking, accusing: Accusing) {
    this.#view = view;
    this.#watching = watching;
    this.#speaking = speaking;
    this.#accusing = accusing;
  }

  /** Until the detector has nothing more to say. */
  carryAll(): void {
    const watching = this.#watching;
    for (let outputs = watching.take(); outputs.length > 0; outputs = watching.take()) {
      for (const output of outputs) this.#carry(output);
    }
  }

  #carry(output: DetectorOutput): void {
    switch (output.kind) {
      case "send":
        this.#speaking.carry(output.targets, output.body);
        break;
      case "peer-suspected": {
        const number = this.#view.names.numberOf(output.peer);
        if (number === undefined) return;
        this.#watching.suspected(number, output.evidence);
        this.#accusing.accuse(number, output.evidence);
        break;
      }
      case "peer-trusted": {
        const number = this.#view.names.numberOf(output.peer);
        if (number !== undefined) this.#watching.trusted(number);
        break;
      }
      case "refused":
        this.#view.refuse(output.from, "malformed");
        break;
      default:
        unreachable(output);
    }
  }
}
