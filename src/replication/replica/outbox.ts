/**
 * What goes to other replicas at the end of a step: work for the leader and outcomes for those who
 * asked, gathered so that many share a frame.
 */
import type { NodeId } from "../../kernel/ids.js";
import { type Answered, type Forwarded, forwardBodies, outcomeBodies } from "./messages.js";
import type { Outcome } from "./work.js";

interface Asker {
  readonly node: NodeId;
  readonly life: number;
}

interface Sent {
  readonly target: NodeId;
  readonly body: Uint8Array;
}

export class Outbox {
  readonly #life: number;
  readonly #forwards = new Map<NodeId, Forwarded[]>();
  readonly #outcomes = new Map<NodeId, Map<number, Answered[]>>();

  /** @param life of this start; see messages.ts. */
  constructor(life: number) {
    this.#life = life;
  }

  forward(leader: NodeId, item: Forwarded): void {
    const items = this.#forwards.get(leader);
    if (items === undefined) this.#forwards.set(leader, [item]);
    else items.push(item);
  }

  answer({ node, life }: Asker, ticket: number, outcome: Outcome): void {
    let byLife = this.#outcomes.get(node);
    if (byLife === undefined) {
      byLife = new Map();
      this.#outcomes.set(node, byLife);
    }
    const items = byLife.get(life);
    if (items === undefined) byLife.set(life, [{ ticket, outcome }]);
    else items.push({ ticket, outcome });
  }

  /** @param term in which those to whom work is handed on are taken for the leader */
  take(term: number): readonly Sent[] {
    if (this.#forwards.size === 0 && this.#outcomes.size === 0) return [];
    const sends: Sent[] = [];
    const send = (target: NodeId, body: Uint8Array): void => {
      sends.push({ target, body });
    };
    for (const [leader, items] of this.#forwards) {
      for (const bytes of forwardBodies(this.#life, term, items)) send(leader, bytes);
    }
    for (const [node, byLife] of this.#outcomes) {
      for (const [life, items] of byLife) {
        for (const bytes of outcomeBodies(life, items)) send(node, bytes);
      }
    }
    this.#forwards.clear();
    this.#outcomes.clear();
    return sends;
  }
}
