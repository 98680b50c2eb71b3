/**
 * The first words to a device: it is bound if it was to nobody; what a host before us wanted is
 * over, since nobody has opened a line yet or armed the supervision; and the sampling is set. The
 * last words of a host: once more all is over.
 */
import { unreachable } from "../../src/kernel/assert.js";
import { superviseFields } from "./bridge-watchdog.js";
import { noCluster } from "./cluster-tag.js";
import type { Command, CommandSource } from "./command-window.js";
import { everyPin, results } from "./frames.js";
import { hostFrame } from "./host-frame.js";

type Word = "bind" | "unsupervise" | "release" | "sampling";

export class FirstWords implements CommandSource {
  readonly #cluster: number;
  readonly #samplingMs: number;
  #left: Word[] = [];
  /** Refused while the supervision had failed. */
  #owed: Word[] = [];
  /** At the first meeting alone nobody has opened a line. */
  #met = false;

  constructor(cluster: number, samplingMs: number) {
    this.#cluster = cluster;
    this.#samplingMs = samplingMs;
  }

  /** Each was answered. */
  get isSaid(): boolean {
    return this.#left.length === 0;
  }

  begin(isUnbound: boolean): void {
    this.#owed = [];
    this.#left = [
      ...(isUnbound ? (["bind"] as const) : []),
      ...(this.#met ? [] : (["unsupervise", "release"] as const)),
      "sampling",
    ];
  }

  /** The last words. */
  end(): void {
    this.#owed = [];
    this.#left = ["unsupervise", "release"];
  }

  next(): Command | null {
    const word = this.#left[0] ?? this.#owed[0];
    if (word === undefined) return null;
    return {
      kind: word,
      bytes: (sequence) => this.#bytes(word, sequence),
      onAnswer: (_, result) => {
        this.#left = this.#left.filter((one) => one !== word);
        this.#owed = this.#owed.filter((one) => one !== word);
        if (word === "release") this.#met = true;
        // Outputs are safe then, and a release would change nothing later.
        else if (result === results.supervisionFailed) this.#owed.push(word);
      },
    };
  }

  #bytes(word: Word, sequence: number): Uint8Array {
    const head = { cluster: this.#cluster, sequence };
    switch (word) {
      case "bind":
        return hostFrame({ kind: "bind", oldCluster: noCluster, ...head });
      case "unsupervise":
        return hostFrame({ kind: "supervise", ...superviseFields(null), ...head });
      case "release":
        return hostFrame({ kind: "release", pin: everyPin, ...head });
      case "sampling":
        return hostFrame({ kind: "sampling", periodMs: this.#samplingMs, ...head });
      default:
        return unreachable(word);
    }
  }
}
