/**
 * The right to drive asks the replica of the replicated state, and the replica answers. What one of
 * them says is carried out to the last word before the other hears of it: else the answer to an
 * early word could be carried out before a later one, and `lost` come before `acquired`.
 */
import type { RightInput, RightOutput } from "../control/right/ports.js";
import { feed, type Machine, type Timeout } from "../kernel/machine.js";
import type { Instant } from "../kernel/time.js";
import type { ReplicaInput, ReplicaOutput } from "../replication/replica/ports.js";

export type Word =
  | { readonly to: "right"; readonly input: RightInput | Timeout }
  | { readonly to: "replica"; readonly input: ReplicaInput | Timeout };

export interface Carriers {
  right(now: Instant, output: RightOutput): void;
  replica(now: Instant, output: ReplicaOutput): void;
}

export class Talk {
  readonly #right: Machine<RightInput, RightOutput>;
  readonly #replica: Machine<ReplicaInput, ReplicaOutput>;
  readonly #carriers: Carriers;
  #words: Word[] = [];
  #talking = false;

  constructor(
    right: Machine<RightInput, RightOutput>,
    replica: Machine<ReplicaInput, ReplicaOutput>,
    carriers: Carriers,
  ) {
    this.#right = right;
    this.#replica = replica;
    this.#carriers = carriers;
  }

  /** @returns false while an earlier word is being carried out, which this one follows */
  say(now: Instant, word: Word): boolean {
    this.#words.push(word);
    if (this.#talking) return false;
    this.#talking = true;
    for (let at = 0; at < this.#words.length; at += 1) this.#carry(now, this.#words[at] as Word);
    this.#words = [];
    this.#talking = false;
    return true;
  }

  #carry(now: Instant, { to, input }: Word): void {
    if (to === "right") {
      feed(this.#right, now, input, (output) => this.#carriers.right(now, output));
    } else {
      feed(this.#replica, now, input, (output) => this.#carriers.replica(now, output));
    }
  }
}
