/**
 * The right to drive asks the replica of the replicated state, and the replica answers. What one of
 * them says is carried out to the last word before the other hears of it: else the answer to an
 * early word could be carried out before a later one, and `lost` come before `acquired`.
 */
import type { Drive, DriveInput, DriveOutput } from "../control/drive/drive.js";
import { feed, type Timeout } from "../kernel/machine.js";
import type { Instant } from "../kernel/time.js";
import type { ReplicaInput, ReplicaOutput } from "../replication/replica/ports.js";
import type { Replica } from "../replication/replica/replica.js";

export type Word =
  | { readonly to: "drive"; readonly input: DriveInput | Timeout }
  | { readonly to: "replica"; readonly input: ReplicaInput | Timeout };

export interface Carriers {
  drive(now: Instant, output: DriveOutput): void;
  replica(now: Instant, output: ReplicaOutput): void;
}

export class Talk {
  readonly #drive: Drive;
  readonly #replica: Replica | null;
  readonly #carriers: Carriers;
  #words: Word[] = [];
  #talking = false;

  constructor(drive: Drive, replica: Replica | null, carriers: Carriers) {
    this.#drive = drive;
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
    if (to === "drive") {
      feed(this.#drive, now, input, (output) => this.#carriers.drive(now, output));
    } else if (this.#replica !== null) {
      feed(this.#replica, now, input, (output) => this.#carriers.replica(now, output));
    }
  }
}
