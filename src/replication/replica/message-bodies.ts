/** The bodies of a step's messages: the same message to several peers is one body, sealed once. */
import { encodeMessage } from "../raft/encoding.js";
import type { RaftMessage } from "../raft/messages.js";

export class MessageBodies {
  readonly #bodies = new Map<RaftMessage, unknown>();

  of(message: RaftMessage): unknown {
    let body = this.#bodies.get(message);
    if (body === undefined) {
      body = encodeMessage(message);
      this.#bodies.set(message, body);
    }
    return body;
  }

  clear(): void {
    this.#bodies.clear();
  }
}
