/**
 * What somebody knows who sees every replica: which entry was applied at which index, what came of
 * it, who led in which term. Each replica's state machine writes down here what it applies, and so
 * does each of their lives.
 */
import { crc32c } from "../../codes/crc32c.js";
import type { NodeId } from "../../kernel/ids.js";
import type { LogEntry, RecoveredLog } from "../../recovery/log/ports.js";
import { parseGroup } from "../../replication/raft/group.js";
import { entryKinds, type Group, type RaftEvent } from "../../replication/raft/ports.js";
import type { Applied } from "../../replication/service/state-machine.js";

const violationsMax = 20;

export class Truth {
  readonly violations: string[] = [];
  /** By index, the CRC of what was applied there and of what came of it. */
  readonly #applied = new Map<number, number>();
  readonly #leaders = new Map<number, NodeId>();
  /** By index, the CRC of the whole state, of those replicas that were asked. */
  readonly #states = new Map<number, number>();
  readonly #entries = new Map<number, number>();
  /** Those that were committed, ascending. */
  readonly #groups: { readonly index: number; readonly text: string }[] = [];
  /** The newest that was committed. */
  group: Group | null = null;
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

  /** All entries, whatever their kind: the logs of all are one. */
  entry(node: NodeId, { index, term, kind, data }: LogEntry): void {
    const crc = crc32c(ascii(`${term} ${kind}`), crc32c(data));
    const known = this.#entries.get(index);
    if (known === undefined) this.#entries.set(index, crc);
    else if (known !== crc) this.violated(`${node} has another entry at ${index}`);
    if (known !== undefined || kind !== entryKinds.members) return;
    const group = parseGroup(data);
    if (group === null) return;
    this.#groups.push({ index, text: textOf(group) });
    this.group = group;
  }

  /** What a replica begins with was committed: the members as well as the state. */
  recovered(node: NodeId, { snapshot }: RecoveredLog): void {
    if (snapshot === null) return;
    const group = parseGroup(snapshot.head);
    const known = this.#groups.findLast(({ index }) => index <= snapshot.index);
    if (group === null || known === undefined || textOf(group) === known.text) return;
    this.violated(`${node} begins at ${snapshot.index} with ${textOf(group)}, not ${known.text}`);
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
    this.#leaders.set(event.term, node);
    // Nor the same one twice: its first life may have said something else in this term.
    if (other !== undefined) this.violated(`${other}, then ${node} led in term ${event.term}`);
  }
}

const textOf = ({ members, outgoing }: Group): string =>
  JSON.stringify([[...members], outgoing === null ? null : [...outgoing]]);

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
