/** What a visitor, or the script, does to the firmware of the demo; each a fault to be masked. */
import type { NodeId } from "../../../kernel/ids.js";
import type { SetFault } from "../../../observe/tally.js";
import { bridgeOf, type FirmwareStage, voteOf } from "../staged-site.js";

/** What of a session it works with. */
export interface FaultBook {
  set(key: string, fault: SetFault): void;
  /** False when no such fault was on. */
  clear(key: string): boolean;
  note(text: string): void;
  /** Firmware has told how a device is. */
  hear(device: string, well: boolean): void;
}

export class FirmwareFaults {
  readonly stage: FirmwareStage;
  readonly #nodes: readonly NodeId[];
  readonly #book: FaultBook;
  readonly #hung = new Set<NodeId>();

  constructor(stage: FirmwareStage, nodes: readonly NodeId[], book: FaultBook) {
    this.stage = stage;
    this.#nodes = nodes;
    this.#book = book;
  }

  /** Stops the processor of a bridge; its own watchdog ends that. */
  hang(): void {
    const node = this.#node(0);
    this.stage.hang(node);
    this.#hung.add(node);
    this.#book.clear(`hang ${node}`);
    const fault = "hung";
    this.#book.set(`hang ${node}`, { kind: "firmware", device: bridgeOf(node), fault });
  }

  /** Turns the votes of a replica over, or lets it tell the truth again. */
  toggleLie(): void {
    const node = this.#node(2);
    const ends = this.#book.clear(`lie ${node}`);
    this.stage.setLie(node, !ends);
    const fault = "lies";
    if (!ends) this.#book.set(`lie ${node}`, { kind: "firmware", device: voteOf(node), fault });
  }

  /** Pulls the line of a replica to the voter, or puts it back. */
  toggleLine(): void {
    const node = this.#node(1);
    const ends = this.#book.clear(`line ${node}`);
    this.stage.setPlugged(node, ends);
    const fault = "unplugged";
    if (!ends) this.#book.set(`line ${node}`, { kind: "firmware", device: voteOf(node), fault });
  }

  clearAll(): void {
    if (this.#book.clear(`lie ${this.#node(2)}`)) this.stage.setLie(this.#node(2), false);
    if (this.#book.clear(`line ${this.#node(1)}`)) this.stage.setPlugged(this.#node(1), true);
  }

  /** Passes on what bridges and voter have told since the last look. */
  look(): void {
    for (const { text, device, well } of this.stage.takeTold()) {
      this.#book.note(text);
      if (device === null) continue;
      this.#endHang(device, well);
      this.#book.hear(device, well);
    }
  }

  /** A hang is over when the bridge is heard again. */
  #endHang(device: string, well: boolean): void {
    for (const node of this.#hung) {
      if (!well || device !== bridgeOf(node)) continue;
      this.#hung.delete(node);
      this.#book.clear(`hang ${node}`);
    }
  }

  /** Each fault has its place, so that two at once are of different replicas. */
  #node(place: number): NodeId {
    return this.#nodes[place] as NodeId;
  }
}
