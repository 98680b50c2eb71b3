/**
 * What somebody knows who sees every replica: which entry was applied at which index, what came of
 * it, who led in which term. Each replica's state machine writes down here what it applies, and so
 * does each of their lives.
 */
import { crc32c } from "../../codes/crc32c.js";
import type { NodeId } from "../../kernel/ids.js";
import type { RaftEvent } from "../../replication/raft/ports.js";
import type { AppCommands } from "../../replication/service/app-commands.js";
import { Service } from "../../replication/service/service.js";
import type { Applied } from "../../replication/service/state-machine.js";

const violationsMax = 20;

export class Truth {
  readonly violations: string[] = [];
  /** By index, the CRC of what was applied there and of what came of it. */
  readonly #applied = new Map<number, number>();
  readonly #leaders = new Map<number, NodeId>();
  /** By index, the CRC of the whole state, of those replicas that were asked. */
  readonly #states = new Map<number, number>();
  elections = 0;
  appliedMax = 0;
  acknowledgedMax = 0;

  /** A finding; only the first ones are kept. */
  violated(text: string): void {
    if (this.violations.length < violationsMax) this.violations.push(text);
  }

  acknowledged(index: number): void {
    this.acknowledgedMax = Math.max(this.acknowledgedMax, index);
    if (!this.#applied.has(index))
      this.violated(`entry ${index} was answered, and nobody applied it`);
  }

  applied(node: NodeId, index: number, command: Uint8Array, { result }: Applied): void {
    const crc = crc32c(ascii(JSON.stringify(result)), crc32c(command));
    const known = this.#applied.get(index);
    this.appliedMax = Math.max(this.appliedMax, index);
    if (known === undefined) this.#applied.set(index, crc);
    else if (known !== crc) {
      this.violated(`${node} has applied another command at ${index}, or with another result`);
    }
  }

  state(node: NodeId, index: number, snapshot: Uint8Array): void {
    const crc = crc32c(snapshot);
    const known = this.#states.get(index);
    if (known === undefined) this.#states.set(index, crc);
    else if (known !== crc) this.violated(`${node} has another state at ${index}`);
  }

  told(node: NodeId, event: RaftEvent): void {
    if (event.kind !== "role" || event.role !== "leader") return;
    this.elections += 1;
    const other = this.#leaders.get(event.term);
    if (other === undefined) this.#leaders.set(event.term, node);
    else if (other !== node) this.violated(`${other} and ${node} both led in term ${event.term}`);
  }
}

/** The service, with somebody who writes down what it applies. */
export class ObservedService extends Service {
  readonly #node: NodeId;
  readonly #truth: Truth;
  #at = 0;

  constructor(app: AppCommands, node: NodeId, truth: Truth) {
    super(app);
    this.#node = node;
    this.#truth = truth;
  }

  get at(): number {
    return this.#at;
  }

  override apply(index: number, command: Uint8Array): Applied {
    if (index <= this.#at) this.#truth.violated(`${this.#node} applied ${index} after ${this.#at}`);
    this.#at = index;
    const applied = super.apply(index, command);
    this.#truth.applied(this.#node, index, command, applied);
    return applied;
  }

  override snapshot(): Uint8Array {
    const snapshot = super.snapshot();
    this.#truth.state(this.#node, this.#at, snapshot);
    return snapshot;
  }
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
